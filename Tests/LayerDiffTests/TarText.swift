// layerverify: small tars for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Makes tars in the ustar format.
struct TarText {
    private(set) var bytes: [UInt8] = []

    /// The fields of an entry.
    struct Entry {
        var name: String
        var content: [UInt8] = []
        var type = "0"
        var link = ""
        var mode = 0o644
        var user = 0
        var group = 0
        var time = 1000
        var userName = ""
        var device = (major: 0, minor: 0)
        /// The records of a pax header before the entry.
        var records: [(key: String, value: String)] = []

        fileprivate var paxHeader: Entry {
            let lines = records.map { record in
                let rest = " \(record.key)=\(record.value)\n"
                var count = rest.utf8.count + 1
                while String(count).utf8.count + rest.utf8.count != count { count += 1 }
                return String(count) + rest
            }
            return Entry(name: "PaxHeaders/x", content: Array(lines.joined().utf8), type: "x")
        }
    }

    init(_ entries: [Entry], endBlockCount: Int = 2) {
        for entry in entries {
            if !entry.records.isEmpty { append(entry.paxHeader) }
            append(entry)
        }
        bytes += [UInt8](repeating: 0, count: 512 * endBlockCount)
    }

    private mutating func append(_ entry: Entry) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        func octal(_ number: Int, _ digitCount: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: digitCount - digits.count) + digits
        }
        put(entry.name, at: 0)
        put(octal(entry.mode, 7), at: 100)
        put(octal(entry.user, 7), at: 108)
        put(octal(entry.group, 7), at: 116)
        put(octal(entry.content.count, 11), at: 124)
        put(octal(entry.time, 11), at: 136)
        put("        ", at: 148)
        put(entry.type, at: 156)
        put(entry.link, at: 157)
        put("ustar\u{0}00", at: 257)
        put(entry.userName, at: 265)
        if entry.device != (0, 0) {
            put(octal(entry.device.major, 7), at: 329)
            put(octal(entry.device.minor, 7), at: 337)
        }
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0}", at: 148)
        bytes += header + entry.content
        bytes += [UInt8](repeating: 0, count: (512 - entry.content.count % 512) % 512)
    }
}
