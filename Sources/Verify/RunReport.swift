// layerverify: the report of a run, one image store after another.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerDigest
internal import LayerModel
internal import LayerSource

/// Collects the report of a run: decides what is tolerated, and keeps of each image store its part of the report.
struct RunReport {
    private var builder: ReportBuilder
    private var tolerated: ToleratedFindings
    private let ignored: IgnoredFiles

    /// The bytes of findings of a run. A later image store may still have `assuredByteCount` of them, and beyond
    /// `Inventory.maximumByteCount` they are only counted.
    private static let maximumByteCount = 256 << 20
    private static let assuredByteCount = 64 << 10

    /// - Parameters:
    ///   - inventory: any inventory of the run.
    ///   - readsLayers: false if only documents are read.
    init(_ verifier: Verifier, _ sources: RunSources, _ inventory: Inventory, readsLayers: Bool = true) {
        builder = ReportBuilder(
            of: inventory, isStrict: verifier.options.isStrict,
            chainID: { ChainID.next(parent: $0, diffID: $1) })
        let tolerance = Tolerance(
            rules: verifier.options.ignoreRules.map { $0.rule }, known: verifier.options.baseline?.known,
            expectedDigests: verifier.expectedDigests, today: verifier.today)
        tolerated = ToleratedFindings(
            tolerance, stores: sources.found.map { $0.record.path }, readsLayers: readsLayers)
        ignored = sources.ignored
    }

    /// The limit in bytes for the findings of the next image store.
    var findingByteCount: Int {
        let left = Self.maximumByteCount - builder.findingByteCount
        let assured = builder.findingByteCount < Inventory.maximumByteCount ? Self.assuredByteCount : 0
        return max(min(FindingList.standardByteCount, left), assured)
    }

    /// Appends the next image store, and takes its findings, so that they exist once.
    mutating func append(_ judged: inout JudgedRoot) {
        var findings = judged.inventory.emptyFindings
        swap(&findings, &judged.findings)
        let waivers = tolerated.waivers(for: findings, in: judged.inventory)
        findings.finish()
        findings.sort()
        builder.append(judged.inventory, facts: judged.facts, located: findings, waivers: waivers)
    }

    /// Appends the findings that follow from several image stores.
    mutating func append(ofRun inventory: Inventory) {
        var findings = inventory.emptyFindings
        for located in inventory.findings { findings.append(located, in: .run) }
        let waivers = tolerated.waivers(for: findings, in: inventory)
        for finding in tolerated.findings { findings.append(LocatedFinding(finding), in: .run) }
        findings.finish()
        builder.append(ofRun: findings, waivers: waivers)
    }

    /// The report, without times.
    consuming func report() -> Report {
        let isTolerant = tolerated.isTolerant
        let ignored = ignored
        var report = builder.report(isTolerant: isTolerant)
        report.summary.ignored = ignored
        return report
    }
}
