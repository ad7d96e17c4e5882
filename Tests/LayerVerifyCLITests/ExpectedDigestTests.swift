// layerverify: --expect-digest accepts the digests that real tools print.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct ExpectedDigestTests {
    /// The sha256 of a document that skopeo prints: a manifest, an index or a config.
    private func digest(_ arguments: String...) throws -> String {
        let shown = try ProgramRun.run("skopeo", ["inspect", "--raw"] + arguments)
        try #require(shown.status == 0, "\(shown.transcript)")
        let sum = try ProgramRun.run("sha256sum", [], input: shown.output)
        return "sha256:" + sum.text.prefix(64)
    }

    private func status(_ digest: String, _ path: String) throws -> Int32 {
        try ProgramRun.layerverify("--quiet", "--expect-digest", digest, path).status
    }

    @Test(.enabled(if: InteropTests.hasSkopeo, "umoci or skopeo is not installed"))
    func theDigestThatSkopeoPrintsIsAccepted() throws {
        let workshop = try ImageFixture()
        try workshop.umociLayout("image")
        let layout = workshop.path("image")
        let archive = workshop.path("image.tar")
        try workshop.skopeo("oci:\(layout):1", "docker-archive:\(archive):app:1")
        let manifest = try digest("oci:\(layout):1")
        #expect(try status(manifest, layout) == 0)
        let imageID = try digest("--config", "docker-archive:\(archive)")
        #expect(try status(imageID, archive) == 0)
        #expect(try status(imageID, layout) == 1, "an image ID is not the digest of a manifest")
        #expect(try status(manifest, archive) == 1)
    }
}
