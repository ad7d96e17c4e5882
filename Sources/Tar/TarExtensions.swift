// layerverify: extended headers of tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The contents of extended headers, which apply to the entry that follows them.
struct TarExtensions {
    /// What is malformed in an extended header, as a text.
    struct Fault: Error {
        let reason: String
    }

    /// From GNU's long-name entries.
    var longName: [UInt8]?
    var longLink: [UInt8]?
    /// From pax records, which take precedence over all others.
    private var path: [UInt8]?
    private var linkPath: [UInt8]?
    private var sparseName: [UInt8]?
    private(set) var size: UInt64?
    private(set) var isSparse = false
    private var doubts: [TarDoubt] = []

    /// The entry's name; nil if the header's own name applies.
    var name: [UInt8]? { sparseName ?? path ?? longName }
    var linkName: [UInt8]? { linkPath ?? longLink }

    /// Reads the records of a pax header.
    ///
    /// Spec: POSIX.1-2017 pax §pax Extended Header. By the specification, an empty value removes what the header says;
    /// but some readers use it as an empty name or as 0, and some fail.
    mutating func addPax(_ data: [UInt8]) throws(Fault) {
        try Self.forEachRecord(data) { key, value throws(Fault) in
            switch key {
            case "path": path = try name(value)
            case "linkpath": linkPath = try name(value)
            case "size":
                guard let number = PaxKey.decimal(value) else {
                    throw Fault(reason: "pax size is not a natural number below 2^63")
                }
                size = number
            case _ where key.hasPrefix("GNU.sparse."):
                isSparse = true
                if key == "GNU.sparse.name" { sparseName = try name(value) }
            default: if let doubt = PaxKey.doubt(about: key, value) { doubts.append(doubt) }
            }
        }
    }

    /// Reads the records of a global pax header.
    ///
    /// Records that would change the names or sizes of entries are doubts: Go and bsdtar ignore them, others apply
    /// them.
    mutating func addGlobalPax(_ data: [UInt8]) throws(Fault) {
        try Self.forEachRecord(data) { key, value throws(Fault) in
            if PaxKey.isOfEntry(key) {
                doubts.append(.ambiguous("a global pax header that sets \(key)"))
            } else if let doubt = PaxKey.doubt(about: key, value) {
                doubts.append(doubt)
            }
        }
    }

    /// Reads one of GNU's long names; nil if it is empty: Go then uses the header's name, others an empty one.
    mutating func longText(_ data: [UInt8]) -> [UInt8]? {
        let text = Array(data.prefix { $0 != 0 })
        if text.isEmpty { doubts.append(.ambiguous("an empty long name")) }
        return text.isEmpty ? nil : text
    }

    /// Returns the doubts about the headers so far, each only once.
    mutating func takeDoubts() -> [TarDoubt] {
        defer { doubts = [] }
        return doubts
    }

    private mutating func name(_ value: ArraySlice<UInt8>) throws(Fault) -> [UInt8]? {
        guard !value.contains(0) else { throw Fault(reason: "pax record with a NUL in a name") }
        if value.isEmpty { doubts.append(.ambiguous("a pax record with an empty name")) }
        return value.isEmpty ? nil : Array(value)
    }

    private static func forEachRecord(
        _ data: [UInt8], _ body: (String, ArraySlice<UInt8>) throws(Fault) -> Void
    ) throws(Fault) {
        var rest = data[...]
        while !rest.isEmpty {
            // "LENGTH KEY=VALUE\n", where LENGTH counts the whole record.
            let digits = rest.prefix(16).prefix { $0 != 0x20 }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), digits.first != UInt8(ascii: "+"),
                length > digits.count + 2, length <= rest.count
            else { throw Fault(reason: "pax record of bad length") }
            let record = rest.prefix(length).dropFirst(digits.count + 1)
            guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")),
                equals > record.startIndex, !record[..<equals].contains(0)
            else { throw Fault(reason: "pax record without key, value and line feed") }
            try body(
                String(decoding: record[..<equals], as: UTF8.self), record[(equals + 1)..<(record.endIndex - 1)])
            rest = rest.dropFirst(length)
        }
    }
}
