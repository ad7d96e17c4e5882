// layerverify: tests of paths that are not UTF-8.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import SystemPackage
import TestSupport
import Testing

@Suite struct PathBytesTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../corpus/good"
    )
    .standardizedFileURL

    /// Calls `body` with a path that is not UTF-8 and leads to a file or a folder.
    private func withoutText<Result>(_ path: String, _ body: (FilePath) throws -> Result) throws -> Result {
        let bytes = (Array((path + ".caf").utf8) + [0xe9, 0]).map { CChar(bitPattern: $0) }
        try #require(rename(path, bytes) == 0)
        defer { rename(bytes, path) }
        return try body(FilePath(platformString: bytes))
    }

    /// More image stores than are kept open, so that some would be opened again by their path.
    @Test func imagesInAFolderWhoseNameIsNotUTF8AreVerified() throws {
        let scratch = try ScratchFolder()
        let folder = scratch.url.appending(path: "images")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for number in 0..<12 {
            let image = Self.corpus.appending(path: "oci-gzip/image")
            try FileManager.default.copyItem(at: image, to: folder.appending(path: "\(number)"))
        }
        let verification = try withoutText(folder.path) { path in
            try Verifier().verifyBlocking(imagesIn: [.path(path)])
        }
        #expect(verification.outcome == .verified)
        #expect(verification.images.count == 12)
        #expect(verification.images.allSatisfy { $0.path.contains(".caf\u{fffd}/") }, "reports are text")
    }

    @Test func anArchiveWhoseNameIsNotUTF8IsVerifiedAndDigested() throws {
        let scratch = try ScratchFolder()
        let file = scratch.url.appending(path: "image.tar")
        try FileManager.default.copyItem(at: Self.corpus.appending(path: "oci-archive/image.tar"), to: file)
        let (verification, digests) = try withoutText(file.path) { path in
            let verifier = try Verifier()
            return (
                verifier.verifyBlocking(imagesIn: [.path(path)]), verifier.computeDigestsBlocking(of: [.path(path)])
            )
        }
        #expect(verification.outcome == .verified)
        #expect(verification.images.map { $0.form } == [.ociArchive])
        #expect(digests.outcome == .verified)
    }

    @Test func aMissingFileWhoseNameIsNotUTF8IsMissing() throws {
        let path = FilePath(platformString: [0x2f, 0x78, CChar(bitPattern: 0xe9), 0])
        let findings = try Verifier().verifyBlocking(imagesIn: [.path(path)]).findings
        #expect(findings.map { $0.code } == [.pathMissing])
        #expect(findings.first?.hint == nil, "the name is not the reason")
    }
}
