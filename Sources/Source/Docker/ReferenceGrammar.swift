// layerverify: the grammar of image references.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The grammar of references, limited to names and tags.
///
/// Spec: distribution reference grammar (github.com/distribution/reference, reference.go).
enum ReferenceGrammar {
    /// True for `[domain[:port]/]path:tag`.
    static func hasNameAndTag(_ text: String) -> Bool {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return false }
        let name = text.utf8[..<colon]
        let tag = text.utf8[text.utf8.index(after: colon)...]
        guard let first = tag.first, tag.count <= 128, isWord(first) else { return false }
        guard tag.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else { return false }
        return isName(String(Substring(name)))
    }

    /// The reference with the default domain and namespace added: `alpine:3` is `docker.io/library/alpine:3`.
    ///
    /// Spec: distribution reference grammar, normalize.go.
    static func fullName(of reference: String) -> String {
        guard let slash = reference.firstIndex(of: "/") else { return "docker.io/library/" + reference }
        let first = reference[..<slash]
        guard first == "localhost" || first.contains(".") || first.contains(":") || first.contains(where: \.isUppercase)
        else { return "docker.io/" + reference }
        guard first == "docker.io" || first == "index.docker.io" else { return reference }
        let path = reference[reference.index(after: slash)...]
        return path.contains("/") ? "docker.io/" + path : "docker.io/library/" + path
    }

    /// The length limit applies to the path without the domain, as in docker load.
    private static func isName(_ name: String) -> Bool {
        var components = name.split(separator: "/", omittingEmptySubsequences: false)
        if components.count > 1, let domain = components.first, isDomain(domain) { components.removeFirst() }
        guard components.reduce(components.count - 1, { $0 + $1.utf8.count }) <= 255 else { return false }
        return components.allSatisfy(isPathComponent)
    }

    /// A host name or an IPv6 address in brackets, with an optional port.
    private static func isDomain(_ text: Substring) -> Bool {
        var host = text
        // The colons of an IPv6 address are within its brackets.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            let port = text[colon...].dropFirst()
            guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return !address.isEmpty && address.utf8.allSatisfy { "0123456789abcdefABCDEF:".utf8.contains($0) }
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            guard !label.isEmpty, !label.hasPrefix("-"), !label.hasSuffix("-") else { return false }
            return label.utf8.allSatisfy { isWord($0) && $0 != UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        }
    }

    /// Lower-case letters and digits, separated by `.`, `_`, `__` or any number of `-`.
    private static func isPathComponent(_ text: Substring) -> Bool {
        var separators = ""
        var isFirst = true
        for character in text {
            switch character {
            case "a"..."z", "0"..."9":
                guard ["", ".", "_", "__"].contains(separators) || separators.allSatisfy({ $0 == "-" }) else {
                    return false
                }
                separators = ""
                isFirst = false
            case ".", "_", "-":
                guard !isFirst else { return false }
                separators.append(character)
            default:
                return false
            }
        }
        return !isFirst && separators.isEmpty
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
