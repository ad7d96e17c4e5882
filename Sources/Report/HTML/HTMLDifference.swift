// layerverify: where two values differ, in HTML.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Marks the parts in which an expected and an actual value differ.
enum HTMLDifference {
    /// Values that are longer are not compared, in Unicode scalars.
    private static let maximumCount = 1_024
    /// Equal parts that are shorter do not separate two marks: random digests agree in every sixteenth digit.
    private static let minimumEqualCount = 4

    /// Both values, with `mark` around what differs.
    static func marked(_ expected: String, _ actual: String) -> (expected: HTML, actual: HTML) {
        let (one, other) = (Array(expected.unicodeScalars), Array(actual.unicodeScalars))
        guard one != other, max(one.count, other.count) <= maximumCount else {
            return (HTML(escaping: HTML.cut(expected, 2_000)), HTML(escaping: HTML.cut(actual, 2_000)))
        }
        if one.count == other.count {
            let isDifferent = joined(zip(one, other).map { $0 != $1 })
            return (marked(one, isDifferent), marked(other, isDifferent))
        }
        let start = zip(one, other).prefix { $0 == $1 }.count
        let end = min(
            zip(one.reversed(), other.reversed()).prefix { $0 == $1 }.count, min(one.count, other.count) - start)
        func middle(_ scalars: [Unicode.Scalar]) -> HTML {
            marked(scalars, scalars.indices.map { $0 >= start && $0 < scalars.count - end })
        }
        return (middle(one), middle(other))
    }

    /// Marks short equal parts between two differences as different.
    private static func joined(_ isDifferent: [Bool]) -> [Bool] {
        var result = isDifferent
        var last: Int?
        for index in isDifferent.indices where isDifferent[index] {
            if let last, index - last <= minimumEqualCount { for gap in last..<index { result[gap] = true } }
            last = index
        }
        return result
    }

    private static func marked(_ scalars: [Unicode.Scalar], _ isDifferent: [Bool]) -> HTML {
        var html: HTML = ""
        var start = 0
        while start < scalars.count {
            let end = isDifferent[start...].firstIndex { $0 != isDifferent[start] } ?? scalars.count
            let run = String(String.UnicodeScalarView(scalars[start..<end]))
            html += isDifferent[start] ? "<mark>\(run)</mark>" : "\(run)"
            start = end
        }
        return html
    }
}
