// layerverify: the corpus gives exactly what it expects.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Corpus")
struct CorpusTests {
    /// What `expect.json` of a case says.
    struct Expectation: Decodable {
        struct Finding: Decodable {
            var code: String
            var digest: String?
            var follows: String?

            /// One line, so that two lists can be compared and read.
            var line: String { "\(code) \(digest ?? "-")" + (follows.map { " follows \($0)" } ?? "") }
        }

        var about: String
        var arguments: [String]?
        var status: Int32
        var findings: [Finding]
    }

    /// The parts of a JSON report that a case speaks of.
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

        /// The image, whichever of the three forms it has.
        var image: String {
            ["image", "image.tar", "images"].map { folder.appending(path: $0).path }
                .first { FileManager.default.fileExists(atPath: $0) } ?? folder.path
        }

        static let all: [Case] = ["good", "bad"].flatMap { group in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: group).path)) ?? []
            return names.sorted().map { Case(name: group + "/" + $0) }
        }
    }

    @Test func thereAreAsManyCasesAsPromised() {
        #expect(Case.all.filter { $0.name.hasPrefix("good/") }.count >= 25)
        #expect(Case.all.filter { $0.name.hasPrefix("bad/") }.count >= 45)
    }

    @Test(arguments: Case.all)
    func caseGivesWhatItExpects(_ item: Case) throws {
        let expectation = try JSONDecoder().decode(
            Expectation.self, from: Data(contentsOf: item.folder.appending(path: "expect.json")))
        let run = try ProgramRun.layerverify(["--format", "json"] + (expectation.arguments ?? []) + [item.image])
        #expect(run.status == expectation.status, "\(expectation.about)\n\(run.transcript)")
        let report = try JSONDecoder().decode(Report.self, from: run.output)
        #expect(
            report.findings.map(\.line).sorted() == expectation.findings.map(\.line).sorted(), "\(expectation.about)")
        #expect(report.outcome == ["verified", "refuted", "undetermined"][Int(expectation.status)])
    }

    @Test(arguments: Case.all)
    func reportIsTheSameWithAnyNumberOfJobs(_ item: Case) throws {
        let runs = try ["1", "2"].map { jobs in
            let run = try ProgramRun.layerverify("--format", "json", "--jobs", jobs, item.image)
            return try JSONDecoder().decode(Report.self, from: run.output).findings.map(\.line)
        }
        #expect(runs[0] == runs[1])
    }
}
