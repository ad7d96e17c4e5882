// layerverify: tars of layers for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerContents
import LayerModel

/// An entry of a tar that a test makes.
struct SampleEntry: Sendable {
    var name: [UInt8]
    var type: Character = "0"
    var mode = 0o644
    var userID = 0
    var groupID = 0
    var time = 0
    var linkName: [UInt8] = []
    var content: [UInt8] = []
    /// The size in the header, if it is not that of the content.
    var size: Int?
    var device = (major: 0, minor: 0)
    var records: [(key: String, value: [UInt8])] = []
    var globalRecords: [(key: String, value: [UInt8])] = []

    static func file(_ name: String, _ content: String = "") -> Self {
        Self(name: Array(name.utf8), content: Array(content.utf8))
    }

    static func directory(_ name: String, _ mode: Int = 0o755, owner: Int = 0) -> Self {
        Self(name: Array(name.utf8), type: "5", mode: mode, userID: owner, groupID: owner)
    }

    static func link(_ name: String, _ target: String) -> Self {
        Self(name: Array(name.utf8), type: "2", mode: 0o777, linkName: Array(target.utf8))
    }

    static func hardLink(_ name: String, _ target: String) -> Self {
        Self(name: Array(name.utf8), type: "1", linkName: Array(target.utf8))
    }

    static func device(_ name: String, _ major: Int, _ minor: Int, _ type: Character = "3") -> Self {
        Self(name: Array(name.utf8), type: type, device: (major, minor))
    }

    static func other(_ name: String, _ type: Character) -> Self { Self(name: Array(name.utf8), type: type) }

    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    func record(_ key: String, _ value: [UInt8]) -> Self { with { $0.records.append((key, value)) } }

    func record(_ key: String, _ value: String) -> Self { record(key, Array(value.utf8)) }
}

/// A tar of such entries.
struct SampleLayer: Sendable {
    var bytes: [UInt8] = []

    /// Parameters: `ending` are the bytes after the last entry.
    init(_ entries: [SampleEntry], ending: [UInt8] = Array(repeating: 0, count: 1024)) {
        for entry in entries { add(entry) }
        bytes += ending
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func add(_ entry: SampleEntry) {
        if !entry.globalRecords.isEmpty { addRecords(entry.globalRecords, "g", "pax_global_header") }
        if !entry.records.isEmpty { addRecords(entry.records, "x", "pax") }
        if entry.name.count > 100 { addLong(entry.name, "L") }
        if entry.linkName.count > 100 { addLong(entry.linkName, "K") }
        addHeader(entry)
        addContent(entry.content)
    }

    private mutating func addRecords(_ records: [(key: String, value: [UInt8])], _ type: Character, _ name: String) {
        var content: [UInt8] = []
        for record in records {
            let body = Array(" \(record.key)=".utf8) + record.value + [UInt8(ascii: "\n")]
            var count = body.count + 1
            while String(count).utf8.count + body.count != count { count += 1 }
            content += Array(String(count).utf8) + body
        }
        addHeader(SampleEntry(name: Array(name.utf8), type: type, content: content))
        addContent(content)
    }

    private mutating func addLong(_ text: [UInt8], _ type: Character) {
        addHeader(SampleEntry(name: Array("././@LongLink".utf8), type: type, size: text.count + 1))
        addContent(text + [0])
    }

    private mutating func addContent(_ content: [UInt8]) {
        bytes += content
        while bytes.count % 512 != 0 { bytes.append(0) }
    }

    private mutating func addHeader(_ entry: SampleEntry) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ value: [UInt8], at place: Int, _ count: Int) {
            for (index, byte) in value.prefix(count).enumerated() { block[place + index] = byte }
        }
        func number(_ value: Int, at place: Int, _ count: Int) {
            if value >= 0, value < 1 << (3 * (count - 1)) {
                let digits = String(value, radix: 8)
                put(Array((String(repeating: "0", count: count - 1 - digits.count) + digits).utf8), at: place, count)
            } else {
                for index in 0..<count {
                    let shift = 8 * (count - 1 - index)
                    block[place + index] = UInt8(truncatingIfNeeded: shift < 64 ? value >> shift : value >> 63)
                }
                block[place] = value < 0 ? 0xff : 0x80
            }
        }
        put(entry.name, at: 0, 100)
        number(entry.mode, at: 100, 8)
        number(entry.userID, at: 108, 8)
        number(entry.groupID, at: 116, 8)
        number(entry.size ?? entry.content.count, at: 124, 12)
        number(entry.time, at: 136, 12)
        block[156] = entry.type.asciiValue ?? 0
        put(entry.linkName, at: 157, 100)
        put(Array("ustar\u{0}00".utf8), at: 257, 8)
        number(entry.device.major, at: 329, 8)
        number(entry.device.minor, at: 337, 8)
        put(Array(repeating: UInt8(ascii: " "), count: 8), at: 148, 8)
        number(block.reduce(0) { $0 + Int($1) }, at: 148, 7)
        bytes += block
    }

    /// What the walk says, given blocks of some size.
    func facts(
        _ extent: ContentsExtent = .full, budget: PathBudget = PathBudget(byteCount: 1 << 24),
        blockByteCount: Int = 4096
    ) -> ContentsFacts {
        let consumer = ContentsConsumer(extent, budget: budget)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + blockByteCount)
            consumer.consume(bytes.span.bytes.extracting(start..<end))
            start = end
        }
        return consumer.finish()
    }
}
