// layerverify: tests of the image of a benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerBench
import LayerCodec
import LayerDigest
import LayerModel
import LayerVerify
import Testing

@Suite struct SyntheticImageTests {
    static let byteCount: UInt64 = 1 << 20

    /// The diffIDs of an image, which do not depend on the versions of the compressors.
    private func diffIDs(
        _ compression: LayerCompressor.Kind, jobCount: Int, _ body: (BenchFolder) throws -> Void = { _ in }
    ) throws -> [ContentDigest] {
        let folder = try BenchFolder(in: nil)
        let image = SyntheticImage(compression: compression, byteCount: Self.byteCount)
        let diffIDs = try image.write(to: folder, jobCount: jobCount, isCancelled: { false })
        try body(folder)
        return diffIDs
    }

    @Test func tarsAreReproducible() throws {
        let first = try diffIDs(.none, jobCount: 1)
        #expect(first.count == 8)
        #expect(Set(first).count == 8)
        #expect(first == (try diffIDs(.gzip, jobCount: 2)))
        let all = Array(first.map { "\($0)" }.joined(separator: "\n").utf8)
        // The digest was computed with this program; a change makes results incomparable with earlier ones.
        #expect("\(ContentDigest.of(all, .sha256))" == Self.golden)
    }

    static let golden = "sha256:fccc9872fc05ad99455cc167417b699dce3557a1138fda389c2cb948cdb366be"

    @Test(arguments: LayerCompressor.Kind.allCases)
    func imageVerifies(_ compression: LayerCompressor.Kind) throws {
        _ = try diffIDs(compression, jobCount: 2) { folder in
            let report = try Verifier().verifyBlocking(imagesIn: [.path(folder.path)])
            #expect(report.outcome == .verified, "\(report.text())")
            #expect(report.findings.isEmpty)
            #expect(report.summary.layerCount == 8)
            let layers = report.images.flatMap { $0.layers }
            #expect(
                Set(layers.map { $0.compression }) == [Verification.Layer.Compression(rawValue: compression.rawValue)])
        }
    }

    @Test func layersAreTars() throws {
        _ = try diffIDs(.none, jobCount: 1) { folder in
            let blobs = URL(filePath: folder.path).appending(path: "blobs/sha256")
            let files = try FileManager.default.contentsOfDirectory(
                at: blobs, includingPropertiesForKeys: [.fileSizeKey])
            let largest = try #require(try files.max { try Data(contentsOf: $0).count < Data(contentsOf: $1).count })
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["tar", "-tf", largest.path]
            process.standardOutput = output
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(text.split(separator: "\n").count > 20)
        }
    }

    /// Between zeros, which compress a thousandfold, and noise, which does not compress.
    @Test func compressesLikeLayers() throws {
        _ = try diffIDs(.gzip, jobCount: 2) { folder in
            let summary = try Verifier().verifyBlocking(imagesIn: [.path(folder.path)]).summary
            let ratio = Double(summary.uncompressedByteCount) / Double(summary.compressedByteCount)
            #expect((2.0...4.0).contains(ratio))
        }
    }

    @Test func folderIsRemovedWithItsObject() throws {
        var path = ""
        _ = try diffIDs(.none, jobCount: 1) { path = $0.path }
        // The thread that made the layers may release the object a little later than the caller.
        for _ in 0..<500 where FileManager.default.fileExists(atPath: path) { usleep(10_000) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func folderThatCannotBeMadeIsAnError() {
        #expect(throws: BenchError.self) { try BenchFolder(in: "/no/such/folder") }
    }

    @Test func cancelledImageHasNoIndex() throws {
        let folder = try BenchFolder(in: nil)
        let layers = try SyntheticImage(byteCount: Self.byteCount).write(
            to: folder, jobCount: 2, isCancelled: { true })
        #expect(layers.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/index.json"))
    }

    @Test(arguments: LayerCompressor.Kind.allCases)
    func compressedBytesDecodeToTheOriginal(_ kind: LayerCompressor.Kind) throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* ($0 % 11)) }
        let compressed = try #require(LayerCompressor.compress(bytes[...], kind))
        if kind == .none {
            #expect(compressed == bytes)
        } else {
            #expect(Codecs.decodedPrefix(compressed, byteCount: bytes.count + 1) == bytes)
        }
    }
}
