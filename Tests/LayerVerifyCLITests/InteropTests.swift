// layerverify: images of real tools verify, and damaged ones do not.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Images of real tools")
struct InteropTests {
    static let hasUmoci = ProgramRun.areInstalled("umoci", "sha256sum")
    static let hasSkopeo = hasUmoci && ProgramRun.areInstalled("skopeo")
    static let hasCompressors = ProgramRun.areInstalled("pigz", "gzip", "zstd", "tar", "sha256sum")

    @Test(.enabled(if: hasUmoci, "umoci is not installed"))
    func umociLayoutVerifiesAndDamageIsDetected() throws {
        let workshop = try ImageFixture()
        try workshop.umociLayout("image")
        try expectVerified(workshop.path("image"), layers: 3)
        try expectDamageIsRefuted(workshop, layout: "image")
    }

    @Test(.enabled(if: hasSkopeo, "umoci or skopeo is not installed"))
    func skopeoGzipLayoutVerifiesAndDamageIsDetected() throws {
        let workshop = try ImageFixture()
        try workshop.umociLayout("made")
        try workshop.skopeo("oci:\(workshop.path("made")):1", "oci:\(workshop.path("image")):copy")
        try expectVerified(workshop.path("image"), layers: 3)
        try expectDamageIsRefuted(workshop, layout: "image")
    }

    @Test(.enabled(if: hasSkopeo, "umoci or skopeo is not installed"))
    func skopeoZstdLayoutVerifiesAndDamageIsDetected() throws {
        let workshop = try ImageFixture()
        try workshop.umociLayout("made")
        // Through plain layers, since skopeo keeps compressed ones.
        try workshop.skopeo("oci:\(workshop.path("made")):1", "docker-archive:\(workshop.path("plain.tar")):a:1")
        try workshop.skopeo(
            "--dest-compress", "--dest-compress-format", "zstd", "docker-archive:\(workshop.path("plain.tar"))",
            "oci:\(workshop.path("image")):zstd")
        let magics = try workshop.blobs(of: "image").map { try Data(contentsOf: $0).prefix(4) }
        #expect(magics.contains(Data([0x28, 0xb5, 0x2f, 0xfd])), "skopeo made no zstd layer")
        try expectVerified(workshop.path("image"), layers: 3)
        try expectDamageIsRefuted(workshop, layout: "image")
    }

    @Test(.enabled(if: hasSkopeo, "umoci or skopeo is not installed"))
    func skopeoDockerArchiveVerifiesAndDamageIsDetected() throws {
        let workshop = try ImageFixture()
        try workshop.umociLayout("made")
        try workshop.skopeo("oci:\(workshop.path("made")):1", "docker-archive:\(workshop.path("image.tar")):app:1")
        try expectVerified(workshop.path("image.tar"), layers: 3)
        let extracted = workshop.url("extracted")
        try FileManager.default.createDirectory(at: extracted, withIntermediateDirectories: true)
        try workshop.run("tar", "-xf", workshop.path("image.tar"), "-C", extracted.path)
        try expectVerified(extracted.path, layers: 3)
        let archive = try Data(contentsOf: workshop.url("image.tar"))
        let names = try FileManager.default.contentsOfDirectory(atPath: extracted.path).sorted().filter {
            // Layers and config; manifest.json and repositories have no digest.
            $0.count > 64 && ($0.hasSuffix(".tar") || $0.hasSuffix(".json"))
        }
        #expect(names.count >= 4)
        for name in names {
            let content = try Data(contentsOf: extracted.appending(path: name))
            try flipMiddle(content).write(to: extracted.appending(path: name))
            let folder = try ProgramRun.layerverify(extracted.path)
            #expect(folder.status == 1, "\(name) in the folder: \(folder.transcript)")
            try content.write(to: extracted.appending(path: name))
            let range = try #require(archive.range(of: content))
            let damaged =
                archive.prefix(range.lowerBound) + flipMiddle(content) + archive.suffix(from: range.upperBound)
            try damaged.write(to: workshop.url("damaged.tar"))
            let tar = try ProgramRun.layerverify(workshop.path("damaged.tar"))
            #expect(tar.status == 1, "\(name) in the archive: \(tar.transcript)")
        }
    }

    @Test(.enabled(if: hasSkopeo, "umoci or skopeo is not installed"))
    func skopeoMultiPlatformLayoutVerifiesAndDamageIsDetected() throws {
        let workshop = try ImageFixture()
        var children: [[String: Any]] = []
        for architecture in ["amd64", "arm64"] {
            try workshop.umociLayout(architecture, architecture: architecture)
            try workshop.skopeo("oci:\(workshop.path(architecture)):1", "oci:\(workshop.path("both")):\(architecture)")
        }
        let index = try JSONSerialization.jsonObject(with: Data(contentsOf: workshop.url("both/index.json")))
        let entries = try #require((index as? [String: Any])?["manifests"] as? [[String: Any]])
        for entry in entries {
            let annotations = try #require(entry["annotations"] as? [String: String])
            let name = try #require(annotations["org.opencontainers.image.ref.name"])
            var child = entry
            child["annotations"] = nil
            child["platform"] = ["os": "linux", "architecture": name]
            children.append(child)
        }
        var list = try workshop.put(
            ["schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": children],
            "application/vnd.oci.image.index.v1+json", in: "both")
        list["annotations"] = ["org.opencontainers.image.ref.name": "multi"]
        try workshop.writeLayout("both", manifests: [list])
        try expectVerified(workshop.path("both"), layers: 6)
        try workshop.skopeo("--all", "oci:\(workshop.path("both")):multi", "oci:\(workshop.path("image")):multi")
        try expectVerified(workshop.path("image"), layers: 6)
        try expectDamageIsRefuted(workshop, layout: "image")
    }

