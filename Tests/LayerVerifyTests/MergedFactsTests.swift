// layerverify: tests of blobs that are a document and a layer, and of missing algorithms.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerCodec
import LayerDigest
import LayerModel
import LayerSystem
import LayerVerify
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(30))) struct MergedFactsTests {
    /// A verifier that replaces a file when the decoder of the first stream is requested. The documents have been read
    /// by then.
    ///
    /// Layers are read by size, the largest first. When a decoder is requested, the next layer is already open.
    private func verifier(replacing file: URL, with bytes: [UInt8]) throws -> Verifier {
        // The layers are not tars.
        var verifier = try Verifier(Verifier.Options(jobs: 1, contents: .none))
        verifier.fastCodec = { compression in
            do { try Data(bytes).write(to: file, options: .atomic) } catch { Issue.record(error) }
            return Codecs.fast(for: compression)
        }
        return verifier
    }

    /// The config of the first image is the last layer of the second, whose first layer is compressed and the largest.
    private func images() throws -> (image: SmallImage, config: URL, bytes: [UInt8]) {
        let first = try SmallImage([TestTar.holding("base")])
        let gzip = [[UInt8]](repeating: SmallImage.gzipLayer, count: 100).flatMap { $0 }
        let content = [[UInt8]](repeating: SmallImage.gzipContent, count: 100).flatMap { $0 }
        let between = [UInt8](repeating: 1, count: 1000)
        let second = try SmallImage(
            [gzip, between, first.config], diffIDs: [content, between, first.config], in: first)
        return (second, second.folder.url.appending(path: second.layerPaths[2]), first.config)
    }

    @Test(arguments: [0, 1, -1])
    func aDocumentThatChangesBeforeItIsReadAsALayerIsChanged(_ growth: Int) throws {
        let (image, config, bytes) = try images()
        // Another content of the same size, a longer and a shorter one.
        var other = bytes
        other[1] ^= 1
        if growth > 0 { other.append(0) }
        if growth < 0 { other.removeLast() }
        let report = image.verify(try verifier(replacing: config, with: other))
        #expect(report.outcome == .undetermined)
        #expect(report.findings.contains { $0.code == "blob-changed" }, "\(report.findings.map(\.code))")
        #expect(!report.findings.contains { $0.code.rawValue.hasSuffix("mismatch") })
    }

    @Test func aDocumentThatIsReplacedByItselfStaysVerified() throws {
        let (image, config, bytes) = try images()
        let report = image.verify(try verifier(replacing: config, with: bytes))
        #expect(report.outcome == .verified, "\(report.findings.map(\.message))")
    }

    @Test func claimsByAMissingAlgorithmAreUndetermined() throws {
        let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../corpus")
            .standardizedFileURL.path
        let path = corpus + "/good/oci-sha512/image"
        try #require(FileManager.default.fileExists(atPath: path))
        #expect(try Verifier().verify([path]).outcome == .verified)
        var verifier = try Verifier()
        verifier.offers = { $0 == .sha256 }
        let report = verifier.verify([path])
        #expect(report.outcome == .undetermined)
        #expect(Set(report.findings.map(\.code)) == ["claim-unchecked"])
    }

    @Test func theProgressOfDigestCountsNoMoreBytesThanTheFilesHave() throws {
        let folder = try ScratchFolder()
        let paths = (0..<20).map { folder.url.appending(path: "file-\($0)").path }
        for path in paths { try Data(count: 100_000).write(to: URL(filePath: path)) }
        // Slow enough that the observer is called before most files are open.
        let verifier = try Verifier(Verifier.Options(jobs: 1, maximumBytesPerSecond: 8_000_000))
        let totals = Locked<[Int]>([])
        let report = verifier.digest(
            paths,
            progress: { progress in
                totals.withLock { $0.append(progress.totalByteCount) }
            })
        #expect(report.outcome == .verified)
        #expect(Set(totals.withLock { $0 }) == [2_000_000])
    }

    @Test(arguments: [1, 2])
    func theCallingThreadComputes(_ jobs: Int) throws {
        let image = try SmallImage(
            [VerifierTests.bigLayer, SmallImage.gzipLayer],
            diffIDs: [
                VerifierTests.bigLayer, SmallImage.gzipContent,
            ])
        let threads = Locked<Set<pthread_t>>([])
        var verifier = try Verifier(Verifier.Options(jobs: jobs))
        verifier.fastCodec = { compression in
            threads.withLock { _ = $0.insert(pthread_self()) }
            return Codecs.fast(for: compression)
        }
        #expect(image.verify(verifier).outcome == .verified)
        if jobs == 1 { #expect(threads.withLock { $0 } == [pthread_self()]) }
    }
}
