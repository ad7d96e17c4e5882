// layerverify: tests of what a run tells GitHub Actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct GitHubActionsTests {
    let folder: ScratchFolder
    let summary: URL
    static let good = CorpusTests.Case.folder.appending(path: "good/oci-gzip/image").path
    static let bad = CorpusTests.Case.folder.appending(path: "bad/layer-byte-flipped/image").path

    init() throws {
        folder = try ScratchFolder()
        summary = folder.url.appending(path: "summary.md")
    }

    /// The environment of a step.
    private var step: [String: String] { ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": summary.path] }

    private var summaryText: String { (try? String(contentsOf: summary, encoding: .utf8)) ?? "" }

    /// A text report without its last line, which has the duration.
    private static func lines(_ text: String) -> ArraySlice<Substring> { text.split(separator: "\n").dropLast() }

    @Test func aStepGetsAnnotationsAndASummary() throws {
        try Data("before\n".utf8).write(to: summary)
        let plain = try Program.run(Self.bad)
        let run = try Program.run(Self.bad, environment: step)
        #expect(plain.errors == "")
        #expect(run.status == 1)
        #expect(Self.lines(run.output) == Self.lines(plain.output))
        let commands = run.errors.split(separator: "\n")
        #expect(commands.count == 3)
        #expect(commands.prefix(2).allSatisfy { $0.hasPrefix("::error file=") })
        #expect(commands.last?.hasPrefix("::notice title=layerverify::refuted: ") == true)
        #expect(summaryText.hasPrefix("before\n\n## layerverify: "))
        #expect(summaryText.contains("blob-digest-mismatch"))
    }

    @Test func pathsAreRelativeToTheCheckout() throws {
        let environment = step.merging(["GITHUB_WORKSPACE": CorpusTests.Case.folder.path]) { $1 }
        let run = try Program.run("verify", Self.bad, environment: environment)
        #expect(run.errors.hasPrefix("::error file=bad/layer-byte-flipped/image/blobs/sha256/"))
    }

    @Test(arguments: [["--github", "never"], ["--github=never", "--quiet"]])
    func itCanBeTurnedOff(_ options: [String]) throws {
        let run = try Program.run(options.first ?? "", options.last ?? "", Self.good, environment: step)
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(summaryText == "")
    }

    @Test func itCanBeTurnedOnElsewhere() throws {
        let run = try Program.run("--github", "always", Self.good)
        #expect(run.errors.hasPrefix("::notice title=layerverify::verified: "))
    }

    @Test func anotherValueOfTheVariableIsNotAStep() throws {
        let environment = step.merging(["GITHUB_ACTIONS": "false"]) { $1 }
        #expect(try Program.run(Self.bad, environment: environment).errors == "")
        #expect(summaryText == "")
    }

    @Test func quietIsSilentAboutAVerifiedRun() throws {
        let run = try Program.run("--quiet", Self.good, environment: step)
        #expect(run.output == "")
        #expect(run.errors == "")
        #expect(summaryText.hasPrefix("## layerverify: "))
    }

    @Test func aRequestedReportIsWrittenOnce() throws {
        let run = try Program.run("--report", "github", Self.bad, environment: step)
        #expect(run.errors == "")
        #expect(run.output.hasPrefix("::error "))
        let summary = try Program.run("--report", "github-summary", Self.bad, environment: step)
        #expect(summary.output.hasPrefix("## layerverify: "))
        #expect(summaryText.components(separatedBy: "## layerverify: ").count == 2)
    }

    @Test func aSummaryThatCannotBeWrittenChangesNoStatus() throws {
        let environment = step.merging(["GITHUB_STEP_SUMMARY": folder.url.path]) { $1 }
        let good = try Program.run(Self.good, environment: environment)
        #expect(good.status == 0)
        #expect(good.errors.contains("layerverify: cannot append to the step summary"))
        #expect(good.errors.hasSuffix("this does not change the verdict\n"))
        #expect(try Program.run(Self.bad, environment: environment).status == 1)
    }

    @Test func aFullSummaryIsNotMadeLarger() throws {
        try Data(repeating: 0x61, count: (1 << 20) - 1_000).write(to: summary)
        let run = try Program.run(Self.good, environment: step)
        #expect(run.status == 0)
        #expect(run.errors.contains("cannot append to the step summary"))
        #expect(summaryText.utf8.count == (1 << 20) - 1_000)
    }

    @Test(arguments: ["inspect", "digest"])
    func otherCommandsTellNothing(_ command: String) throws {
        let path = command == "inspect" ? Self.bad : Self.bad + "/index.json"
        #expect(try Program.run(command, path, environment: step).errors == "")
        #expect(summaryText == "")
    }
}
