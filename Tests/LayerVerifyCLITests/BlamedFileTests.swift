// layerverify: the file that a finding names.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The file in a finding contains the wrong bytes.
@Suite struct BlamedFileTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    /// The member `blob` of the finding with a code.
    private func blob(_ code: String, in run: MeasuredRun) throws -> [String: Any] {
        let findings = try #require(run.report?["findings"] as? [[String: Any]])
        let finding = try #require(findings.first { $0["code"] as? String == code }, "\(run.run.transcript)")
        return try #require(finding["blob"] as? [String: Any])
    }

    @Test func aDamagedLayerOfALayoutIsNamedByItsPathOnDisk() throws {
        try workshop.umociLayout("image")
        let good = try MeasuredRun.verify(workshop.path("image"))
        let images = try #require(good.report?["images"] as? [[String: Any]])
        let layers = try #require(images.first?["layers"] as? [[String: Any]])
        let digest = try #require(layers[1]["digest"] as? String)
        let file = workshop.url("image/blobs/sha256/" + digest.dropFirst("sha256:".count))
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)

        let blob = try blob("blob-digest-mismatch", in: MeasuredRun.verify(workshop.path("image")))
        #expect(blob["path"] as? String == file.path)
        #expect(blob["archive"] is NSNull)
        #expect(blob["offset"] is NSNull)
        #expect(blob["kind"] as? String == "layer")
        #expect(blob["layer"] as? Int == 2)
        #expect(blob["layers"] as? Int == 3)
        #expect(blob["digest"] as? String == digest)
        // umoci writes its commands into the history.
        #expect((blob["createdBy"] as? String)?.isEmpty == false)
    }

    @Test func anEntryOfAnArchiveIsNamedByItsOffset() throws {
        let layer = try workshop.plainLayout("image")
        try workshop.run("tar", "-C", workshop.path("image"), "-cf", workshop.path("image.tar"), ".")
        let content = try Data(contentsOf: layer)
        var archive = try Data(contentsOf: workshop.url("image.tar"))
        let place = try #require(archive.firstRange(of: content)?.lowerBound)
        archive[place] ^= 1
        try archive.write(to: workshop.url("image.tar"))

        let blob = try blob("blob-digest-mismatch", in: MeasuredRun.verify(workshop.path("image.tar")))
        #expect(blob["offset"] as? Int == place)
        #expect(blob["archive"] as? String == workshop.path("image.tar"))
        #expect((blob["path"] as? String)?.hasSuffix(layer.lastPathComponent) == true)
    }

    @Test func aDocumentIsNamedByItsKind() throws {
        _ = try workshop.plainLayout("image")
        try Data("{".utf8).write(to: workshop.url("image/index.json"))
        let blob = try blob("json-invalid", in: MeasuredRun.verify(workshop.path("image")))
        #expect(blob["path"] as? String == workshop.path("image/index.json"))
        #expect(blob["kind"] as? String == "index")
    }

    @Test func quietNamesTheFileFirst() throws {
        let layer = try workshop.plainLayout("image")
        try FileManager.default.removeItem(at: layer)
        let run = try ProgramRun.layerverify("--quiet", workshop.path("image"))
        #expect(run.text.hasPrefix(layer.path + ": error[blob-missing] layer 1 is missing "))
    }
}
