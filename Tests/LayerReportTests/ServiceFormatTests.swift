// layerverify: tests of the formats for services.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerReport
import Testing

/// SARIF, GitLab and GitHub. `scripts/reports-check` validates them by schemas.
@Suite struct ServiceFormatTests {
    static let formats: [any VerdictFormat] = [SARIFFormat(), GitLabFormat(), GitHubFormat(), GitHubSummaryFormat()]

    static func render(_ format: any VerdictFormat, _ report: Report, _ style: ReportStyle = ReportStyle()) -> String {
        var text = ""
        format.write(report, in: style) { text += $0 }
        return text
    }

    private func sarifRun(_ report: Report) throws -> [String: Any] {
        let log = try JSONSerialization.jsonObject(with: Data(Self.render(SARIFFormat(), report).utf8))
        let runs = try #require((log as? [String: Any])?["runs"] as? [[String: Any]])
        return try #require(runs.first)
    }

    private func sarifResults(_ report: Report) throws -> [[String: Any]] {
        try #require(try sarifRun(report)["results"] as? [[String: Any]])
    }

    private func gitLabIssues(_ report: Report) throws -> [[String: Any]] {
        let issues = try JSONSerialization.jsonObject(with: Data(Self.render(GitLabFormat(), report).utf8))
        return try #require(issues as? [[String: Any]])
    }

    /// A report with findings only.
    private static func report(_ count: Int, _ make: @escaping @Sendable (Int) -> Finding) -> Report {
        var report = SampleReport.empty
        report.outcome = .refuted
        report.roots = [RootRecord(path: "dir", form: .ociLayout)]
        report.findings = LazyList(count: count, make)
        report.files = LazyList(count: count) { FileReport(path: "b\($0)", role: .blob) }
        return report
    }

    @Test(arguments: SampleReport.all)
    func noTextFromAnImageIsInterpreted(_ sample: SampleReport) throws {
        for format in Self.formats {
            let text = Self.render(format, sample.report)
            let hazards = text.unicodeScalars.filter {
                $0 != "\n" && [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
            }
            #expect(hazards.isEmpty, "\(format.name)")
        }
        for line in Self.render(GitHubFormat(), sample.report).split(separator: "\n") {
            #expect(line.hasPrefix("::error ") || line.hasPrefix("::warning ") || line.hasPrefix("::notice "))
        }
    }

    @Test func propertiesOfCommandsAreEscaped() {
        var report = Self.report(1) { _ in Finding(.blobMissing, "100% ##[error]x\r\n::error::y", at: Place("b")) }
        report.roots = [RootRecord(path: "a,b:c%", form: .ociLayout)]
        let lines = Self.render(GitHubFormat(), report).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("::error file=a%2Cb%3Ac%25/b0,line=1,title=layerverify blob-missing::") == true)
        #expect(lines.first?.contains("::100%25 ##\\u{5b}error]x\\r\\n::error::y") == true)
    }

    @Test func messagesOfSARIFHaveNoLinkAndNoPlaceholder() throws {
        let report = Self.report(1) { _ in Finding(.blobMissing, "[a](http://b) {0} \u{202e}", at: Place("b")) }
        let message = try #require(try sarifResults(report).first?["message"] as? [String: Any])
        #expect((message["text"] as? String)?.hasPrefix(#"[a] (http://b) {{0}} \u202e."#) == true)
    }

    @Test func anUndeterminedFindingIsAnErrorEverywhere() throws {
        let report = SampleReport.undetermined
        #expect(try sarifResults(report).map { $0["level"] as? String } == ["error", "error"])
        let invocations = try #require(try sarifRun(report)["invocations"] as? [[String: Any]])
        #expect(invocations.first?["executionSuccessful"] as? Bool == false)
        #expect(try gitLabIssues(report).map { $0["severity"] as? String } == ["major", "major"])
        let commands = Self.render(GitHubFormat(), report).split(separator: "\n")
        #expect(commands.filter { $0.hasPrefix("::error ") && $0.contains("::undetermined: ") }.count == 2)
        #expect(commands.last?.hasPrefix("::notice title=layerverify::undetermined: ") == true)
    }