    @Test(.enabled(if: hasCompressors, "pigz, gzip, zstd or tar is not installed"))
    func membersAndFramesOfRealCompressorsVerifyAndDamageIsDetected() throws {
        let workshop = try ImageFixture()
        let tar = try workshop.tar("first.tar", files: 300)
        let other = try workshop.tar("second.tar", files: 100)
        try workshop.run("sh", "-c", "pigz -i -b 128 -p 4 -c '\(tar)' > '\(tar).gz'")
        // Two members, from two runs of gzip.
        try workshop.run(
            "sh", "-c",
            "head -c 70000 '\(other)' | gzip -n > '\(other).gz'; tail -c +70001 '\(other)' | gzip -n >> '\(other).gz'")
        // Three frames.
        try workshop.run(
            "sh", "-c",
            """
            head -c 50000 '\(tar)' | zstd -qc > '\(tar).zst'
            tail -c +50001 '\(tar)' | head -c 50000 | zstd -qc -19 >> '\(tar).zst'
            tail -c +100001 '\(tar)' | zstd -qc --no-check >> '\(tar).zst'
            """)
        let layer = "application/vnd.oci.image.layer.v1.tar"
        try workshop.handmadeLayout(
            "image",
            [
                (tar + ".gz", tar, layer + "+gzip"), (other + ".gz", other, layer + "+gzip"),
                (tar + ".zst", tar, layer + "+zstd"),
            ])
        try expectVerified(workshop.path("image"), layers: 3)
        try expectDamageIsRefuted(workshop, layout: "image")
    }

    @Test(.enabled(if: hasCompressors, "pigz, gzip, zstd or tar is not installed"))
    func digestsAgreeWithOtherTools() throws {
        let workshop = try ImageFixture()
        let tar = try workshop.tar("layer.tar", files: 150)
        try workshop.run("sh", "-c", "gzip -n -c '\(tar)' > '\(tar).gz'; pigz -i -c '\(tar)' > '\(tar).pigz'")
        try workshop.run("sh", "-c", "zstd -qc '\(tar)' > '\(tar).zst'")
        for (file, decoder) in [
            (tar, "cat"), (tar + ".gz", "gzip -dc"), (tar + ".pigz", "gzip -dc"), (tar + ".zst", "zstd -dqc"),
        ] {
            let compressed = try workshop.sha256(file)
            let decoded = try workshop.run("sh", "-c", "\(decoder) < '\(file)' | sha256sum")
            let uncompressed = String(decoding: decoded.prefix(64), as: UTF8.self)
            let run = try ProgramRun.layerverify("digest", file)
            #expect(run.status == 0, "\(run.transcript)")
            #expect(run.text.contains(compressed), "\(file): the digest is not \(compressed): \(run.text)")
            #expect(run.text.contains(uncompressed), "\(file): the diffID is not \(uncompressed): \(run.text)")
        }
    }

    /// The part of the JSON report that is compared here.
    private struct Report: Decodable {
        struct Image: Decodable {
            struct Layer: Decodable {
                var outcome: String
            }
            var layers: [Layer]
        }
        var outcome: String
        var images: [Image]
    }

    private func expectVerified(_ path: String, layers: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let run = try ProgramRun.layerverify("--format", "json", path)
        #expect(run.status == 0, "\(run.transcript)", sourceLocation: sourceLocation)
        let report = try JSONDecoder().decode(Report.self, from: run.output)
        #expect(report.outcome == "verified", sourceLocation: sourceLocation)
        let outcomes = report.images.flatMap(\.layers).map(\.outcome)
        #expect(outcomes == Array(repeating: "verified", count: layers), sourceLocation: sourceLocation)
    }

    /// Flips a byte of each blob of a layout in turn.
    private func expectDamageIsRefuted(
        _ workshop: ImageFixture, layout: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for blob in try workshop.blobs(of: layout) {
            let content = try Data(contentsOf: blob)
            try flipMiddle(content).write(to: blob)
            let run = try ProgramRun.layerverify(workshop.path(layout))
            #expect(run.status == 1, "\(blob.lastPathComponent): \(run.transcript)", sourceLocation: sourceLocation)
            try content.write(to: blob)
        }
    }

    private func flipMiddle(_ content: Data) -> Data {
        var bytes = [UInt8](content)
        if !bytes.isEmpty { bytes[bytes.count / 2] ^= 0x04 }
        return Data(bytes)
    }
}
