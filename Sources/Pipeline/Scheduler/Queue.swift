// layerverify: a queue.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A queue: elements are taken in the order in which they were added.
///
/// Complexity: adding and taking an element take amortised constant time.
struct Queue<Element> {
    private var elements: [Element] = []
    /// The index of the first element; earlier ones were taken.
    private var begin = 0

    var isEmpty: Bool { begin == elements.count }
    var count: Int { elements.count - begin }
    var first: Element? { isEmpty ? nil : elements[begin] }

    init(capacity: Int = 0) { elements.reserveCapacity(capacity) }

    mutating func add(_ element: Element) { elements.append(element) }

    /// Takes the element that was added first. The queue must not be empty. Its memory is reused.
    mutating func takeFirst() -> Element {
        let element = elements[begin]
        begin += 1
        if begin == elements.count {
            elements.removeAll(keepingCapacity: true)
            begin = 0
        } else if begin >= 8, begin * 2 >= elements.count {
            elements.removeFirst(begin)
            begin = 0
        }
        return element
    }
}

extension Queue: Sendable where Element: Sendable {}
