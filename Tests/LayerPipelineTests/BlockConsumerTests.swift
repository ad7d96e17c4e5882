// layerverify: tests of consumers that are not digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import Testing
import TestSupport

/// Counts bytes and lines, and depends on the order: each line's number is multiplied by its length.
private struct LineCount: Equatable, Sendable {
    var byteCount = 0
    var lineCount = 0
    var checksum: UInt64 = 0
    private var length: UInt64 = 0

    init() {}

    init(_ bytes: [UInt8]) { for byte in bytes { add(byte) } }

    mutating func add(_ byte: UInt8) {
        byteCount += 1
        length += 1
        guard byte == UInt8(ascii: "\n") else { return }
        lineCount += 1
        checksum = checksum &* 31 &+ length &* UInt64(lineCount)
        length = 0
    }
}

/// The line counts of the sides that were read to their ends.
private final class LineCounts: Sendable {
    let counts = Locked<[String: LineCount]>([:])

    var factory: ConsumerFactory { { [self] request, side in [LineCounter(request.blob, side, self)] } }

    func count(_ blob: BlobIndex, _ side: BlobSide) -> LineCount? { counts.withLock { $0["\(blob) \(side)"] } }
}

private final class LineCounter: BlockConsumer {
    private let key: String
    private let results: LineCounts
    private var count = LineCount()

    init(_ blob: BlobIndex, _ side: BlobSide, _ results: LineCounts) {
        key = "\(blob) \(side)"
        self.results = results
    }

    func consume(_ bytes: RawSpan) {
        for index in bytes.byteOffsets { count.add(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
    }

    func finish(into facts: inout BlobFacts) {
        #expect(!facts.digests.isEmpty)
        let count = count
        results.counts.withLock { results in
            #expect(results[key] == nil)
            results[key] = count
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct BlockConsumerTests {
    private func run(_ blobs: [[UInt8]], jobs: Int, inParts: Bool = true) -> (run: PipelineRun, lines: LineCounts) {
        let lines = LineCounts()
        var options = PipelineOptions(jobCount: jobs, readsInChunks: inParts)
        options.consumers = lines.factory
        let store = MemoryStore(blobs: blobs)
        let run = LayerPipelineTests.run(store.requests(), store, options)
        expectSound(run, blobCount: blobs.count)
        return (run, lines)
    }

    private static let members: (blob: [UInt8], content: [UInt8]) = {
        let whole = content(65_280 * 30, seed: 3)
        let starts = stride(from: 0, to: whole.count, by: 65_280)
        return (starts.flatMap { gzip(Array(whole[$0..<$0 + 65_280])) }, whole)
    }()

    /// Small and large, compressed and not, in one chunk and in several.
    @Test(arguments: [1, 2, 8])
    func aConsumerSeesEveryByteOfBothSidesInOrder(_ jobs: Int) throws {
        let contents = [
            content(30_000), content(1_500_000), content(30_001), content(1_400_000), Self.members.content, [],
        ]
        let blobs = [contents[0], contents[1], gzip(contents[2]), gzip(contents[3]), Self.members.blob, []]
        let (run, lines) = run(blobs, jobs: jobs)
        #expect(run.facts.map(\.digests) == blobs.map { [oneShot($0)] })
        #expect(run.facts.map(\.uncompressed?.digests) == contents.map { [oneShot($0)] })
        for index in blobs.indices {
            #expect(lines.count(index, .compressed) == LineCount(blobs[index]), "\(index)")
            #expect(lines.count(index, .uncompressed) == LineCount(contents[index]), "\(index)")
        }
    }

    @Test(arguments: [1, 2, 4]) func aConsumerSeesABlobInChunks(_ jobs: Int) {
        let (run, lines) = run([Self.members.blob], jobs: jobs)
        #expect(run.chunkCounts.further > 0)
        #expect(lines.count(0, .compressed) == LineCount(Self.members.blob))
        #expect(lines.count(0, .uncompressed) == LineCount(Self.members.content))
    }

    /// The consumer of a damaged stream has seen only some of its bytes.
    @Test(arguments: [40_000, 1_000_000]) func aDamagedStreamHasNoFactsOfItsContent(_ byteCount: Int) {
        var blob = gzip(content(byteCount))
        blob[blob.count - 1] ^= 1
        let (run, lines) = run([blob], jobs: 2)
        #expect(run.facts.first?.digests == [oneShot(blob)])
        #expect(lines.count(0, .compressed) == LineCount(blob))
        #expect(lines.count(0, .uncompressed) == nil)
    }

    @Test func aBlobThatIsMissingHasNoFactsOfConsumers() {
        let lines = LineCounts()
        var options = PipelineOptions(jobCount: 1)
        options.consumers = lines.factory
        let run = LayerPipelineTests.run([request(5)], MemoryStore(blobs: []), options)
        #expect(run.facts.map(\.reading) == [.missing])
        #expect(lines.counts.withLock { $0.isEmpty })
    }

    /// The reference path reads blobs a second time.
    @Test func theReferencePathHasNoConsumersButDigests() {
        let lines = LineCounts()
        var options = PipelineOptions(jobCount: 1)
        options.consumers = lines.factory
        let store = MemoryStore(blobs: [gzip(content(30_000))])
        let reader = SequentialReader(.reference, options: options)
        #expect(reader.facts(of: store.requests()[0], from: store).uncompressed?.digests == [oneShot(content(30_000))])
        #expect(lines.counts.withLock { $0.isEmpty })
    }
}
