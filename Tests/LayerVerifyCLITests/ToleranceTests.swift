// layerverify: tests of what a pipeline tolerates.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

@Suite struct ToleranceOptionTests {
    private static let good = ProgramRun.corpus("good/oci-gzip/image")
    private static let damaged = ProgramRun.corpus("bad/layer-byte-flipped/image")
    private static let digest = "sha256:1f7cb141e3a6790fa5b25de14cf687570d574f5b59c217b5e3bddcd964e4ea73"
    private static let rule = "blob-digest-mismatch:" + digest
    private static let unread = ProgramRun.corpus("bad/layer-type-unknown/image")
    private static let warning = ProgramRun.corpus("good/history-count-differs/image")

    static let wrongUsage: [([String], String)] = [
        (["--ignore", "blob-digest-mismatch"], "for one blob only"),
        (["--ignore", "blob-mising"], "there is no finding 'blob-mising'. Did you mean 'blob-missing'?"),
        (["--ignore", "\u{1b}[31m"], "'\\u{1b}[31m'"),
        (["--ignore-file", "/no/such"], "cannot be read: no such file"), (["--ignore-file", "/"], "is a directory"),
        (["--ignore-file", ""], "is empty"), (["--baseline", "/no/such"], "cannot be read"),
        (["--baseline", "/dev/null"], "it is empty"), (["--baseline", "a", "--baseline", "b"], "may be given once"),
        (["--fail-on", "never"], "'never'"), (["--fail-on", "error", "--fail-on", "error"], "may be given once"),
        (["--strict", "--fail-on", "error"], "contradicts"),
        (["--strict", "--fail-on", "undetermined"], "contradicts"),
    ]

