// layerverify: names of entries as text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Names that need not be UTF-8, as text.
package enum NameText {
    /// The text of a name. Each byte that does not belong to UTF-8 becomes `\xff`.
    ///
    /// - Parameter escape: is given the parts that are UTF-8, as long as possible, and returns what is shown of them.
    package static func text(_ name: some Collection<UInt8>, escape: (String) -> String = { $0 }) -> String {
        if let whole = String(validating: name, as: UTF8.self) { return escape(whole) }
        var result = ""
        var valid = ""
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = name.makeIterator()
        var place = name.startIndex
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar):
                valid.unicodeScalars.append(Unicode.UTF8.decode(scalar))
                name.formIndex(&place, offsetBy: scalar.count)
            case .error(let byteCount):
                if !valid.isEmpty { result += escape(valid) }
                valid = ""
                for _ in 0..<byteCount {
                    // A byte that is not UTF-8 has two digits.
                    result += "\\x" + String(name[place], radix: 16)
                    name.formIndex(after: &place)
                }
            case .emptyInput: return valid.isEmpty ? result : result + escape(valid)
            }
        }
    }
}
