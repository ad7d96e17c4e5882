// layerverify: small tar archives for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A tar archive in the ustar format, entry by entry.
package struct SampleTar {
    /// The bytes of the archive, without the blocks of zeros at its end.
    package private(set) var entries: [UInt8] = []

    package init() {}

    /// The whole archive.
    package var bytes: [UInt8] { entries + [UInt8](repeating: 0, count: 1024) }

    /// Adds an entry.
    package mutating func add(
        _ name: String, type: Character = "0", _ content: String = "", link: String = "", mode: Int = 0o644,
        owner: Int = 0, group: Int = 0, time: Int = 1_700_000_000, device: (Int, Int) = (0, 0)
    ) {
        add(
            Array(name.utf8), type: type, content, link: link, mode: mode, owner: owner, group: group, time: time,
            device: device)
    }

    /// Adds an entry whose name need not be UTF-8. Long names are those of GNU tar.
    package mutating func add(
        _ name: [UInt8], type: Character = "0", _ content: String = "", link: String = "", mode: Int = 0o644,
        owner: Int = 0, group: Int = 0, time: Int = 1_700_000_000, device: (Int, Int) = (0, 0)
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], _ place: Int) { header.replaceSubrange(place..<place + text.count, with: text) }
        func put(_ number: Int, _ digitCount: Int, _ place: Int) {
            let digits = String(number, radix: 8)
            put(Array((String(repeating: "0", count: digitCount - digits.count) + digits).utf8), place)
        }
        for (text, type) in [(name, "L"), (Array(link.utf8), "K")] as [([UInt8], Character)] where text.count > 100 {
            add("././@LongLink", type: type, String(decoding: text, as: UTF8.self) + "\0")
        }
        put(Array(name.prefix(100)), 0)
        put(mode, 7, 100)
        put(owner, 7, 108)
        put(group, 7, 116)
        put(content.utf8.count, 11, 124)
        put(time, 11, 136)
        put(Array(String(type).utf8), 156)
        put(Array(link.utf8.prefix(100)), 157)
        put(Array("ustar\u{0}00".utf8), 257)
        put(device.0, 7, 329)
        put(device.1, 7, 337)
        put([UInt8](repeating: 0x20, count: 8), 148)
        put(header.reduce(0) { $0 + Int($1) }, 6, 148)
        header[154] = 0
        entries += header + Array(content.utf8)
        entries += [UInt8](repeating: 0, count: (512 - content.utf8.count % 512) % 512)
    }

    /// Adds a directory.
    package mutating func addDirectory(_ name: String, mode: Int = 0o755, owner: Int = 0, time: Int = 1_700_000_000) {
        add(name, type: "5", mode: mode, owner: owner, group: owner, time: time)
    }

    /// Makes an archive.
    package static func bytes(_ fill: (inout SampleTar) -> Void) -> [UInt8] {
        var tar = SampleTar()
        fill(&tar)
        return tar.bytes
    }
}
