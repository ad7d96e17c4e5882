// layerverify: tests of the facade over small images.
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

@Suite(.timeLimit(.minutes(30))) struct VerifierTests {
    /// An incompressible layer of 500 KB, which takes several blocks of the scheduler.
    static let bigLayer: [UInt8] = {
        var numbers = SplitMix(state: 1)
        return TestTar.holding((0..<500_000).map { _ in UInt8.random(in: 0...255, using: &numbers) })
    }()

    // Verifying

    @Test func aGoodImageIsVerifiedByBothForms() async throws {
        let image = try SmallImage([Self.bigLayer, TestTar.holding("top")])
        let blocking = image.verify(try Verifier())
        let asynchronous = await (try Verifier()).verify(imagesIn: [.path(image.path)])
        for report in [blocking, asynchronous] {
            #expect(report.outcome == .verified)
            #expect(report.findings.isEmpty)
            #expect(report.images.map { $0.outcome } == [.verified])
            #expect(report.summary.layerCount == 2)
            // Two layers, the manifest, the config, and the two files of the layout.
            #expect(report.summary.blobCount == 6)
            #expect(!report.hasInternalError)
        }
        withExtendedLifetime(image) {}
    }

    @Test func aWrongByteRefutes() throws {
        let image = try SmallImage([Self.bigLayer])
        var damaged = Self.bigLayer
        damaged[300_000] ^= 1
        try image.write(damaged, to: image.layerPaths[0])
        let report = image.verify(try Verifier())
        #expect(report.outcome == .refuted)
        #expect(report.findings.map { $0.code } == ["blob-digest-mismatch", "diffid-mismatch"])
        #expect(report.findings.last?.follows == "blob-digest-mismatch")
        #expect(report.images.map { $0.outcome } == [.refuted])
    }

    @Test func everyReferenceMustMatchAndEveryPathMustHaveASelectedImage() throws {
        let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../corpus/good")
            .standardizedFileURL.path
        let (one, other) = (corpus + "/oci-gzip/image", corpus + "/several-images/images")
        let verify = { (references: [String], paths: [String]) in
            (try Verifier(Verifier.Options(references: references.map { try ImageReference($0) }))).verify(paths)
        }
        // The second path has no image of that name.
        let name = "third:1"
        #expect(try verify([name], [other]).outcome == .verified, "some images of a folder are enough")
        let partial = try verify([name], [other, one])
        #expect(partial.outcome == .undetermined)
        #expect(partial.findings.map { $0.code } == ["nothing-selected"])
        #expect(partial.findings.first?.message.contains(name) == true)
        // One of two names matches nothing.
        let missing = try verify([name, "no-such"], [other])
        #expect(missing.outcome == .undetermined)
        #expect(missing.findings.map { $0.message } == ["no image matches --ref no-such"])
        // No image is selected.
        #expect(try verify(["no-such"], [one, other]).findings.map { $0.code } == ["nothing-selected"])
    }

    @Test func aFindingAboutASelectionListsTheExistingNames() throws {
        let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../corpus/good")
            .standardizedFileURL.path
        let tags = corpus + "/oci-two-tags/image"
        func findings(_ options: Verifier.Options, _ paths: String...) throws -> Verification.Findings {
            try Verifier(options).verify(paths).findings
        }
        let missing = try findings(Verifier.Options(references: [try ImageReference("1.1")]), tags)
        #expect(missing.map { $0.actual } == ["1.0, 1, 2"])
        #expect(missing.allSatisfy { $0.expected == nil })
        let platform = try findings(
            Verifier.Options(platform: try ImagePlatform("linux/arm")), corpus + "/oci-multi-platform/image")
        #expect(platform.map { $0.actual } == ["linux/arm64, linux/amd64"])
        #expect(platform.map { $0.message } == ["none of the images here is for linux/arm"])
        let both = try findings(
            Verifier.Options(platform: try ImagePlatform("linux/s390x"), references: [try ImageReference("2")]), tags)
        #expect(both.map { $0.actual } == ["linux/amd64"])
        // A finding about all paths belongs to none of them.
        let several = try findings(
            Verifier.Options(references: [try ImageReference("1.1")]), tags, corpus + "/oci-multi-platform/image")
        #expect(several.map { $0.root } == [nil])
        #expect(several.map { $0.actual } == ["1.0, 1, 2, multi"])
    }

    @Test func anImageThatIsFoundSeveralTimesCountsOnce() throws {
        let one = try SmallImage([TestTar.holding("one")])
        let other = try SmallImage([TestTar.holding("other")])
        func report(_ count: Int, _ paths: String...) throws -> Verification {
            try Verifier(Verifier.Options(minimumImageCount: count)).verify(paths)
        }
        let twice = try report(2, one.path, one.path)
        #expect(twice.outcome == .undetermined)
        #expect(twice.findings.map { $0.code } == ["too-few-images"])
        #expect(twice.findings.map { $0.root } == [nil], "the number is that of the run")
        #expect(twice.findings.map { $0.actual } == ["1"])
        #expect(try report(2, one.path, other.path).outcome == .verified)
        #expect(try report(3, one.path, other.path, one.path).findings.map { $0.actual } == ["2"])
        withExtendedLifetime((one, other)) {}
    }

    @Test func anExpectedDigestIsComparedWithTheBytes() throws {
        let image = try SmallImage([TestTar.holding("one")])
        let digest = try #require(image.verify(try Verifier()).images.first?.manifestDigest)
        let verifier = try Verifier(Verifier.Options(expectedDigests: [digest]))
        #expect(image.verify(verifier).outcome == .verified)
        #expect(verifier.inspect([image.path]).findings.isEmpty)
        // An index that claims the digest of a manifest with other bytes.
        let path = "blobs/sha256/" + digest.encoded
        try image.write(
            Array(try String(contentsOfFile: image.path + "/" + path, encoding: .utf8).utf8) + [0x20], to: path)
        #expect(image.verify(verifier).outcome == .refuted)
        // What is wrong is told once, and not of the digest that the descriptor claims.
        let inspected = verifier.inspect([image.path])
        #expect(inspected.outcome == .refuted)
        #expect(inspected.findings.map(\.code) == ["blob-size-mismatch", "blob-digest-mismatch"])
        try image.remove(path)
        #expect(image.verify(verifier).outcome == .refuted)
        #expect(verifier.inspect([image.path]).outcome == .refuted)
    }

    @Test func anUnreadableFileIsNotAnotherDigest() throws {
        let image = try SmallImage([TestTar.holding("one")])
        let digest = try #require(image.verify(try Verifier()).images.first?.manifestDigest)
        let verifier = try Verifier(Verifier.Options(expectedDigests: [digest]))
        for paths in [["/no/such/path"], ["/dev/null"]] {
            let report = verifier.verify(paths)
            #expect(report.outcome == .undetermined)
            #expect(report.findings.map { $0.code }.contains("expected-digest-missing"))
        }
        // The digest is found, and another path cannot be read.
        let report = verifier.verify([image.path, "/no/such/path"])
        #expect(report.findings.map { $0.code } == ["path-missing"])
        withExtendedLifetime(image) {}
    }

    @Test func aLayerThatIsAlsoADocumentIsReadAsBoth() throws {
        // The layer of the second image is the config of the first: parsed as a document, and read as a layer.
        let first = try SmallImage([TestTar.holding("base")])
        let second = try SmallImage([first.config], in: first)
        let report = second.verify(try Verifier(Verifier.Options(contents: .none)))
        #expect(report.images.count == 2)
        #expect(report.findings.map { $0.code } == [])
        #expect(report.outcome == .verified)
        // Its digests hold, but no runtime unpacks it.
        for contents in [Verifier.ContentsCheck.structure, .full] {
            let report = second.verify(try Verifier(Verifier.Options(contents: contents)))
            #expect(report.findings.map { $0.code } == ["layer-not-tar"])
            #expect(report.images.map { $0.outcome } == [.verified, .refuted])
        }
    }

    @Test func theObserverReceivesTheEnd() throws {
        let image = try SmallImage([Self.bigLayer, TestTar.holding("top")])
        let heard = Locked<[Verifier.Progress]>([])
        _ = image.verify(try Verifier()) { progress in heard.withLock { $0.append(progress) } }
        let last = try #require(heard.withLock { $0.last })
        #expect(last.doneByteCount == 503_808)
        #expect(last.totalByteCount == 503_808)
        #expect(last.doneBlobCount == 2)
        #expect(last.totalBlobCount == 2)
        #expect(last.elapsedSeconds > 0)
    }

    @Test func theObserverReceivesTheEndEvenIfABlobIsMissing() throws {
        let image = try SmallImage([Self.bigLayer, TestTar.holding("top")])
        try image.remove(image.layerPaths[0])
        let heard = Locked<[Verifier.Progress]>([])
        let report = image.verify(try Verifier()) { progress in heard.withLock { $0.append(progress) } }
        #expect(report.findings.map { $0.code } == ["blob-missing"])
        let last = try #require(heard.withLock { $0.last })
        #expect(last.doneByteCount == 2048)
        #expect(last.totalByteCount == 2048)
        #expect(last.doneBlobCount == last.totalBlobCount)
    }

    @Test func theObserverReceivesTheBlobsInWork() throws {
        // Slow enough that the observer is called while the layer is read.
        let image = try SmallImage([Self.bigLayer, TestTar.holding("top")])
        let heard = Locked<[Verifier.Progress]>([])
        _ = image.verify(try Verifier(Verifier.Options(jobs: 1, maximumBytesPerSecond: 1_500_000))) { progress in
            heard.withLock { $0.append(progress) }
        }
        let blobs = heard.withLock { $0 }.flatMap { $0.blobsInWork }
        #expect(Set(blobs.map { $0.path }) == [image.layerPaths[0]])
        #expect(Set(blobs.map { $0.totalByteCount }) == [501_760])
        #expect(heard.withLock { $0 }.allSatisfy { $0.blobInWorkCount == $0.blobsInWork.count })
        #expect(heard.withLock { $0.last }?.blobsInWork == [])
    }

    @Test func aCancelledRunIsUndetermined() throws {
        let image = try SmallImage([Self.bigLayer, TestTar.holding("top")])
        let cancellation = Verifier.Cancellation()
        cancellation.cancel()
        let verifier = try Verifier()
        let report = image.verify(verifier, cancellation: cancellation)
        #expect(report.outcome == .undetermined)
        #expect(report.findings.map { $0.code } == ["interrupted", "interrupted"])
        #expect(report.images.map { $0.outcome } == [.undetermined])
        // A cancelled run may still look at 64 files and documents.
        let many = [Verifier.Source](repeating: .path(image.path), count: 100)
        #expect(verifier.inspectBlocking(imagesIn: many, cancellation: cancellation).outcome == .undetermined)
        withExtendedLifetime(image) {}
    }

    @Test func aCancelledTaskCancelsItsRun() async throws {
        let image = try SmallImage([Self.bigLayer])
        let path = image.path
        let verifier = try Verifier()
        let task = Task {
            // The run begins only after the task is cancelled.
            while !Task.isCancelled { await Task.yield() }
            return await verifier.verify(imagesIn: [.path(path)])
        }
        task.cancel()
        #expect(await task.value.findings.map { $0.code } == ["interrupted"])
        withExtendedLifetime(image) {}
    }

    @Test func anInspectionDoesNotReadLayers() throws {
        let image = try SmallImage([TestTar.holding("base")])
        try image.remove(image.layerPaths[0])
        let report = withExtendedLifetime(image) { Verifier.inspecting([image.path]) }
        #expect(report.outcome == .verified)
        #expect(report.images.first?.layers.map { $0.size } == [2048])
        #expect(report.summary.compressedByteCount < 2000)
    }

    @Test func strictnessRefutesWarnings() throws {
        let image = try SmallImage([TestTar.holding("base")], history: "[{},{}]")
        #expect(image.verify(try Verifier()).outcome == .verified)
        #expect(image.verify(try Verifier(Verifier.Options(isStrict: true))).outcome == .refuted)
    }

    // Digesting

    @Test func filesAreDigestedAndChained() throws {
        let folder = try ScratchFolder()
        let contents = ["one", "two"].map { Array($0.utf8) }
        let paths = contents.indices.map { folder.url.appending(path: "\($0)").path }
        for (path, bytes) in zip(paths, contents) { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
        let verifier = try Verifier()
        let plain = verifier.digest(paths)
        let digests = contents.map { ContentDigest.of($0, .sha256).description }
        #expect(plain.outcome == .verified)
        #expect(plain.files.map { $0.digest?.description } == digests)
        #expect(plain.files.map { $0.diffID?.description } == digests)
        #expect(plain.files.map { $0.size } == [3, 3])
        #expect(plain.files.map { $0.chainID } == [nil, nil])
        let chained = verifier.digest(paths, chaining: .layersOfOneImage)
        let second = ContentDigest.of(Array((digests[0] + " " + digests[1]).utf8), .sha256).description
        #expect(chained.files.map { $0.chainID?.description } == [digests[0], second])
        withExtendedLifetime(folder) {}
    }

    @Test func aChainEndsWithTheFirstFileThatCannotBeRead() async throws {
        let folder = try ScratchFolder()
        let path = folder.url.appending(path: "a").path
        try Data("a".utf8).write(to: URL(fileURLWithPath: path))
        let report = await (try Verifier()).computeDigests(
            of: [.path(path), "/no/such/file", .path(path)], chaining: .layersOfOneImage)
        #expect(report.files.map { $0.chainID != nil } == [true, false, false])
        #expect(report.files.map { $0.code } == [nil, "blob-missing", nil])
        #expect(report.files.map { $0.outcome } == [.verified, .undetermined, .verified])
        #expect(report.outcome == .undetermined)
        withExtendedLifetime(folder) {}
    }

    @Test func aCancelledDigestIsUndetermined() throws {
        let cancellation = Verifier.Cancellation()
        cancellation.cancel()
        let report = try Verifier().digest(["/dev/null/x"], cancellation: cancellation)
        #expect(report.outcome == .undetermined)
        #expect(report.files.map { $0.code } == ["interrupted"])
    }

    @Test func nothingToDigestIsUndetermined() throws {
        #expect(try Verifier().digest([]).outcome == .undetermined)
    }

    // A fast path with wrong results

    @Test(arguments: [LyingDecoder.Lie.fault, .truncation, .wrongByte])
    func aFastPathWithWrongResultsIsDetected(_ lie: LyingDecoder.Lie) throws {
        let image = try SmallImage([SmallImage.gzipLayer], diffIDs: [SmallImage.gzipContent])
        var verifier = try Verifier()
        #expect(image.verify(verifier).outcome == .verified)
        verifier.fastCodec = { compression in
            Codecs.reference(for: compression).map { codec in
                Codec(name: "liar", compression: compression) { LyingDecoder(codec.begin($0), lie) }
            }
        }
        let report = image.verify(verifier)
        #expect(report.findings.map { $0.code } == ["fast-path-disagrees"])
        #expect(report.hasInternalError)
        #expect(report.outcome == .undetermined, "an error of ours refutes nothing")
    }

    /// One decoder may run out of memory while the other does not.
    @Test func ifTheFastDecoderFailsTheReferenceDecides() throws {
        let image = try SmallImage([SmallImage.gzipLayer], diffIDs: [SmallImage.gzipContent])
        var verifier = try Verifier()
        verifier.fastCodec = { compression in
            Codecs.reference(for: compression).map { codec in
                Codec(name: "liar", compression: compression) { LyingDecoder(codec.begin($0), .failure) }
            }
        }
        let report = image.verify(verifier)
        #expect(report.findings.map { $0.code } == [])
        #expect(report.outcome == .verified)
    }
}

extension Verifier {
    /// An inspection with the options of the command line.
    fileprivate static func inspecting(_ paths: [String]) -> Verification {
        do {
            return try Verifier().inspect(paths)
        } catch {
            preconditionFailure("the default options are sound: \(error)")
        }
    }
}

/// Decodes correctly, and then reports something wrong.
final class LyingDecoder: StreamDecoder {
    enum Lie: Sendable {
        /// Reports that the stream is damaged.
        case fault
        /// Reports that the decoder failed.
        case failure
        /// Reports that the stream is truncated.
        case truncation
        /// Appends a byte to the output, so that the diffID is wrong.
        case wrongByte
    }

    private let honest: any StreamDecoder
    private let lie: Lie

    init(_ honest: any StreamDecoder, _ lie: Lie) {
        self.honest = honest
        self.lie = lie
    }

    func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
        var step = honest.decode(input, into: &output)
        switch lie {
        case .fault: step.status = .failed(.data)
        case .failure: step.status = .failed(.decoder)
        case .truncation: break
        case .wrongByte: output.append(7)
        }
        return step
    }

    var isAtBoundary: Bool { lie == .truncation ? false : honest.isAtBoundary }
    var boundaryOffset: UInt64 { honest.boundaryOffset }
}
