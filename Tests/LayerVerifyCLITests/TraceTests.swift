// layerverify: tests of traces.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct TraceTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    private struct Event: Decodable {
        struct Arguments: Decodable {
            var name: String?
            var blobs: [Blob]?
        }
        struct Blob: Decodable {
            var blob: String
            var bytes: Int
            var decodedBytes: Int?
        }
        var name: String
        var ph: String
        var tid: Int
        var ts: Double?
        var dur: Double?
        var args: Arguments
    }

    private func events(_ trace: String) throws -> [Event] {
        try JSONDecoder().decode([Event].self, from: Data(contentsOf: workshop.url(trace)))
    }

    private func byteCounts(_ events: [Event], _ names: Set<String>) -> [String: Int] {
        var counts: [String: Int] = [:]
        for event in events where names.contains(event.name) {
            for blob in event.args.blobs ?? [] { counts[blob.blob, default: 0] += blob.bytes }
        }
        return counts
    }

    @Test func everyByteOfALargeLayerIsReadAndHashedOnce() throws {
        let byteCount = 5 << 20
        try workshop.longLayout("image", byteCount: UInt64(byteCount))
        // Reading the tar of the layer would count as hashing it.
        let run = try ProgramRun.layerverify(
            "--jobs", "2", "--contents", "none", "--trace", workshop.path("trace"), workshop.path("image"))
        // The digest of the layer is false.
        #expect(run.status == 1, "\(run.transcript)")
        let events = try events("trace")
        let layer = "blobs/sha256/" + ImageFixture.digest(0xb).dropFirst("sha256:".count)
        #expect(byteCounts(events, ["read", "whole"])[layer] == byteCount)
        #expect(byteCounts(events, ["hash"])[layer] == byteCount)
        #expect(byteCounts(events, ["confirm"])[layer] == byteCount)
        #expect(events.filter { $0.name == "gather" || $0.name == "judge" }.allSatisfy { $0.tid == 0 })
        #expect(events.filter { $0.ph == "M" }.map(\.args.name) == ["run", "worker 0", "worker 1"])
        let work = events.filter { ["read", "hash", "whole", "confirm"].contains($0.name) }
        #expect(work.allSatisfy { [1, 2].contains($0.tid) })
        for tid in [1, 2] {
            let spans = work.filter { $0.tid == tid }.map { ($0.ts ?? -1, $0.dur ?? -1) }.sorted { $0.0 < $1.0 }
            for (one, next) in zip(spans, spans.dropFirst()) { #expect(one.0 + one.1 <= next.0 + 0.01) }
        }
    }

    @Test func smallLayersAreReadWhole() throws {
        let image = ProgramRun.corpus("good/oci-gzip/image")
        let run = try ProgramRun.layerverify("--trace", workshop.path("trace"), image)
        #expect(run.status == 0, "\(run.transcript)")
        let blobs = try events("trace").filter { $0.name == "whole" }.flatMap { $0.args.blobs ?? [] }
        #expect(blobs.count == 2)
        for blob in blobs {
            let size = try FileManager.default.attributesOfItem(atPath: image + "/" + blob.blob)[.size] as? Int
            #expect(blob.bytes == size)
            #expect(blob.decodedBytes == 7168)
        }
    }

    @Test func filesToDigestAreTraced() throws {
        let image = ProgramRun.corpus("good/oci-gzip/image")
        let blob = try #require(
            try FileManager.default.contentsOfDirectory(atPath: image + "/blobs/sha256").sorted().first)
        let run = try ProgramRun.layerverify(
            "digest", "--trace", workshop.path("trace"), image + "/blobs/sha256/" + blob)
        #expect(run.status == 0, "\(run.transcript)")
        #expect(try events("trace").contains { $0.args.blobs?.first?.blob.hasSuffix(blob) == true })
    }

    @Test func aLostTraceIsAnError() throws {
        let run = try ProgramRun.layerverify("--trace", "/dev/full", ProgramRun.corpus("good/oci-gzip/image"))
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("✓ verified"))
        #expect(String(decoding: run.errors, as: UTF8.self).contains("cannot write '/dev/full'"))
    }

    @Test func anUnknownFastPathIsReported() throws {
        for (value, complaints) in [("members,sha-lanes,inflate-lanes", 0), ("SHA", 1)] {
            let run = try ProgramRun.run(
                "env",
                ["LAYERVERIFY_DISABLE=\(value)", ProgramRun.layerverifyPath, ProgramRun.corpus("good/oci-gzip/image")])
            #expect(run.status == 0, "\(run.transcript)")
            let errors = String(decoding: run.errors, as: UTF8.self)
            #expect(errors.split(separator: "\n").filter { $0.contains("unknown: SHA") }.count == complaints)
        }
    }

    @Test(arguments: [["--trace", "/dev/full"], ["-o", "/dev/full"]])
    func aRefutedImageEndsWith1EvenIfTheReportOrTheTraceIsLost(_ options: [String]) throws {
        let run = try ProgramRun.layerverify(options + [ProgramRun.corpus("bad/gzip-crc-wrong/image")])
        #expect(run.status == 1, "\(run.transcript)")
        let errors = String(decoding: run.errors, as: UTF8.self)
        #expect(errors.contains("cannot write '/dev/full'") && errors.contains("the image failed verification"))
    }

    @Test(arguments: [
        ["--trace", "trace", "-o", "trace"], ["--trace", "-"], ["--trace", "image/index.json"], ["--trace", ""],
    ])
    func aTraceReplacesNoOtherFile(_ options: [String]) throws {
        _ = try workshop.plainLayout("image")
        let run = try ProgramRun.run(
            "sh",
            ["-c", #"cd "$1"; shift; "$@" image"#, "sh", workshop.path("."), ProgramRun.layerverifyPath] + options)
        #expect(run.status == 64, "\(run.transcript)")
        #expect(try ProgramRun.layerverify(workshop.path("image")).status == 0)
    }
}
