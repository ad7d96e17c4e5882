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
        var time = 1000
        var userName = ""
    }

    init(_ entries: [Entry], endBlockCount: Int = 2) {
        for entry in entries { append(entry) }
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
        put(octal(0, 7), at: 116)
        put(octal(entry.content.count, 11), at: 124)
        put(octal(entry.time, 11), at: 136)
        put("        ", at: 148)
        put(entry.type, at: 156)
        put(entry.link, at: 157)
        put("ustar\u{0}00", at: 257)
        put(entry.userName, at: 265)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0}", at: 148)
        bytes += header + entry.content
        bytes += [UInt8](repeating: 0, count: (512 - entry.content.count % 512) % 512)
    }
}
