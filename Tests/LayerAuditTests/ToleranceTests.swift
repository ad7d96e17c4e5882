// layerverify: tests of findings that are tolerated.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerAudit
import LayerModel
import Testing

@Suite struct ToleranceTests {
    private func rule(_ term: String, until: String? = nil) throws -> ToleranceRule {
        try ToleranceRule(
            parsing: term, source: .file, reason: "r", until: until.flatMap { CalendarDay(parsing: $0) }, place: "f:1")
    }

    private func known(_ findings: [Finding], in store: String = "image") -> KnownFindings {
        var known = KnownFindings()
        known.addStore(store)
        for finding in findings {
            known.add(
                KnownFindings.Entry(
                    code: finding.code, severity: finding.severity, digest: finding.digest, place: finding.place,
                    expected: finding.expected, actual: finding.actual, store: store))
        }
        return known
    }

    private func report(
        _ findings: [Finding], rules: [ToleranceRule] = [], known: KnownFindings? = nil, isStrict: Bool = false,
        in inventory: Inventory = inventory(), maximumByteCount: Int? = nil
    ) -> Report {
        var list = inventory.emptyFindings
        if let maximumByteCount { list.maximumByteCount = maximumByteCount }
        for finding in findings { list.append(LocatedFinding(finding, image: 0, layer: 0)) }
        let tolerance = Tolerance(rules: rules, known: known) {
            CalendarDay(parsing: "2026-06-15") ?? CalendarDay(secondsSinceEpoch: 0)
        }
        var tolerated = ToleratedFindings(tolerance, stores: inventory.roots.map { $0.path })
        let waivers = tolerated.waivers(for: list, in: inventory)
        list.finish()
        list.sort()
        var builder = ReportBuilder(of: inventory, isStrict: isStrict) { $1 }
        builder.append(inventory, facts: [soundFacts], located: list, waivers: waivers)
        builder.append(ofRun: inventory.list(of: tolerated.findings.map { LocatedFinding($0) }))
        return builder.report(isTolerant: tolerated.isTolerant)
    }

    private func digestMismatch(_ digit: Character, actual: Character = "9") -> Finding {
        Finding(
            .blobDigestMismatch, "m", at: Place("blobs/m", "/layers/0/digest"), digest: digest(digit),
            expected: digest(digit).description, actual: digest(actual).description)
    }

    private func corruptStream(_ digit: Character) -> Finding {
        Finding(
            .streamCorrupt, "m", at: Place("blobs/m", "/layers/0"), digest: digest(digit), actual: "7",
            follows: .blobDigestMismatch)
    }

    private let warning = Finding(.historyCountMismatch, "m", at: Place("blobs/c", "/history"), digest: digest("c"))

    private func waived(_ report: Report) -> [Bool] { report.findings.map { $0.waiver != nil } }

    @Test func outcomesAndCountsLeaveOutWaivedFindings() throws {
        let report = report(
            [digestMismatch("a"), warning], rules: [try rule("blob-digest-mismatch:\(digest("a"))")], isStrict: false)
        #expect(report.outcome == .verified)
        #expect(report.images.map { $0.outcome } == [.verified])
        #expect(report.images[0].layers.map { $0.outcome } == [.verified])
        #expect(report.findings.map { $0.severity } == [.error, .warning])
        #expect(report.findings[0].outcome == .verified)
        #expect(report.findings[0].waiver == Waiver(source: .file, reason: "r"))
        #expect(report.summary.errorCount == 0)
        #expect(report.summary.warningCount == 1)
        #expect(report.summary.verifiedImageCount == 1)
        #expect(report.summary.waived.file == 1)
        #expect(report.summary.waived.total == 1)
    }

    @Test func aWaivedWarningDoesNotRefuteWhenStrict() throws {
        let strict = report([warning], rules: [try rule("history-count-mismatch")], isStrict: true)
        #expect(strict.outcome == .verified)
        #expect(strict.findings[0].severity == .warning)
        #expect(report([warning], isStrict: true).outcome == .refuted)
    }

