// layerverify: findings that are tolerated.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// What a run tolerates: rules that waive findings, and the findings of an earlier run.
package struct Tolerance: Sendable {
    private let rules: [ToleranceRule]
    private let known: KnownFindings?
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

    /// Decides which findings are waived, and adds findings about rules that have expired or that apply to nothing, and
    /// about a baseline whose findings did not all occur.
    ///
    /// A rule comes before the baseline, and an earlier rule before a later one. What follows from a waived finding on the same
    /// blob is waived with it, except a wrong digest, which must be waived by itself. Notes are waived by rules only. If no
    /// image was found, nothing is waived unless something else fails: a run that verified nothing must not succeed because of
    /// what it tolerates.
    ///
    /// Must be called once all other findings are known, and before `FindingList.finish`.
    ///
    /// - Parameter readsLayers: false if only documents were read. Rules about layers apply to nothing then.
    ///
    /// Complexity: linear in the findings and rules.
    package func waivers(for findings: inout FindingList, in inventory: Inventory, readsLayers: Bool = true) -> Waivers
    {
        guard !rules.isEmpty || known != nil else { return Waivers() }
        var waivers = Waivers(rules: rules.map { $0.waiver }, count: findings.pool.count)
        var isUsed = [Bool](repeating: false, count: rules.count)
        let unusedCount = waive(findings, in: inventory, &waivers, &isUsed)
        waiveConsequences(findings, &waivers)
        if inventory.images.isEmpty, !fails(findings, waivers) { waivers = Waivers() }
        let isComplete = !findings.pool.contains { $0.code == .interrupted }
        for (rule, isUsed) in zip(rules, isUsed) {
            if isExpired(rule) {
                add(
                    .ignoreRuleExpired,
                    "\(rule.place ?? ""): the rule '\(rule.term)' expired on \(rule.until?.description ?? "")",
                    hint: "renew the rule, or remove it and fix the image", &findings, inventory)
            } else if !isUsed, readsLayers, isComplete, !inventory.images.isEmpty {
                let place = rule.place.map { "\($0): " } ?? ""
                add(
                    .ignoreRuleUnused, "\(place)the rule '\(rule.term)' applies to no finding", hint: nil, &findings,
                    inventory)
            }
        }
        if unusedCount > 0, readsLayers, isComplete, !inventory.images.isEmpty {
            let what = unusedCount == 1 ? "1 finding" : "\(unusedCount) findings"
            add(
                .baselineUnused, "\(what) of the baseline did not occur in this run", hint: nil, &findings, inventory)
        }
        return waivers
    }

    /// Whether a finding that counts refutes something, or leaves it undetermined.
    private func fails(_ findings: FindingList, _ waivers: Waivers) -> Bool {
        findings.listedPlaces.contains { !waivers.isWaived($0) && findings.pool[$0].outcome != .verified }
    }

    private func isExpired(_ rule: ToleranceRule) -> Bool { today.map { rule.isExpired(on: $0) } ?? false }

    /// Adds a finding about the run.
    private func add(
        _ code: FindingCode, _ message: String, hint: String?, _ findings: inout FindingList, _ inventory: Inventory
    ) {
        findings.append(
            LocatedFinding(Finding(code, message, at: Place(""), root: inventory.roots.count, hint: hint)))
    }

    private struct Subject: Hashable {
        let code: FindingCode
        let digest: ContentDigest?
    }

    /// Waives findings by rules and by the baseline.
    ///
    /// Returns: how many findings of the baseline did not occur.
    private func waive(
        _ findings: FindingList, in inventory: Inventory, _ waivers: inout Waivers, _ isUsed: inout [Bool]
    ) -> Int {
        var rulesOfSubject: [Subject: [Int]] = [:]
        for (index, rule) in rules.enumerated() where !isExpired(rule) {
            rulesOfSubject[Subject(code: rule.code, digest: rule.digest), default: []].append(index)
        }
        let withoutClaims = findingsBesideUnclaimedLayers(findings, in: inventory)
        var matches = known.map { KnownFindings.Matches($0, stores: inventory.roots.map { $0.path }) }
        for place in findings.listedPlaces {
            let finding = findings.pool[place]
            // A finding that a rule waives, or that nothing waives, also occurred.
            let isKnown =
                finding.severity != .note && !findings.isSummary(place) && matches?.take(finding) ?? false
            guard mayBeWaived(finding), finding.code.tolerance == .code || !withoutClaims.contains(place) else {
                continue
            }
            var subjects = [Subject(code: finding.code, digest: nil)]
            if let digest = finding.digest { subjects.append(Subject(code: finding.code, digest: digest)) }
            let applying = subjects.flatMap { rulesOfSubject[$0] ?? [] }
            for rule in applying { isUsed[rule] = true }
            if let rule = applying.min() {
                waivers.waive(place, byRule: rule)
            } else if isKnown, Self.isSpecific(finding) {
                waivers.waiveByBaseline(place)
            }
        }
        // What a summary counts is not known.
        return findings.listedPlaces.contains { findings.isSummary($0) } ? 0 : matches?.unusedCount ?? 0
    }

    /// The findings about images that have a layer of which nothing is claimed, as that of a docker-save archive whose config is
    /// missing. Without the finding the image would be verified, although the layer was compared with nothing.
    private func findingsBesideUnclaimedLayers(_ findings: FindingList, in inventory: Inventory) -> Set<Int> {
        let isUnclaimed = inventory.images.indices.map { image in
            (0..<inventory.images.layerCount(of: image)).contains { layer in
                let record = inventory.images.layer(layer, of: image)
                return record?.digest == nil && record?.diffID == nil
            }
        }
        guard isUnclaimed.contains(true) else { return [] }
        return findings.entries.reduce(into: []) { places, entry in
            if let image = entry.image, isUnclaimed[image] { places.insert(Int(entry.finding)) }
        }
    }

    /// Whether an equal finding of an earlier run was about the same bytes: it has a digest or a value, or there are no bytes, or
    /// its code says that all claims were checked.
    private static func isSpecific(_ finding: Finding) -> Bool {
        finding.digest != nil || finding.actual != nil || finding.code == .blobMissing
            || finding.code.tolerance == .code
    }

    private func mayBeWaived(_ finding: Finding) -> Bool {
        switch finding.code.tolerance {
        case .code: true
        case .digest, .baseline: finding.digest.map { !expectedDigests.contains($0) } ?? true
        case .never: false
        }
    }

    /// Waives the findings that follow from a waived one on the same blob.
    private func waiveConsequences(_ findings: FindingList, _ waivers: inout Waivers) {
        struct Cause: Hashable {
            let root: RootIndex
            let code: FindingCode
            let digest: ContentDigest
        }
        var causes: [Cause: Int] = [:]
        var counted: Set<Cause> = []
        let places = findings.listedPlaces
        for place in places {
            let finding = findings.pool[place]
            guard let digest = finding.digest else { continue }
            let cause = Cause(root: finding.root, code: finding.code, digest: digest)
            if waivers.isWaived(place) {
                if causes[cause] == nil { causes[cause] = place }
            } else {
                counted.insert(cause)
            }
        }
        guard !causes.isEmpty else { return }
        for place in places where !waivers.isWaived(place) {
            let finding = findings.pool[place]
            guard finding.code != .blobDigestMismatch, mayBeWaived(finding), let code = finding.follows,
                let digest = finding.digest
            else { continue }
            let cause = Cause(root: finding.root, code: code, digest: digest)
            if let waived = causes[cause], !counted.contains(cause) { waivers.waive(place, like: waived) }
        }
    }
}

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

    fileprivate mutating func waive(_ place: Int, byRule rule: Int) { numbers[place] = UInt32(rule) + 1 }

    fileprivate mutating func waiveByBaseline(_ place: Int) { numbers[place] = UInt32(waivers.count) }

    fileprivate mutating func waive(_ place: Int, like other: Int) { numbers[place] = numbers[other] }
}
