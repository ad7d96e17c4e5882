// layerverify: what headers of tar archives say about the next entry.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What extended headers say about the entry that follows them.
struct TarExtensions {
    /// A malformed extended header, in words.
    struct Fault: Error {
        let reason: String
    }

    /// As GNU's long-name entries have it.
    var longName: [UInt8]?
    var longLink: [UInt8]?
    /// As pax records have it; they beat all else.
    private var path: [UInt8]?
    private var linkPath: [UInt8]?
    private var sparseName: [UInt8]?
    private(set) var size: UInt64?
    private(set) var isSparse = false

    /// What the entry is called; nil to look into its header.
    var name: [UInt8]? { sparseName ?? path ?? longName }
    var linkName: [UInt8]? { linkPath ?? longLink }

    /// Reads the records of a pax header.
    ///
    /// Spec: POSIX.1-2017 pax §pax Extended Header. An empty value takes back what the header says.
    mutating func addPax(_ data: [UInt8]) throws(Fault) {
        try Self.forEachRecord(data) { key, value throws(Fault) in
            let meant = value.isEmpty ? nil : Array(value)
            switch key {
            case "path": path = try Self.withoutNUL(meant)
            case "linkpath": linkPath = try Self.withoutNUL(meant)
            case "size": size = try meant.map(Self.decimal)
            case _ where key.hasPrefix("GNU.sparse."):
                isSparse = true
                if key == "GNU.sparse.name" { sparseName = try Self.withoutNUL(meant) }
            default: break
            }
        }
    }

    /// Checks the records of a global pax header.
    ///
    /// One that names or measures all entries alike is refused: Go's readers ignore it, others obey.
    static func checkGlobalPax(_ data: [UInt8]) throws(Fault) {
        try forEachRecord(data) { key, _ throws(Fault) in
            guard key != "path", key != "linkpath", key != "size", !key.hasPrefix("GNU.sparse.") else {
                throw Fault(reason: "global pax header sets \(key)")
            }
        }
    }

    private static func forEachRecord(
        _ data: [UInt8], _ body: (String, ArraySlice<UInt8>) throws(Fault) -> Void
    ) throws(Fault) {
        var rest = data[...]
        while !rest.isEmpty {
            // "LENGTH KEY=VALUE\n", where LENGTH counts the whole record.
            let digits = rest.prefix(8).prefix { $0 != 0x20 }
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

    private static func withoutNUL(_ value: [UInt8]?) throws(Fault) -> [UInt8]? {
        guard value?.contains(0) != true else { throw Fault(reason: "pax record with a NUL in a name") }
        return value
    }

    private static func decimal(_ value: [UInt8]) throws(Fault) -> UInt64 {
        guard value.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(String(decoding: value, as: UTF8.self)), number <= UInt64(Int64.max)
        else { throw Fault(reason: "pax size is no natural number below 2^63") }
        return number
    }
}