    @Test func aRuleWithADigestAppliesToNoOtherBlob() throws {
        let report = report(
            [digestMismatch("a"), digestMismatch("b")], rules: [try rule("blob-digest-mismatch:\(digest("a"))")])
        #expect(waived(report) == [true, false])
        #expect(report.outcome == .refuted)
    }

    @Test func aConsequenceOnTheSameBlobIsWaivedWithItsCause() throws {
        let rules = [try rule("blob-digest-mismatch:\(digest("a"))")]
        #expect(waived(report([digestMismatch("a"), corruptStream("a")], rules: rules)) == [true, true])
        #expect(waived(report([digestMismatch("a"), corruptStream("b")], rules: rules)) == [true, false])
        var other = digestMismatch("a")
        other.place = Place("blobs/n")
        let known = known([digestMismatch("a")])
        #expect(
            waived(report([digestMismatch("a"), other, corruptStream("a")], known: known)) == [true, false, false],
            "a cause that counts elsewhere keeps its consequence")
    }

    @Test func aWrongDigestIsNeverAConsequence() throws {
        let size = Finding(
            .blobSizeMismatch, "m", at: Place("blobs/m", "/layers/0/size"), digest: digest("a"), expected: "1",
            actual: "2")
        var mismatch = digestMismatch("a")
        mismatch.follows = .blobSizeMismatch
        let report = report([size, mismatch], rules: [try rule("blob-size-mismatch:\(digest("a"))")])
        #expect(waived(report) == [true, false])
        #expect(report.outcome == .refuted)
    }

    @Test func anExpiredRuleIsAWarningAndWaivesNothing() throws {
        let expired = report(
            [warning], rules: [try rule("history-count-mismatch", until: "2026-06-14")], isStrict: false)
        #expect(waived(expired) == [false, false])
        #expect(expired.findings.map { $0.code } == [.historyCountMismatch, .ignoreRuleExpired])
        #expect(expired.findings[1].message.hasPrefix("f:1: "))
        #expect(expired.findings[1].severity == .warning)
        let last = report([warning], rules: [try rule("history-count-mismatch", until: "2026-06-15")])
        #expect(waived(last) == [true])
    }

    @Test func aRuleThatAppliesToNothingIsANote() throws {
        let unused = report([warning], rules: [try rule("history-count-mismatch"), try rule("view-empty")])
        #expect(unused.findings.map { $0.code } == [.historyCountMismatch, .ignoreRuleUnused])
        #expect(unused.findings[1].message.contains("view-empty"))
        let interrupted = Finding(.interrupted, "m", at: Place(""))
        #expect(report([interrupted], rules: [try rule("view-empty")]).findings.map { $0.code } == [.interrupted])
    }

    @Test func findingsOfTheBaselineThatDoNotOccurAreCountedInANote() throws {
        let note = Finding(.layerAbsent, "m", at: Place("index.json"))
        try #require(note.severity == .note)
        let baseline = known([warning, digestMismatch("a"), digestMismatch("b"), note])
        let gone = report([warning], known: baseline)
        #expect(gone.findings.map { $0.code } == [.historyCountMismatch, .baselineUnused])
        #expect(gone.findings[1].message == "2 findings of the baseline did not occur in this run")
        let ruled = report([warning], rules: [try rule("history-count-mismatch")], known: known([warning]))
        #expect(ruled.findings.map { $0.code } == [.historyCountMismatch], "it occurred, although a rule waived it")
        let interrupted = Finding(.interrupted, "m", at: Place(""))
        #expect(report([interrupted], known: baseline).findings.map { $0.code } == [.interrupted])
    }

    @Test func nothingIsWaivedWhereNoImageIs() throws {
        var nothing = inventory()
        nothing.images = []
        var list: FindingList = [LocatedFinding(warning)]
        let tolerance = Tolerance(
            rules: [try rule("history-count-mismatch")], known: known([warning]),
            today: { CalendarDay(secondsSinceEpoch: 0) })
        var tolerated = ToleratedFindings(tolerance, stores: ["image"])
        #expect(tolerated.waivers(for: list, in: nothing)[0] != nil)
        #expect(!tolerated.isTolerant)
        #expect(tolerated.findings.isEmpty)
        list.append(LocatedFinding(Finding(.pathMissing, "m", at: Place(""))))
        _ = tolerated.waivers(for: list, in: nothing)
        #expect(tolerated.isTolerant, "the run fails anyway")
    }

    // The baseline

    @Test func aKnownFindingIsWaivedOncePerOccurrence() {
        let one = report([warning], known: known([warning]))
        #expect(one.findings[0].waiver == Waiver(source: .baseline))
        #expect(one.summary.waived.baseline == 1)
        var second = warning
        second.message = "another in the same place"
        #expect(waived(report([warning, second], known: known([warning]))) == [true, false])
        #expect(waived(report([warning, second], known: known([warning, warning]))) == [true, true])
    }

    /// A name and a change of the finding that is known.
    static let changes: [(String, @Sendable (inout Finding) -> Void)] = [
        ("actual", { $0.actual = digest("8").description }), ("expected", { $0.expected = "x" }),
        ("digest", { $0.digest = digest("b") }), ("path", { $0.place.path = "blobs/n" }),
        ("pointer", { $0.place.pointer = "/layers/1/digest" }), ("code", { $0.code = .blobSizeMismatch }),
        ("no digest", { $0.digest = nil }),
    ]

    @Test(arguments: changes)
    func bytesThatChangedAgainAreNew(_ name: String, _ change: @Sendable (inout Finding) -> Void) {
        let old = digestMismatch("a")
        #expect(waived(report([old], known: known([old]))) == [true])
        var new = old
        change(&new)
        let report = report([new], known: known([old]))
        #expect(waived(report) == [false, false], "\(name)")
        #expect(report.findings.last?.code == .baselineUnused)
        #expect(report.outcome == .refuted)
    }

    @Test func valuesOfOtherFindingsMayChange() {
        var new = warning
        new.actual = "3"
        #expect(waived(report([new], known: known([warning]))) == [true])
    }

    @Test func theStoreMayMoveButIsNotAnyStore() {
        #expect(waived(report([warning], known: known([warning], in: "/elsewhere/store"))) == [true])
        var two = inventory()
        two.roots.append(RootRecord(path: "other", form: .ociLayout))
        var there = warning
        there.root = 1
        #expect(waived(report([there], known: known([warning], in: "image"), in: two)) == [false, false])
    }

    @Test func aNoteThatBecameAnErrorIsNew() {
        let note = Finding(.platformAbsent, "m", at: Place("blobs/i", "/manifests/1"), digest: digest("a"))
        #expect(waived(report([note.refuting()], known: known([note]))) == [false])
        #expect(waived(report([note.refuting()], known: known([note.refuting()]))) == [true])
        #expect(waived(report([note], known: known([note]))) == [false], "a note counts for nothing")
    }

    @Test func noBaselineExcusesAnUnmetRequest() {
        let never = FindingCode.allCases.filter { $0.tolerance == .never }
        #expect(never.count > 5)
        for code in never {
            let finding = Finding(code, "m", at: Place(""))
            #expect(waived(report([finding], known: known([finding]))) == [false], "\(code)")
        }
    }

    /// Findings that are only counted do not tell which they are.
    @Test func countedFindingsAreWaivedByCodeOnly() throws {
        let known = known([Finding(.historyCountMismatch, "", at: Place(""))])
        let counted = report([warning, warning], known: known, maximumByteCount: 0)
        #expect(waived(counted) == [false])
        let byCode = report([warning, warning], rules: [try rule("history-count-mismatch")], maximumByteCount: 0)
        #expect(byCode.summary.waived.file == 2)
        #expect(byCode.images[0].layers[0].outcome == .verified)
    }
}
