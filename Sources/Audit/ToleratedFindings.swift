// layerverify: which findings of a run are tolerated.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Decides which findings of a run are waived, from one image store after another.
///
/// A rule comes before the baseline, and an earlier rule before a later one. What follows from a waived finding on the same
/// blob is waived with it, except a wrong digest, which must be waived by itself. Notes are waived by rules only. If no
/// image was found, nothing is waived unless something else fails: a run that verified nothing must not succeed because of
/// what it tolerates.
package struct ToleratedFindings: Sendable {
    private let tolerance: Tolerance
    private let readsLayers: Bool
    private let rootCount: Int
    private var rulesOfSubject: [Subject: [Int]] = [:]
    private var matches: KnownFindings.Matches?
    private var isUsed: [Bool]
    private var hasImages = false
    /// Whether a finding that counts refutes something, or leaves it undetermined.
    private var isFailing = false
    private var isComplete = true
    /// Whether some findings are only counted. Which they are is not known.
    private var hasSummaries = false

    /// - Parameters:
    ///   - stores: the paths of the image stores of the run.
    ///   - readsLayers: false if only documents are read. Rules about layers apply to nothing then.
    package init(_ tolerance: Tolerance, stores: [String], readsLayers: Bool = true) {
        self.tolerance = tolerance
        self.readsLayers = readsLayers
        rootCount = stores.count
        isUsed = Array(repeating: false, count: tolerance.rules.count)
        matches = tolerance.known.map { KnownFindings.Matches($0, stores: stores) }
        for (index, rule) in tolerance.rules.enumerated() where !tolerance.isExpired(rule) {
            rulesOfSubject[Subject(code: rule.code, digest: rule.digest), default: []].append(index)
        }
    }

    /// The waivers of all findings about an image store, or about the run. `FindingList.finish` must be called later.
    ///
    /// Complexity: linear in the findings and rules.
    package mutating func waivers(for findings: FindingList, in inventory: Inventory) -> Waivers {
        guard tolerance.isAny else { return Waivers() }
        var waivers = Waivers(rules: tolerance.rules.map { $0.waiver }, count: findings.pool.count)
        let places = findings.listedPlaces
        waive(findings, places, in: inventory, &waivers)
        waiveConsequences(findings, places, &waivers)
        if !inventory.images.isEmpty { hasImages = true }
        if findings.pool.contains(where: { $0.code == .interrupted }) { isComplete = false }
        for place in places {
            if findings.isSummary(place) { hasSummaries = true }
            if !waivers.isWaived(place), findings.pool[place].outcome != .verified { isFailing = true }
        }
        return waivers
    }

    /// False if nothing may be waived after all. Must be asked once all findings are known.
    package var isTolerant: Bool { hasImages || isFailing }

    /// The findings about rules that have expired or that apply to nothing, and about a baseline whose findings did not
    /// all occur. Must be asked once all other findings are known.
    package var findings: [Finding] {
        guard tolerance.isAny else { return [] }
        var findings: [Finding] = []
        func add(_ code: FindingCode, _ message: String, hint: String? = nil) {
            findings.append(Finding(code, message, at: Place(""), root: rootCount, hint: hint))
        }
        let isUnusedTold = readsLayers && isComplete && hasImages
        for (rule, isUsed) in zip(tolerance.rules, isUsed) {
            if tolerance.isExpired(rule) {
                add(
                    .ignoreRuleExpired,
                    "\(rule.place ?? ""): the rule '\(rule.term)' expired on \(rule.until?.description ?? "")",
                    hint: "renew the rule, or remove it and fix the image")
            } else if !isUsed, isUnusedTold {
                let place = rule.place.map { "\($0): " } ?? ""
                add(.ignoreRuleUnused, "\(place)the rule '\(rule.term)' applies to no finding")
            }
        }
        let unusedCount = hasSummaries ? 0 : matches?.unusedCount ?? 0
        if unusedCount > 0, isUnusedTold {
            let what = unusedCount == 1 ? "1 finding" : "\(unusedCount) findings"
            add(.baselineUnused, "\(what) of the baseline did not occur in this run")
        }
        return findings
    }

    private struct Subject: Hashable {
        let code: FindingCode
        let digest: ContentDigest?
    }

    /// Waives findings by rules and by the baseline.
    private mutating func waive(
        _ findings: FindingList, _ places: [Int], in inventory: Inventory, _ waivers: inout Waivers
    ) {
        let withoutClaims = findingsWithUnclaimedLayers(findings, in: inventory)
        for place in places {
            let finding = findings.pool[place]
            // A finding that a rule waives, or that nothing waives, also occurred.
            let isKnown =
                finding.severity != .note && !findings.isSummary(place) && matches?.take(finding) ?? false
            guard tolerance.mayBeWaived(finding), finding.code.tolerance == .code || !withoutClaims.contains(place)
            else { continue }
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
    }

    /// The findings about images that have an unclaimed layer. Without the finding the image would be verified, although
    /// the layer was compared with nothing.
    private func findingsWithUnclaimedLayers(_ findings: FindingList, in inventory: Inventory) -> Set<Int> {
        let hasUnclaimedLayer = inventory.images.indices.map { inventory.images.hasUnclaimedLayer($0) }
        guard hasUnclaimedLayer.contains(true) else { return [] }
        return findings.entries.reduce(into: []) { places, entry in
            if let image = entry.image, hasUnclaimedLayer[image] { places.insert(Int(entry.finding)) }
        }
    }

    /// Whether an equal finding of an earlier run was about the same bytes: it has a digest or a value, or there are no bytes, or
    /// its code says that all claims were checked.
    private static func isSpecific(_ finding: Finding) -> Bool {
        finding.digest != nil || finding.actual != nil || finding.code == .blobMissing
            || finding.code.tolerance == .code
    }

    /// Waives the findings that follow from a waived one on the same blob.
    private func waiveConsequences(_ findings: FindingList, _ places: [Int], _ waivers: inout Waivers) {
        struct Cause: Hashable {
            let root: RootIndex
            let code: FindingCode
            let digest: ContentDigest
        }
        var causes: [Cause: Int] = [:]
        var counted: Set<Cause> = []
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
            guard finding.code != .blobDigestMismatch, tolerance.mayBeWaived(finding), let code = finding.follows,
                let digest = finding.digest
            else { continue }
            let cause = Cause(root: finding.root, code: code, digest: digest)
            if let waived = causes[cause], !counted.contains(cause) { waivers.waive(place, like: waived) }
        }
    }
}