    @Test func anIgnoredFindingHasNoErrorLevel() throws {
        let report = Self.report(1) { _ in
            Finding(.blobMissing, "b0 is missing", at: Place("b"))
                .waived(by: Waiver(source: .file, reason: "known\u{1b}", until: "2027-01-31"))
        }
        let result = try #require(try sarifResults(report).first)
        #expect(result["level"] as? String == "note")
        let suppressions = try #require(result["suppressions"] as? [[String: Any]])
        #expect(
            suppressions.first?["justification"] as? String
                == #"ignored by --ignore-file until 2027-01-31: known\u{1b}"#)
        #expect(try gitLabIssues(report).map { $0["severity"] as? String } == ["info"])
        #expect(Self.render(GitHubFormat(), report).hasPrefix("::notice file=dir/b0,"))
    }

    @Test func notesOpenNoAlert() throws {
        #expect(try sarifResults(SampleReport.verified).isEmpty)
        let invocations = try #require(try sarifRun(SampleReport.verified)["invocations"] as? [[String: Any]])
        #expect((invocations.first?["toolExecutionNotifications"] as? [Any])?.count == 2)
        #expect(Self.render(GitHubFormat(), SampleReport.verified).split(separator: "\n").count == 1)
    }

    @Test func theMostUrgentResultsAreKeptBelowTheLimitOfGitHub() throws {
        // Every second finding is a warning; the last one refutes.
        let count = 30_001
        let report = Self.report(count) {
            $0 == count - 1
                ? Finding(.blobDigestMismatch, "last", at: Place("b\($0)"))
                : $0.isMultiple(of: 2)
                    ? Finding(.historyCountMismatch, "warning", at: Place("b\($0)"))
                    : Finding(.blobUnreadable, "undetermined", at: Place("b\($0)"))
        }
        let run = try sarifRun(report)
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.count == 25_000)
        let codes = results.map { $0["ruleId"] as? String }
        #expect(codes.last == "blob-digest-mismatch")
        #expect(codes.filter { $0 == "blob-unreadable" }.count == 15_000)
        let invocations = try #require(run["invocations"] as? [[String: Any]])
        let notifications = try #require(invocations.first?["toolExecutionNotifications"] as? [[String: Any]])
        let message = notifications.first?["message"] as? [String: Any]
        #expect((message?["text"] as? String)?.hasPrefix("5001 results were left out") == true)
    }

    @Test func annotationsAreTheTenMostUrgent() {
        let report = Self.report(40) {
            $0 < 20
                ? Finding(.streamCorrupt, "consequence", at: Place("b"), follows: .blobDigestMismatch)
                : Finding(.blobMissing, "cause \($0)", at: Place("b"))
        }
        let lines = Self.render(GitHubFormat(), report).split(separator: "\n")
        #expect(lines.count == 11)
        #expect(lines.prefix(10).allSatisfy { $0.contains("::cause ") })
        #expect(lines.last?.hasSuffix("; 30 findings without an annotation of its own") == true)
    }

    @Test func fingerprintsAreUniqueAndDoNotDependOnTheFolder() throws {
        func report(_ root: String) -> Report {
            var report = Self.report(100) { Finding(.blobMissing, "x", at: Place("b", "/\($0 / 2)")) }
            report.roots = [RootRecord(path: root, form: .ociLayout)]
            return report
        }
        func prints(_ root: String) throws -> [String] {
            try sarifResults(report(root)).compactMap {
                ($0["partialFingerprints"] as? [String: Any])?["primaryLocationLineHash"] as? String
            }
        }
        let own = try prints("one")
        #expect(Set(own).count == 100)
        #expect(try prints("/other/folder") == own)
        let issues = try gitLabIssues(report("one")).compactMap { $0["fingerprint"] as? String }
        #expect(Set(issues).count == 100)
    }

    @Test(arguments: [
        ("a/b", "a/b"), ("./a//b/", "a/b"), (".", "."), ("", "."), ("../x", "../x"), ("sub/../a", "a"),
        ("/project/a", "a"), ("/project", "."), ("/projects/a", "/projects/a"), ("/", "/"),
    ])
    func pathsAreRelativeToTheProject(_ path: String, _ relative: String) throws {
        var style = ReportStyle()
        style.paths = ReportPaths(workingDirectory: "/project", project: nil)
        #expect(try location(path, style) == relative)
    }

    @Test(arguments: [("a", "sub/a"), ("../a", "a"), ("../../a", "../../a"), ("/project/a", "a")])
    func pathsAreRelativeToTheProjectFromAFolderBelowIt(_ path: String, _ relative: String) throws {
        var style = ReportStyle()
        style.paths = ReportPaths(workingDirectory: "/project/sub", project: "/project")
        #expect(try location(path, style) == relative)
    }

    /// The path in a report about a root.
    private func location(_ path: String, _ style: ReportStyle) throws -> String {
        var report = Self.report(1) { _ in Finding(.pathMissing, "x", at: Place("")) }
        report.roots = [RootRecord(path: path, form: .unknown)]
        report.files = [nil]
        let issues = try JSONSerialization.jsonObject(with: Data(Self.render(GitLabFormat(), report, style).utf8))
        let issue = try #require((issues as? [[String: Any]])?.first)
        return try #require((issue["location"] as? [String: Any])?["path"] as? String)
    }

    @Test func locationsOfSARIFAreReferences() throws {
        func uri(_ path: String) throws -> String? {
            var report = Self.report(1) { _ in Finding(.pathMissing, "x", at: Place("")) }
            report.roots = [RootRecord(path: path, form: .unknown)]
            report.files = [nil]
            let locations = try sarifResults(report).first?["locations"] as? [[String: Any]]
            let physical = locations?.first?["physicalLocation"] as? [String: Any]
            return (physical?["artifactLocation"] as? [String: Any])?["uri"] as? String
        }
        #expect(try uri("a b/ü:1%.tar") == "a%20b/%C3%BC%3A1%25.tar")
        #expect(try uri("/a b") == "file:///a%20b")
    }

    @Test func theSummaryIsCutBetweenLinesAndItsBlocksAreClosed() {
        let report = Self.report(20_000) { Finding(.blobMissing, "blob \($0) is missing", at: Place("b\($0)")) }
        for limit in [4_096, 20_000, GitHubSummaryFormat.maximumByteCount] {
            let text = Self.render(GitHubSummaryFormat(limit: limit), report)
            #expect(text.utf8.count <= limit)
            #expect(text.utf8.count > limit - 1_000)
            #expect(
                text.hasSuffix(
                    "The report was cut here: GitHub accepts 1 MiB. The JSON and HTML reports are complete.\n"))
            let lines = text.split(separator: "\n")
            #expect(lines.filter { $0.hasPrefix("```") }.count.isMultiple(of: 2))
            #expect(
                lines.filter { $0.hasPrefix("<details>") }.count == lines.filter { $0 == "</details>" }.count)
        }
    }

    @Test func aSmallSummaryIsTheMarkdownReport() {
        for sample in SampleReport.all {
            #expect(Self.render(GitHubSummaryFormat(), sample.report) == Self.render(MarkdownFormat(), sample.report))
        }
    }

    @Test func manyFindingsComeInPieces() {
        let report = Self.report(20_000) { Finding(.blobMissing, "blob \($0) is missing", at: Place("b\($0)")) }
        for format in Self.formats {
            var longest = 0
            format.write(report, in: ReportStyle()) { longest = max(longest, $0.utf8.count) }
            #expect(longest < 64 << 10, "\(format.name)")
        }
    }
}
