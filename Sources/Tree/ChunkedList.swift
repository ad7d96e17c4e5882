// layerverify: lists that grow without being copied.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A list in chunks, which are not copied when the list grows: its peak memory is that of its elements.
struct ChunkedList<Element> {
    private var chunks: [[Element]] = []
    private(set) var count = 0

    private static var shift: Int { 12 }
    private static var mask: Int { 1 << shift - 1 }

    mutating func append(_ element: Element) {
        if count & Self.mask == 0 {
            chunks.append([])
            // The first chunk grows: most layers have few files.
            if count > 0 { chunks[count >> Self.shift].reserveCapacity(1 << Self.shift) }
        }
        chunks[count >> Self.shift].append(element)
        count += 1
    }

    subscript(index: Int) -> Element {
        get { chunks[index >> Self.shift][index & Self.mask] }
        _modify { yield &chunks[index >> Self.shift][index & Self.mask] }
    }
}

extension ChunkedList: Sendable where Element: Sendable {}
