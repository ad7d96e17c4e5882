// layerverify: tests of reading the tar in layers on all paths.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import TestSupport
import Testing

@Suite struct LayerContentsRunTests {
    /// A file twice, in a layer that is large enough for the scheduler, and in a small one.
    private static func layer(isLarge: Bool) -> [UInt8] {
        let content = [UInt8](repeating: 0x61, count: isLarge ? 300_000 : 10)
        let entry = TestTar.holding(content).dropLast(1024)
        return entry + entry + [UInt8](repeating: 0, count: 1024)
    }

    @Test(arguments: [false, true], [false, true])
    func aPathThatOccursTwiceIsFoundInLayersOfAnySize(_ isLarge: Bool, _ isCompressed: Bool) throws {
        let layer = Self.layer(isLarge: isLarge)
        try #require(layer.count < 65_536 || isLarge)
        let image =
            isCompressed && !isLarge
            ? try SmallImage([TestTar.storedGzip(layer)], diffIDs: [layer]) : try SmallImage([layer])
        for jobs in [1, 3] {
            let report = image.verify(try Verifier(Verifier.Options(jobs: jobs)))
            #expect(report.findings.map { $0.code } == ["layer-path-duplicate"])
            #expect(report.outcome == .refuted)
            #expect(!report.hasInternalError, "the reference path finds it, too")
        }
    }

    /// The paths need memory, and so are not compared.
    @Test func withTheStructureAloneHeadersAreChecked() throws {
        let image = try SmallImage([Self.layer(isLarge: false)])
        for contents in [Verifier.ContentsCheck.structure, .none] {
            #expect(image.verify(try Verifier(Verifier.Options(contents: contents))).outcome == .verified)
        }
        let prose = try SmallImage([Array("no tar".utf8)])
        #expect(prose.verify(try Verifier(Verifier.Options(contents: .structure))).outcome == .refuted)
        #expect(prose.verify(try Verifier(Verifier.Options(contents: .none))).outcome == .verified)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tar"), "needs tar"))
    func layersOfAStreamAreReadToo() throws {
        let image = try SmallImage([Self.layer(isLarge: true), TestTar.holding("top")])
        let archive = image.folder.url.appending(path: "image.tar.gz")
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/tar")
        tar.arguments = ["-C", image.path, "-czf", archive.path, "oci-layout", "index.json", "blobs"]
        try tar.run()
        tar.waitUntilExit()
        let report = withExtendedLifetime(image) { (try? Verifier())?.verify([archive.path]) }
        #expect(report?.findings.map { $0.code } == ["layer-path-duplicate"])
    }

    @Test func layersThatImagesShareHaveOneFinding() throws {
        let first = try SmallImage([Self.layer(isLarge: false)])
        let second = try SmallImage([Self.layer(isLarge: false), TestTar.holding("top")], in: first)
        let report = second.verify(try Verifier())
        #expect(report.findings.map { $0.code } == ["layer-path-duplicate"])
        #expect(report.images.map { $0.outcome } == [.refuted, .refuted])
    }
}
