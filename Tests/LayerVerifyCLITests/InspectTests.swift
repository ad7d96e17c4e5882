// layerverify: tests of the command that shows documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct InspectTests {
    /// Cases of the corpus: the exit status, and the code of a finding.
    static let cases: [(String, Int32, String?)] = [
        ("good/oci-gzip", 0, nil), ("good/docker-new", 0, nil),
        // Layers are not read.
        ("bad/layer-byte-flipped", 0, nil), ("bad/diffid-wrong", 0, nil), ("bad/layer-missing", 0, nil),
        ("bad/docker-layer-missing", 0, nil),
        ("bad/config-changed", 1, "blob-digest-mismatch"), ("bad/manifest-newline-appended", 1, "blob-size-mismatch"),
        ("bad/docker-config-changed", 1, "docker-config-name-mismatch"), ("bad/manifest-missing", 1, "blob-missing"),
        ("bad/config-missing", 1, "blob-missing"),
        ("bad/json-key-twice", 1, "json-duplicate-key"), ("bad/not-an-image-folder", 2, nil),
    ]

    private static func image(_ name: String) throws -> String {
        let folder = ProgramRun.corpus(name)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "expect.json" }
        return folder + "/" + (files.first ?? "")
    }

    @Test(arguments: cases)
    func theStatusIsThatOfTheDocuments(_ name: String, _ status: Int32, _ code: String?) throws {
        let run = try ProgramRun.layerverify("inspect", Self.image(name))
        #expect(run.status == status, "\(run.transcript)")
        #expect(code.map { run.text.contains("error[\($0)]") } ?? !run.text.contains("error["), "\(run.transcript)")
        // The file, and the place in it or of the claim about it.
        let fields = ["file  ", "at  ", "claim  "].filter { run.text.contains("      " + $0) }
        if code != nil { #expect(fields.first == "file  " && fields.count > 1, "\(run.transcript)") }
    }

    @Test(arguments: cases)
    func quietPrintsOneLinePerError(_ name: String, _ status: Int32, _ code: String?) throws {
        let run = try ProgramRun.layerverify("inspect", "--quiet", Self.image(name))
        #expect(run.status == status)
        #expect(run.text.isEmpty == (status == 0), "\(run.text)")
        let lines = run.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.contains(": error[") || $0.contains(": unchecked[") }, "\(run.text)")
    }

    @Test func aPathThatDoesNotExistEndsWith2() throws {
        #expect(try ProgramRun.layerverify("inspect", "/no/such/path").status == 2)
    }

    /// The two commands must not contradict each other.
    @Test func inspectFindsNothingThatVerifyDoesNotFind() throws {
        var expected: [String: Set<String>] = [:]
        for kind in ["good", "bad"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: ProgramRun.corpus(kind)) {
                let folder = ProgramRun.corpus("\(kind)/\(name)")
                let data = try Data(contentsOf: URL(filePath: folder + "/expect.json"))
                let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
                // Options change what is found.
                guard record["arguments"] == nil else { continue }
                let findings = try #require(record["findings"] as? [[String: Any]])
                expected[folder] = Set(findings.compactMap { $0["code"] as? String })
            }
        }
        #expect(expected.count > 300)
        let folders = expected.keys.sorted()
        let paths = try folders.map { try Self.image(String($0.dropFirst(ProgramRun.corpus("").count))) }
        let run = try ProgramRun.layerverify(["inspect", "--format", "json"] + paths)
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        let findings = try #require(report["findings"] as? [[String: Any]])
        var seen: Set<String> = []
        for finding in findings {
            let root = try #require(finding["root"] as? String)
            let code = try #require(finding["code"] as? String)
            let folder = try #require(folders.first { root.hasPrefix($0 + "/") })
            seen.insert(folder)
            #expect(expected[folder]?.contains(code) == true, "\(folder): \(code)")
        }
        #expect(seen.count > 150)
    }
}
