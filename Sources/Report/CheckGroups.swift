// layerverify: all checks of a run, for formats of test results.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The groups of checks of a report, in its order, and their numbers.
///
/// Memory: one group at a time.
struct CheckGroups {
    /// The numbers of checks by result.
    struct Counts: Hashable {
        private(set) var all = 0
        private(set) var failed = 0
        private(set) var undetermined = 0
        private(set) var skipped = 0

        mutating func add(_ result: Check.Result) {
            all += 1
            switch result {
            case .passed: break
            case .skipped: skipped += 1
            case .undetermined: undetermined += 1
            case .failed: failed += 1
            }
        }

        mutating func add(_ other: Counts) {
            all += other.all
            failed += other.failed
            undetermined += other.undetermined
            skipped += other.skipped
        }

        init() {}

        init(_ group: CheckGroup) { for index in 0..<group.count { add(group[index].result) } }

        /// The outcome that the results together imply.
        var outcome: Outcome { failed > 0 ? .refuted : undetermined > 0 ? .undetermined : .verified }
    }

    let report: Report
    private let outline: ReportOutline
    /// The numbers of all groups.
    private(set) var counts = Counts()
    /// Whether no check implies the outcome of the run, so that one is added.
    private var lacksOutcome = false

    /// Counts the checks: one pass over the images and the findings.
    init(_ report: Report) {
        self.report = report
        outline = ReportOutline(report)
        var counts = Counts()
        forEachRoot { counts.add(Counts($0)) }
        let outcome = outline.strays.reduce(counts.outcome) { $0.joined(with: report.findings[$1].outcome) }
        lacksOutcome = outcome.joined(with: report.outcome) != outcome
        if let runGroup { counts.add(Counts(runGroup)) }
        self.counts = counts
    }

    /// Calls `body` with each group.
    func forEach<Failure: Error>(_ body: (CheckGroup) throws(Failure) -> Void) throws(Failure) {
        try forEachRoot(body)
        if let runGroup { try body(runGroup) }
    }

    private func forEachRoot<Failure: Error>(_ body: (CheckGroup) throws(Failure) -> Void) throws(Failure) {
        for root in report.roots.indices {
            let findings = outline.findingsOfRoot[root] ?? []
            let images = outline.imagesOfRoot[root] ?? []
            // A folder is only the way to the images below it, unless a finding says otherwise.
            let isAlone = images.isEmpty && report.roots[root].form != .folder
            if isAlone || findings.contains(where: { isReported(report.findings[$0]) }) {
                try body(CheckGroup(path: findings, root: root, hasImages: !images.isEmpty, of: report))
            }
            for (place, image) in images.enumerated() {
                try body(CheckGroup(report.images[image], number: place + 1, of: report))
            }
        }
    }

    /// Whether a check shows the finding: all but notes, except for absent platforms.
    private func isReported(_ finding: Finding) -> Bool {
        finding.severity != .note || finding.outcome != .verified || finding.waiver != nil
            || finding.code == .platformAbsent
    }

    /// The findings that belong to no root, and the outcome of the run if no other check implies it.
    private var runGroup: CheckGroup? {
        guard lacksOutcome || !outline.strays.isEmpty else { return nil }
        return CheckGroup(
            run: outline.strays, leastOutcome: lacksOutcome ? report.outcome : .verified, of: report)
    }
}
