// layerverify: names of a tar as a table of contents has them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The names of a tar as JSON documents and their readers have them.
enum TOCName {
    /// A path without `.`, `..`, and slashes at its ends, as from the root: readers of a TOC compare paths in this form.
    static func cleaned(_ path: [UInt8]) -> [UInt8] {
        var components: [ArraySlice<UInt8>] = []
        for component in path.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual([UInt8(ascii: ".")]) { continue }
            if component.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                _ = components.popLast()
            } else {
                components.append(component)
            }
        }
        return Array(components.joined(separator: [UInt8(ascii: "/")]))
    }

    /// A name as Go writes it into JSON: each byte that does not belong to UTF-8 becomes U+FFFD.
    static func written(_ name: [UInt8]) -> [UInt8] {
        if name.allSatisfy({ $0 < 0x80 }) { return name }
        var result: [UInt8] = []
        var rest = name[...]
        while let first = rest.first {
            let count = max(1, sequenceByteCount(rest))
            if first < 0x80 || count > 1 {
                result.append(contentsOf: rest.prefix(count))
            } else {
                result.append(contentsOf: [0xef, 0xbf, 0xbd])
            }
            rest = rest.dropFirst(count)
        }
        return result
    }

    /// The length of the character of several bytes with which the bytes begin; 0 if they begin with none.
    ///
    /// Spec: Unicode §3.9, table 3-7.
    private static func sequenceByteCount(_ bytes: ArraySlice<UInt8>) -> Int {
        guard let first = bytes.first else { return 0 }
        let count: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch first {
        case 0xc2...0xdf: count = 2
        case 0xe0...0xef:
            count = 3
            if first == 0xe0 { second = 0xa0...0xbf }
            if first == 0xed { second = 0x80...0x9f }
        case 0xf0...0xf4:
            count = 4
            if first == 0xf0 { second = 0x90...0xbf }
            if first == 0xf4 { second = 0x80...0x8f }
        default: return 0
        }
        let more = bytes.dropFirst().prefix(count - 1)
        guard more.count == count - 1, let next = more.first, second.contains(next) else { return 0 }
        return more.dropFirst().allSatisfy { 0x80...0xbf ~= $0 } ? count : 0
    }
}
