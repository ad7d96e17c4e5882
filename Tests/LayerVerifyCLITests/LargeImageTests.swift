// layerverify: images with layers that are large enough for the scheduler, through the program.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Layers by real compressors, each intact and damaged, in one image. The reports must be the same with any number of jobs and
/// without any fast path, the times aside.
@Suite(.enabled(if: ProgramRun.areInstalled("gzip", "pigz", "bgzip", "zstd", "sha256sum"), "needs compressors"))
struct LargeImageTests {
    static let compressors: [(name: String, arguments: [String], mediaType: String)] = [
        ("cat", [], "tar"), ("gzip", ["-n"], "tar+gzip"), ("pigz", ["-n", "-i", "-p", "4"], "tar+gzip"),
        ("bgzip", ["-c"], "tar+gzip"), ("zstd", ["-q"], "tar+zstd"), ("zstd", ["-q", "-T2", "-B100K"], "tar+zstd"),
    ]

    /// Damage that a decoder or a digest must notice.
    enum Damage: CaseIterable { case none, flippedBit, cutOff, appended, missingMiddle }

    /// Whether the digest in the descriptor is that of the damaged bytes: only the content tells then.
    @Test(arguments: [false, true])
    func damagedLayersAreRefutedAndSoundOnesAreNotWhateverThePaths(_ hidesDamage: Bool) throws {
        let workshop = try ImageFixture()
        var generator = SplitMix(state: hidesDamage ? 3 : 4)
        var (descriptors, diffIDs, damaged) = ([[String: Any]](), [String](), Set<String>())
        for damage in Damage.allCases {
            for compressor in Self.compressors {
                let content = Data(TestTar.holding(Self.content(SlowTests.areWanted ? 2_000_000 : 300_000, &generator)))
                try content.write(to: workshop.url("content"))
                diffIDs.append("sha256:" + (try workshop.sha256(workshop.path("content"))))
                let blob = try ProgramRun.run(compressor.name, compressor.arguments, input: content).output
                let changed = Self.damaged(blob, damage, &generator)
                var descriptor = try workshop.put(
                    hidesDamage ? changed : blob, "application/vnd.oci.image.layer.v1." + compressor.mediaType,
                    in: "image")
                let digest = try #require(descriptor["digest"] as? String)
                try changed.write(to: workshop.url("image/blobs/sha256/" + digest.dropFirst(7)))
                descriptor["size"] = hidesDamage ? changed.count : blob.count
                descriptors.append(descriptor)
                if damage != .none { damaged.insert(digest) }
            }
        }
        let config = try workshop.put(
            ["architecture": "amd64", "os": "linux", "rootfs": ["type": "layers", "diff_ids": diffIDs]],
            "application/vnd.oci.image.config.v1+json", in: "image")
        let manifest = try workshop.put(
            ["schemaVersion": 2, "config": config, "layers": descriptors], ImageFixture.manifest, in: "image")
        try workshop.writeLayout("image", manifests: [manifest])

        var first: String?
        for disabled in IncompleteCodeTests.disabled {
            for jobs in IncompleteCodeTests.jobs {
                let run = try ProgramRun.run(
                    "env",
                    [
                        "LAYERVERIFY_DISABLE=\(disabled)", ProgramRun.layerverifyPath, "--jobs", "\(jobs)", "--format",
                        "json", workshop.path("image"),
                    ])
                #expect(run.status == 1, "\(run.transcript.suffix(1000))")
                // `seconds` and `bytesPerSecond` are the only times.
                let lines = run.text.split(separator: "\n").filter {
                    !$0.contains("\"seconds\"") && !$0.contains("\"bytesPerSecond\"")
                }
                let text = lines.joined(separator: "\n")
                #expect(text == first ?? text, "\(jobs) jobs, without \(disabled)")
                guard first == nil else { continue }
                first = text
                let report = try JSONSerialization.jsonObject(with: run.output) as? [String: Any]
                let findings = try #require(report?["findings"] as? [[String: Any]])
                let refuted = Set(findings.compactMap { $0["digest"] as? String })
                #expect(refuted == damaged)
                #expect(!findings.contains { $0["code"] as? String == "fast-path-disagrees" })
            }
        }
    }

    /// Text that compresses by half or so, with some bytes that do not.
    private static func content(_ byteCount: Int, _ generator: inout SplitMix) -> Data {
        var data = Data()
        while data.count < byteCount {
            let number = generator.next()
            data += "entry \(number % 5_000) of \(number % 97)\n".utf8
            if number % 3 == 0 { withUnsafeBytes(of: generator.next()) { data.append(contentsOf: $0) } }
        }
        return data
    }

    private static func damaged(_ blob: Data, _ damage: Damage, _ generator: inout SplitMix) -> Data {
        var bytes = [UInt8](blob)
        let place = Int.random(in: 100..<bytes.count - 100, using: &generator)
        switch damage {
        case .none: break
        case .flippedBit: bytes[place] ^= 0x10
        case .cutOff: bytes.removeSubrange(place...)
        case .appended: bytes += [0x42]
        case .missingMiddle: bytes.removeSubrange(place..<place + 90)
        }
        return Data(bytes)
    }
}