    /// An error of usage takes a quarter of a second in a debug build, so each is tried with one command.
    @Test(arguments: Array(wrongUsage.enumerated()))
    func wrongUsageEndsWith64AndSaysWhy(_ place: Int, _ usage: ([String], String)) throws {
        let command = place % 2 == 0 ? "verify" : "inspect"
        let run = try ProgramRun.layerverify([command] + usage.0 + [Self.good])
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.transcript.contains(usage.1), "\(run.transcript)")
    }

    @Test func aWrongLineOfAnIgnoreFileIsToldWithItsNumber() throws {
        let workshop = try ImageFixture()
        let file = workshop.path("ignore.txt")
        try Data("# rules\n\(Self.rule)\n".utf8).write(to: URL(filePath: file))
        let run = try ProgramRun.layerverify("--ignore-file", file, Self.damaged)
        #expect(run.status == 64)
        #expect(run.transcript.contains("ignore.txt:2: the reason is missing"))
        #expect(!run.transcript.contains("Usage:"), "the command line is right")
        let report = try ProgramRun.layerverify("inspect", "--baseline", file, Self.good)
        #expect(report.status == 64)
        #expect(report.transcript.contains("is not a JSON report of layerverify"))
        #expect(!report.transcript.contains("Usage:"))
    }

    /// The status with each value of `--fail-on`, and without the option.
    static let thresholds: [(path: String, error: Int32, undetermined: Int32, warning: Int32)] = [
        (good, 0, 0, 0), (damaged, 1, 1, 1), (unread, 0, 2, 2), (warning, 0, 0, 1), ("/no/such/path", 2, 2, 2),
        (ProgramRun.corpus("README.md"), 2, 2, 2),
    ]

    @Test(arguments: thresholds)
    func theThresholdDecidesTheStatus(_ item: (path: String, error: Int32, undetermined: Int32, warning: Int32)) throws
    {
        func status(_ arguments: String...) throws -> Int32 {
            try ProgramRun.layerverify(["--quiet"] + arguments + [item.path]).status
        }
        #expect(try status("--fail-on", "error") == item.error)
        #expect(try status("--fail-on", "undetermined") == item.undetermined)
        #expect(try status() == item.undetermined)
        #expect(try status("--fail-on", "warning") == item.warning)
        #expect(try status("--strict") == item.warning)
        #expect(try status("--strict", "--fail-on", "warning") == item.warning)
    }

    /// Only the status is tolerant: a wrong "verified" is the worst fault of a verifier.
    @Test func aToleratedUndeterminedRunIsNotCalledVerified() throws {
        let run = try ProgramRun.layerverify("--fail-on", "error", Self.unread)
        #expect(run.status == 0)
        #expect(run.text.contains("\n? undetermined: 1 of 1 image undetermined"))
        let json = try ProgramRun.layerverify("--fail-on", "error", "--format", "json", Self.unread)
        #expect(json.text.contains("\"outcome\": \"undetermined\",\n  \"images\""))
        let missing = try ProgramRun.layerverify("--fail-on", "error", Self.unread, "/no/such/path")
        #expect(missing.status == 2, "a path that does not exist is a mistake in the command")
        let name = try ProgramRun.layerverify("--fail-on", "error", "--ref", "no-such", Self.good)
        #expect(name.status == 2)
    }

    @Test func inspectHasTheSameThresholds() throws {
        let sparse = ProgramRun.corpus("bad/digest-algorithm-unknown/image")
        try #require(FileManager.default.fileExists(atPath: sparse))
        #expect(try ProgramRun.layerverify("inspect", sparse).status == 2)
        #expect(try ProgramRun.layerverify("inspect", "--fail-on", "error", sparse).status == 0)
        #expect(try ProgramRun.layerverify("inspect", "--strict", Self.warning).status == 1)
        #expect(
            try ProgramRun.layerverify("inspect", "--strict", "--ignore", "history-count-mismatch", Self.warning).status
                == 0)
    }

    @Test func ignoredFindingsAreShownWithTheirReasonAndCounted() throws {
        let workshop = try ImageFixture()
        let file = workshop.path("ignore.txt")
        try Data("\(Self.rule) until=9999-12-31 the old store\n".utf8).write(to: URL(filePath: file))
        let run = try ProgramRun.layerverify("--ignore-file", file, Self.damaged)
        #expect(run.status == 0)
        #expect(run.text.contains("ignored[blob-digest-mismatch] layer 1 is damaged"))
        #expect(run.text.contains("ignored   by --ignore-file until 9999-12-31: the old store"))
        #expect(run.text.contains("✓ verified: "))
        #expect(run.text.contains("✓ verified: 2 findings ignored: 2 by --ignore-file; "))
    }

    @Test func quietPrintsNothingAboutIgnoredFindings() throws {
        let good = try ProgramRun.layerverify("--quiet", "--ignore", Self.rule, Self.damaged)
        #expect(good.status == 0)
        #expect(good.transcript.isEmpty)
        let other = try ProgramRun.layerverify("--quiet", "--ignore", Self.rule, Self.damaged, "/no/such/path")
        #expect(other.status == 2)
        #expect(!other.text.contains("blob-digest-mismatch"))
        #expect(other.text.contains(" 2 findings ignored: 2 by --ignore"))
    }

    @Test func aReportIsABaselineAlsoThroughAPipe() throws {
        let program = "'\(ProgramRun.layerverifyPath)'"
        let line = "\(program) --format json '\(Self.damaged)' | \(program) --baseline /dev/stdin '\(Self.damaged)'"
        let run = try ProgramRun.run("sh", ["-c", line])
        #expect(run.status == 0)
        #expect(run.text.contains("✓ verified: 2 findings ignored: 2 by --baseline; "), "\(run.text)")
    }

    /// A baseline that takes over the findings of each run would let each fault fail once only.
    @Test func theReportDoesNotReplaceItsBaseline() throws {
        let workshop = try ImageFixture()
        let file = workshop.path("b.json")
        #expect(try ProgramRun.layerverify("--format", "json", "-o", file, Self.good).status == 0)
        let run = try ProgramRun.layerverify("--format", "json", "-o", file, "--baseline", file, Self.damaged)
        #expect(run.status == 64)
        #expect(
            run.transcript.contains("would replace '\(file)' that is to be read. Write another file, and rename it"))
    }

    @Test func theTraceDoesNotReplaceTheBaseline() throws {
        let workshop = try ImageFixture()
        let file = workshop.path("b.json")
        #expect(try ProgramRun.layerverify("--format", "json", "-o", file, Self.good).status == 0)
        #expect(try ProgramRun.layerverify("--trace", file, "--baseline", file, Self.good).status == 64)
    }

    /// Nothing is claimed about its layers, so without this finding they would be verified, whatever their bytes.
    @Test func aMissingConfigOfADockerArchiveIsNotIgnored() throws {
        let archive = ProgramRun.corpus("bad/docker-config-missing/image.tar")
        let workshop = try ImageFixture()
        let file = workshop.path("b.json")
        let first = try ProgramRun.layerverify("--format", "json", "-o", file, archive)
        #expect(first.status == 1)
        #expect(try ProgramRun.layerverify("--baseline", file, archive).status == 1)
        let digest = try #require(
            try String(contentsOfFile: file, encoding: .utf8).firstMatch(of: #/"digest": "(sha256:[0-9a-f]+)"/#)?.1)
        let run = try ProgramRun.layerverify("--ignore", "blob-missing:\(digest)", archive)
        #expect(run.status == 1)
        #expect(run.text.contains("? 1  "), "\(run.text)")
    }

    /// The finding has neither a digest nor a value, so it could be about any bytes.
    @Test func aBaselineDoesNotCoverADocumentThatChanged() throws {
        let workshop = try ImageFixture()
        let (store, file) = (workshop.path("store"), workshop.path("b.json"))
        try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
        for name in ["a", "b"] { try FileManager.default.copyItem(atPath: Self.good, toPath: "\(store)/\(name)") }
        let index = URL(filePath: "\(store)/a/index.json")
        try Data("garbage".utf8).write(to: index)
        #expect(try ProgramRun.layerverify("--format", "json", "-o", file, store).status == 1)
        try Data("other {".utf8).write(to: index)
        #expect(try ProgramRun.layerverify("--baseline", file, store).status == 1)
    }
}
