// layerverify: a heap.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A binary heap: elements that are taken in ascending order.
///
/// Complexity: adding and taking an element are logarithmic in the number of elements.
package struct Heap<Element: Comparable> {
    /// No element is less than its parent, which is at half its index.
    private var elements: [Element] = []

    package init() {}

    package var isEmpty: Bool { elements.isEmpty }
    package var count: Int { elements.count }
    package var first: Element? { elements.first }

    package mutating func add(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, elements[index] < elements[(index - 1) / 2] {
            elements.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    package mutating func takeFirst() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        var index = 0
        while true {
            var least = index
            let left = 2 * index + 1
            if left < elements.count, elements[left] < elements[least] { least = left }
            if left + 1 < elements.count, elements[left + 1] < elements[least] { least = left + 1 }
            guard least != index else { return first }
            elements.swapAt(index, least)
            index = least
        }
    }

    package mutating func removeAll() { elements.removeAll() }
}

extension Heap: Sendable where Element: Sendable {}
