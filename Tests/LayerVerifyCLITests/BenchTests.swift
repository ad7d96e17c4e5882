// layerverify: tests of the benchmark command.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

@Suite struct BenchTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.url.path) }

    @Test func withoutAPathAGeneratedImageIsMeasured() throws {
        let run = try ProgramRun.layerverify(
            "bench", "--size", "1MiB", "--runs", "1", "--jobs", "1..2", "--format", "json", "--work-dir",
            folder.url.path)
        #expect(run.status == 0, "\(run.transcript)")
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        #expect(report["outcome"] as? String == "verified")
        let scaling = try #require(report["scaling"] as? [[String: Any]])
        #expect(scaling.map { $0["jobs"] as? Int } == [1, 2])
        let kernels = try #require(report["kernels"] as? [[String: Any]])
        let works = Set(kernels.compactMap { $0["work"] as? String })
        // The last two only if the CPU supports them.
        let inGaps: Set = ["decode-interleaved", "hash-interleaved"]
        #expect(works.subtracting(inGaps).isSuperset(of: ["read", "decode", "hash"]))
        // None of these if chunks are turned off.
        let ofChunks: Set = ["decode-in-planes", "find-blocks", "resolve"]
        #expect(works.subtracting(inGaps).isSubset(of: ofChunks.union(["read", "decode", "hash"])))
        #expect([[], ofChunks].contains(works.intersection(ofChunks)))
        #expect(works.contains("decode-interleaved") == works.contains("hash-interleaved"))
        #expect(try left() == [])
    }

    @Test func aGivenImageIsMeasured() throws {
        let run = try ProgramRun.layerverify(
            "bench", "--runs", "1", "-j", "1", ProgramRun.corpus("good/oci-gzip/image"))
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.contains("good/oci-gzip/image"))
        for title in ["One core, each kernel alone:", "Roofline, 1 job:", "Verifying:"] {
            #expect(run.text.contains(title))
        }
    }

    @Test(arguments: [("bad/layer-byte-flipped/image", 1, "refuted"), ("no-such-image", 2, "undetermined")])
    func anImageThatDoesNotVerifyIsNotMeasured(_ path: String, _ status: Int32, _ outcome: String) throws {
        let run = try ProgramRun.layerverify("bench", "--runs", "1", "--format", "json", ProgramRun.corpus(path))
        #expect(run.status == status, "\(run.transcript)")
        #expect(run.transcript.contains("nothing was measured"))
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        #expect(report["outcome"] as? String == outcome)
        #expect((report["kernels"] as? [Any])?.isEmpty == true)
        let text = try ProgramRun.layerverify("bench", ProgramRun.corpus(path))
        #expect(text.status == status)
        #expect(text.text.contains(path.hasPrefix("bad") ? "blob-digest-mismatch" : "path-missing"))
    }

    /// The runs would take hours.
    private func interrupted(_ signal: String, format: String) throws -> ProgramRun {
        let killer = """
            until [ -e "$0"/layerverify-bench-*/index.json ]; do sleep 0.02; kill -0 $$ || exit; done
            sleep 0.5; kill -\(signal) $$
            """
        return try ProgramRun.run(
            "timeout",
            [
                "--signal=KILL", "--foreground", "60", "sh", "-c", "(\(killer)) & exec \"$@\"", folder.url.path,
                ProgramRun.layerverifyPath, "bench", "--size", "1MiB", "--runs", "1000", "--jobs", "1", "--format",
                format, "--work-dir", folder.url.path,
            ])
    }

    @Test func theTextReportsAnInterruption() throws {
        let run = try interrupted("INT", format: "text")
        #expect(run.status == 130, "\(run.transcript)")
        #expect(run.text.hasSuffix("\ninterrupted: not all was measured\n"))
        #expect(try left() == [])
    }

    @Test func theJSONReportsAnInterruption() throws {
        let run = try interrupted("TERM", format: "json")
        #expect(run.status == 143, "\(run.transcript)")
        #expect(try left() == [])
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        #expect(report["outcome"] as? String == "undetermined")
        #expect((report["kernels"] as? [Any])?.isEmpty == false)
    }

    @Test func anEarlierReportIsComparedAndTheLastLineIsAboutTheMachine() throws {
        let file = folder.url.appending(path: "before.json").path
        let image = ProgramRun.corpus("good/oci-gzip/image")
        let first = try ProgramRun.layerverify("bench", "--runs", "1", "-j", "1", "--format", "json", "-o", file, image)
        #expect(first.status == 0, "\(first.transcript)")
        let run = try ProgramRun.layerverify("bench", "--runs", "1", "-j", "1", "--compare", file, image)
        #expect(run.status == 0, "\(run.transcript)")
        let lines = run.text.split(separator: "\n")
        #expect(lines.last?.hasPrefix("This machine verifies gzip images at ") == true, "\(run.text)")
        #expect(lines.contains { $0.hasPrefix("The figures are uncertain: 1 round cannot show") })
        #expect(lines.contains { $0 == "Compared with \(file):" })
        // The measurement does not begin.
        let none = try ProgramRun.layerverify("bench", "--compare", "/no/such/file", image)
        #expect(none.status == 2)
        #expect(none.transcript.contains("cannot read '/no/such/file'; nothing was measured"))
    }

    @Test func aBenchmarkWithoutAnImageEndsWith2() throws {
        let run = try ProgramRun.layerverify("bench", "--work-dir", "/no/such/folder")
        #expect(run.status == 2)
        #expect(run.transcript.contains("cannot make a folder in '/no/such/folder'"))
        #expect(run.transcript.contains("; choose another place with --work-dir\n"), "\(run.transcript)")
    }

    static let wrongUsages = [
        "--runs 0", "--jobs 0", "--jobs 3..2", "--jobs 1..2..3", "--jobs x", "--size 1KiB", "--compression xz",
        "--size 1MiB x", "--work-dir ''", "--compare ''", "--work-dir /tmp x", "''",
        "--simulate",
    ]

    @Test(arguments: wrongUsages)
    func wrongUsageEndsWith64(_ options: String) throws {
        let ending = try Program.shell("exec \"$LAYERVERIFY\" bench \(options)")
        #expect(ending.status == 64, "\(ending.errors)")
        #expect(ending.output.isEmpty)
    }
}
