// layerverify: the waivers of findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The waivers of the findings of a run.
///
/// Memory: 4 bytes for each finding, if anything may be waived.
package struct Waivers: Sendable {
    private var waivers: [Waiver] = []
    /// For each finding of the pool the index of its waiver, plus one; 0 for a finding that counts.
    private var numbers: [UInt32] = []

    /// Nothing is waived.
    package init() {}

    /// - Parameter count: the number of findings in the pool; those that are added later count.
    init(rules: [Waiver], count: Int) {
        waivers = rules + [Waiver(source: .baseline)]
        numbers = Array(repeating: 0, count: count)
    }

    /// The waiver of a finding of the pool; nil if it counts.
    package subscript(place: Int) -> Waiver? { isWaived(place) ? waivers[Int(numbers[place]) - 1] : nil }

    func isWaived(_ place: Int) -> Bool { numbers.indices.contains(place) && numbers[place] > 0 }

    mutating func waive(_ place: Int, byRule rule: Int) { numbers[place] = UInt32(rule) + 1 }

    mutating func waiveByBaseline(_ place: Int) { numbers[place] = UInt32(waivers.count) }

    mutating func waive(_ place: Int, like other: Int) { numbers[place] = numbers[other] }

    /// Appends the waivers of further findings by the same rules.
    ///
    /// - Parameters:
    ///   - findingsBefore: the number of findings in the pool so far.
    ///   - count: the number of further findings.
    mutating func append(_ other: Waivers, findingsBefore: Int, count: Int) {
        guard !other.numbers.isEmpty || !numbers.isEmpty else { return }
        if waivers.isEmpty { waivers = other.waivers }
        numbers += Array(repeating: 0, count: findingsBefore - numbers.count)
        numbers += other.numbers.prefix(count)
    }
}
