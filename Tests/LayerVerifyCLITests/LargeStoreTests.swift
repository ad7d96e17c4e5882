// layerverify: very large stores.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TestSupport

/// Peak memory of very large stores.
@Suite(.enabled(if: SlowTests.haveRelease, "\(SlowTests.releaseReason)"))
struct LargeStoreTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    private func descriptor(_ number: Int, _ mediaType: String = ImageFixture.manifest) -> [String: Any] {
        ["mediaType": mediaType, "digest": ImageFixture.digest(number), "size": 10]
    }

    private func index(_ manifests: [[String: Any]]) throws -> [String: Any] {
        try workshop.put(
            ["schemaVersion": 2, "mediaType": ImageFixture.index, "manifests": manifests], ImageFixture.index,
            in: "image")
    }

    @Test func everyOneOf100000MissingManifestsIsReported() throws {
        let indexes = try (0..<25).map { outer in
            try index((0..<4000).map { descriptor(outer * 4000 + $0 + 1) })
        }
        try workshop.writeLayout("image", manifests: indexes)
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        #expect(run.count == ["blob-missing": 100_000])
        run.expectPeak()
    }

    /// Each index lists the next one and 9 000 manifests, so that all their documents are open at once.
    @Test func largeNestedIndexesAreBounded() throws {
        var last: [[String: Any]] = []
        for level in 0..<15 {
            last = [try index(last + (0..<9000).map { descriptor(level << 32 + $0 + 1) })]
        }
        try workshop.writeLayout("image", manifests: last)
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        run.expectPeak()
    }

    @Test func manifestsOfVeryManyMissingLayersAreBounded() throws {
        let manifests = try (0..<70).map { image in
            let numbers = (0..<2000).map { image * 2000 + $0 + 1 }
            let config = try workshop.put(
                [
                    "architecture": "amd64", "os": "linux",
                    "rootfs": ["type": "layers", "diff_ids": numbers.map { ImageFixture.digest($0 + 1 << 40) }],
                ], "application/vnd.oci.image.config.v1+json", in: "image")
            return try workshop.put(
                [
                    "schemaVersion": 2, "config": config,
                    "layers": numbers.map { descriptor($0, ImageFixture.tar + "+gzip") },
                ],
                ImageFixture.manifest, in: "image")
        }
        try workshop.writeLayout("image", manifests: manifests)
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        // More than the 100 000 blobs that fit into 64 MiB.
        run.expectPeak(below: 67 << 20)
    }

    @Test func oneManifestMayHaveTensOfThousandsOfNames() throws {
        _ = try workshop.plainLayout("image")
        let text = try Data(contentsOf: workshop.url("image/index.json"))
        let layout = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        let manifest = try #require((layout["manifests"] as? [[String: Any]])?.first)
        let indexes = try (0..<3).map { outer in
            try index(
                (0..<15_000).map { number in
                    manifest.merging(
                        ["annotations": ["org.opencontainers.image.ref.name": "tag\(outer)-\(number)"]]) { $1 }
                })
        }
        try workshop.writeLayout("image", manifests: indexes)
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 0)
        run.expectPeak()
    }

    @Test func everyOneOf100000UnreferencedBlobsIsChecked() throws {
        _ = try workshop.plainLayout("image")
        let blobs = workshop.path("image/blobs/sha256")
        for number in 1...100_000 {
            let name = blobs + "/" + ImageFixture.digest(number).dropFirst(7)
            guard FileManager.default.createFile(atPath: name, contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        #expect(run.count["blob-digest-mismatch"] == 100_000)
        run.expectPeak()
    }

    /// An image is released when it has its part of the report, so a thousand of them take little more memory than ten.
    /// Each manifest lists one layer 100 times, so that its claims take several times the memory of its part of the report.
    @Test(arguments: [false, true]) func memoryDoesNotDependOnTheNumberOfImages(_ areArchives: Bool) throws {
        let file = try workshop.plainLayout("image")
        let digest = "sha256:" + file.lastPathComponent
        let byteCount = try Data(contentsOf: file).count
        let layer: [String: Any] = ["mediaType": ImageFixture.tar, "digest": digest, "size": byteCount]
        try workshop.layout(
            "image", layers: Array(repeating: layer, count: 100), diffIDs: Array(repeating: digest, count: 100))
        let image = areArchives ? "image.tar" : "image"
        if areArchives { try workshop.run("tar", "-cf", workshop.path("image.tar"), "-C", workshop.path("image"), ".") }
        let peaks = try [10, 1000].map { count in
            try FileManager.default.createDirectory(at: workshop.url("\(count)"), withIntermediateDirectories: true)
            for number in 0..<count {
                try FileManager.default.copyItem(
                    at: workshop.url(image), to: workshop.url("\(count)/\(number)-\(image)"))
            }
            let run = try MeasuredRun.verify(workshop.path("\(count)"))
            #expect(run.status == 0)
            #expect((run.report?["images"] as? [Any])?.count == count)
            return run.peakByteCount
        }
        guard let few = peaks[0], let many = peaks[1] else { return }
        #expect(many - few < 6 << 20, "\(few >> 10) KiB for 10 images, \(many >> 10) KiB for 1 000")
    }

    /// Names of more than 60 bytes, and folders that have no entries of their own.
    @Test(arguments: ["\(String(repeating: "n", count: 60))/%", "%/\(String(repeating: "a/", count: 40))x"])
    func anArchiveOfVeryManyEntriesIsReadInBoundedMemory(_ name: String) throws {
        var bytes = Data(BombTests.manifest)
        for number in 0..<150_000 {
            bytes += BombTests.header(
                Array(name.replacing("%", with: String(number)).utf8), size: BombTests.octal(0))
        }
        bytes += Data(count: 1024)
        try bytes.write(to: workshop.url("image.tar"))
        let run = try MeasuredRun.verify(workshop.path("image.tar"), seconds: 20)
        #expect(run.status == 1)
        #expect(run.codes.contains("blob-missing"))
        run.expectPeak()
    }
}
