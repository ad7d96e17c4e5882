// layerverify: tests of the names of entries.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import LayerContents

@Suite struct EntryNameTests {
    /// What is kept of the last name changes nothing about the next one.
    @Test(arguments: UInt64(0)..<20)
    func aNameReadAfterOthersIsTheSame(seed: UInt64) {
        var numbers = SplitMix(state: seed)
        let components = [
            "a", "b", "usr", "lib", "", ".", "..", "...", ".a", ".wh.a", "\u{1}", "é",
            String(repeating: "n", count: 256),
        ]
        var name = EntryName()
        var last: [String] = []
        for _ in 0..<1000 {
            // Mostly in the directory of the last one.
            var parts = Array(last.dropLast(Int.random(in: 0...1, using: &numbers)))
            if Int.random(in: 0..<4, using: &numbers) == 0 { parts = [] }
            for _ in 0..<Int.random(in: 0...2, using: &numbers) {
                parts.append(components.randomElement(using: &numbers) ?? "")
            }
            if parts.count > 8 { parts.removeFirst(4) }
            last = parts
            let text = Array(parts.joined(separator: "/").utf8)
            name.read(text)
            var other = EntryName()
            other.read(text)
            let expected = CleanName(text)
            #expect(name.bytes == expected.bytes, "\(parts)")
            #expect(name.written == text)
            #expect((0..<name.count).map { Array(name.room[name.component($0)]) } == expected.components)
            let parent = expected.components.dropLast().joined(separator: [UInt8(ascii: "/")])
            #expect(name.parentByteCount == Array(parent).count)
            #expect(name.hasLongDirectory == expected.components.dropLast().contains { $0.count > 255 })
            #expect(name.isInWhiteout == expected.components.dropLast().contains { $0.starts(with: ".wh.".utf8) })
            #expect(name.traits == other.traits)
            #expect(name.traits.contains(.endsInSlash) == (text.last == UInt8(ascii: "/")))
            #expect(name.traits.contains(.highBytes) == text.contains { $0 > 127 })
            #expect(name.traits.contains(.controls) == text.contains { $0 < 32 })
        }
    }

    /// Names with one number are in one directory, and such names do come one after another.
    @Test func theNumberOfADirectoryIsThatOfItsNames() {
        var name = EntryName()
        func number(_ text: String) -> Int? {
            name.read(Array(text.utf8))
            return name.directoryNumber
        }
        let first = number("usr/lib/a")
        #expect(first != nil)
        #expect(number("usr/lib/bc") == first)
        #expect(number("usr/lib/d/") == nil)
        let second = number("usr/lib/d/e")
        #expect(second != nil && second != first)
        #expect(number("usr/lib/d/..") == nil)
        #expect(number("usr/lib/a") != second)
        #expect(number("/") == nil)
        #expect(number("") == nil)
    }
}

/// A name cleaned in the plain way.
private struct CleanName {
    var components: [[UInt8]] = []

    init(_ name: [UInt8]) {
        for part in name.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
            if part.elementsEqual("..".utf8) {
                _ = components.popLast()
            } else {
                components.append(Array(part))
            }
        }
    }

    var bytes: [UInt8] { Array(components.joined(separator: [UInt8(ascii: "/")])) }
}
