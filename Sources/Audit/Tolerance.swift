// layerverify: what a run tolerates.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// What a run tolerates: rules that waive findings, and the findings of an earlier run.
package struct Tolerance: Sendable {
    let rules: [ToleranceRule]
    let known: KnownFindings?
    private let expectedDigests: Set<ContentDigest>
    private let today: CalendarDay?

    /// - Parameters:
    ///   - expectedDigests: digests that images must have. A wrong one is never waived: the image would have it by a false
    ///     claim.
    ///   - today: the day for which rules apply; asked for only if a rule has a last day.
    package init(
        rules: [ToleranceRule], known: KnownFindings?, expectedDigests: [ContentDigest] = [], today: () -> CalendarDay
    ) {
        self.expectedDigests = Set(expectedDigests)
        self.rules = rules
        self.known = known
        self.today = rules.contains { $0.until != nil } ? today() : nil
    }

    var isAny: Bool { !rules.isEmpty || known != nil }

    func isExpired(_ rule: ToleranceRule) -> Bool { today.map { rule.isExpired(on: $0) } ?? false }

    func mayBeWaived(_ finding: Finding) -> Bool {
        switch finding.code.tolerance {
        case .code: true
        case .digest, .baseline: finding.digest.map { !expectedDigests.contains($0) } ?? true
        case .never: false
        }
    }
}
