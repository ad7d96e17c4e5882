// layerverify: the corpus has exactly its expected findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import TestSupport
import Testing

@testable import LayerVerifyCLI

@Suite("Corpus")
struct CorpusTests {
    /// The content of a case's `expect.json`.
    struct Expectation: Decodable {
        struct Finding: Decodable {
            var code: String
            var digest: String?
            var follows: String?
            /// What waives the finding, in a case.
            var ignored: String?
            /// The same in a report.
            var waiver: Waiver?

            struct Waiver: Decodable { var source: String }

            /// One line, so that lists can be compared and read.
            var line: String {
                "\(code) \(digest ?? "-")" + (follows.map { " follows \($0)" } ?? "")
                    + ((ignored ?? waiver?.source).map { " ignored by \($0)" } ?? "")
            }
        }

        var about: String
        var arguments: [String]?
        var status: Int32
        var findings: [Finding]
    }

    /// The parts of a JSON report that a case specifies.
    struct Report: Decodable {
        var outcome: String
        var findings: [Expectation.Finding]
    }

    /// A case by its folder, `good/oci-gzip`.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String

        static let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../corpus").standardizedFileURL

        var testDescription: String { name }
        var folder: URL { Self.folder.appending(path: name) }

        /// The image, in any of the three forms.
        var image: String {
            ["image", "image.tar", "images"].map { folder.appending(path: $0).path }
                .first { FileManager.default.fileExists(atPath: $0) } ?? folder.path
        }

        static let all: [Case] = ["good", "bad"].flatMap { group in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: group).path)) ?? []
            return names.sorted().map { Case(name: group + "/" + $0) }
        }
    }

    @Test func theCorpusHasEnoughCases() {
        #expect(Case.all.filter { $0.name.hasPrefix("good/") }.count >= 25)
        #expect(Case.all.filter { $0.name.hasPrefix("bad/") }.count >= 45)
    }

    /// A case with a number of jobs. Every number for each case if slow tests are requested, otherwise one number for
    /// each case.
    static let runs: [(Case, jobs: Int)] = Case.all.enumerated().flatMap { place, item in
        (1...3).filter { SlowTests.areWanted || $0 == 1 + place % 3 }.map { (item, jobs: $0) }
    }

    /// The cases that the program must read by itself: all of them if slow tests are requested, otherwise every fourth, and those
    /// with arguments.
    static let programCases = Set(
        Case.all.enumerated().filter { SlowTests.areWanted || $0.offset % 4 == 0 }.map(\.element.name))

    @Test(arguments: runs)
    func aCaseHasItsExpectedFindings(_ item: Case, _ jobs: Int) throws {
        let expectation = try JSONDecoder().decode(
            Expectation.self, from: Data(contentsOf: item.folder.appending(path: "expect.json")))
        let isForProgram = expectation.arguments != nil || Self.programCases.contains(item.name)
        let run =
            try isForProgram
            ? ProgramRun.layerverify(
                ["--format", "json", "--jobs", "\(jobs)"] + (expectation.arguments ?? []) + [item.image],
                in: item.folder)
            : Self.runHere(item, jobs: jobs)
        #expect(run.status == expectation.status, "\(expectation.about)\n\(run.transcript)")
        let report = try JSONDecoder().decode(Report.self, from: run.output)
        #expect(
            report.findings.map(\.line).sorted() == expectation.findings.map(\.line).sorted(), "\(expectation.about)")
        #expect(report.outcome == ["verified", "refuted", "undetermined"][Int(expectation.status)])
    }

    /// Verifies a case without arguments in this process, as the program does.
    private static func runHere(_ item: Case, jobs: Int) throws -> ProgramRun {
        var run = try #require(VerifyRun(plain: [item.image]))
        run.options.jobs = jobs
        let result = try Verifier(run.options).verifyBlocking(imagesIn: run.paths.map { StandardInputPath.source($0) })
        var text = ""
        result.write(as: .json) { text += $0 }
        return ProgramRun(
            status: ExitStatus(result, failingOn: run.threshold).rawValue, output: Data(text.utf8), errors: Data())
    }
}
