// layerverify: what leaves in the order in which it came.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Elements that leave in the order in which they came.
///
/// Complexity: adding and taking cost the same however many there are, in the long run.
struct Line<Element> {
    private var elements: [Element] = []
    /// The place of the first; what is before has left.
    private var begin = 0

    var isEmpty: Bool { begin == elements.count }
    var count: Int { elements.count - begin }

    init(capacity: Int = 0) { elements.reserveCapacity(capacity) }

    mutating func add(_ element: Element) { elements.append(element) }

    /// Takes the one that has waited longest; there is one. The memory is used again, and does not grow in the long run.
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

extension Line: Sendable where Element: Sendable {}
