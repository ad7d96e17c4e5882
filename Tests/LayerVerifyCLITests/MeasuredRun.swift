// layerverify: runs of the program with limits.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

/// A run of the program with a JSON report, a time limit, and its peak memory.
struct MeasuredRun {
    let run: ProgramRun
    /// The report; nil if it could not be read.
    let report: [String: Any]?
    let outcome: String
    /// The codes of the findings, in order.
    let codes: [String]
    /// The largest resident set in bytes; nil if GNU time is not installed.
    let peakByteCount: Int?

    var status: Int32 { run.status }
    var count: [String: Int] { codes.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

    /// The bound in bytes for images without zstd.
    /// A debug build takes 8 MiB more than the program that people run, which needs 58 MB for the largest of these documents.
    static let peakLimit = (SlowTests.haveRelease ? 64 : 72) << 20

    /// Verifies images; kills the program after `seconds`.
    static func verify(_ arguments: String..., seconds: Int = 60) throws -> MeasuredRun {
        let folder = try ScratchFolder()
        let peakFile = folder.url.appending(path: "peak").path
        // GNU time forks before it runs the program, so memory of the test process does not count.
        let measuring = ProgramRun.areInstalled("time") ? ["time", "-q", "-f", "%M", "-o", peakFile] : []
        let run = try ProgramRun.run(
            "timeout",
            ["--signal=KILL", "\(seconds)"] + measuring + [ProgramRun.layerverifyPath, "--format", "json"] + arguments)
        let report = try JSONSerialization.jsonObject(with: run.output) as? [String: Any]
        let findings = report?["findings"] as? [[String: Any]] ?? []
        var peakByteCount: Int?
        if !measuring.isEmpty {
            let text = try String(contentsOfFile: peakFile, encoding: .utf8)
            peakByteCount = text.split(separator: "\n").last.flatMap { Int($0) }.map { $0 << 10 }
        }
        return MeasuredRun(
            run: run, report: report, outcome: report?["outcome"] as? String ?? "",
            codes: findings.compactMap { $0["code"] as? String },
            peakByteCount: peakByteCount)
    }

    /// Fails the test if the run took more memory than `limit`.
    func expectPeak(below limit: Int = peakLimit, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let peakByteCount else { return }
        #expect(peakByteCount < limit, "\(peakByteCount >> 20) MiB", sourceLocation: sourceLocation)
    }
}

extension ImageFixture {
    static let index = "application/vnd.oci.image.index.v1+json"
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let tar = "application/vnd.oci.image.layer.v1.tar"

    /// A digest without content: a number in 64 digits.
    static func digest(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "sha256:" + String(repeating: "0", count: 64 - digits.count) + digits
    }

    /// The first byte is 0, so that they do not begin like a compressed stream.
    static func randomBytes(_ count: Int) -> Data {
        let words = (0...count / 8).map { _ in UInt64.random(in: .min ... .max) }
        return Data([0]) + words.withUnsafeBytes { Data($0.prefix(count - 1)) }
    }

    /// A layout with an image of one layer, a tar of one file with this content. Returns: the file of the layer.
    func plainLayout(_ layout: String, content: Data = Self.randomBytes(5000)) throws -> URL {
        try Data(TestTar.holding(content)).write(to: url("layer"))
        try handmadeLayout(layout, [(path("layer"), path("layer"), Self.tar)])
        return url(layout + "/blobs/sha256/" + (try sha256(path("layer"))))
    }

    /// A layout with an image of these layers, whose files may be missing or different.
    func layout(_ layout: String, layers: [[String: Any]], diffIDs: [String]) throws {
        let config = try put(
            ["architecture": "amd64", "os": "linux", "rootfs": ["type": "layers", "diff_ids": diffIDs]],
            "application/vnd.oci.image.config.v1+json", in: layout)
        let manifest = try put(
            ["schemaVersion": 2, "config": config, "layers": layers] as [String: Any], Self.manifest, in: layout)
        try writeLayout(layout, manifests: [manifest])
    }

    /// A sparse file of that many bytes.
    func sparse(_ url: URL, byteCount: UInt64) throws {
        if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: byteCount)
        try file.close()
    }

    /// A layout whose only layer is a sparse file of `byteCount` zeros, for runs of any length.
    func longLayout(_ layout: String, byteCount: UInt64, others: [[String: Any]] = []) throws {
        let digest = Self.digest(0xb)
        let layer: [String: Any] = ["mediaType": Self.tar, "digest": digest, "size": byteCount]
        let layers = [layer] + others
        try self.layout(layout, layers: layers, diffIDs: layers.compactMap { $0["digest"] as? String })
        try sparse(url(layout + "/blobs/sha256/" + digest.dropFirst(7)), byteCount: byteCount)
    }
}
