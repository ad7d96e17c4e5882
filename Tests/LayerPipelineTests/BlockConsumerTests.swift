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

    var factory: ConsumerFactory { { [self] in [LineCounter($0, self)] } }

    /// - Parameter blob: nil for a blob of a stream.
    func count(_ blob: BlobIndex?, _ side: BlobSide) -> LineCount? {
        counts.withLock { $0[Self.key(blob, side)] }
    }

    static func key(_ blob: BlobIndex?, _ side: BlobSide) -> String { "\(blob ?? -1) \(side)" }
}

private final class LineCounter: BlockConsumer {
    private let key: String
    private let results: LineCounts
    private var count = LineCount()

    init(_ bytes: ConsumedSide, _ results: LineCounts) {
        key = LineCounts.key(bytes.blob, bytes.side)
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

    /// They are read and passed to all their consumers in one action.
    @Test(arguments: [1, 2]) func aConsumerSeesUncompressedBlobsThatAreReadTogether(_ jobs: Int) {
        let contents = (0..<8).map { content(600_000 + 70_001 * $0, seed: UInt64($0)) }
        let (run, lines) = run(contents, jobs: jobs)
        #expect(run.facts.map(\.digests) == contents.map { [oneShot($0)] })
        for index in contents.indices {
            #expect(lines.count(index, .compressed) == LineCount(contents[index]), "\(index)")
            #expect(lines.count(index, .uncompressed) == LineCount(contents[index]), "\(index)")
        }
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

    // One blob after another

    private static let contents = [content(30_000), content(300_001), content(140_000), zeros(200_000), []]
    private static let compressions: [Compression] = [.none, .gzip, .zstd]

    private func options(_ lines: LineCounts) -> PipelineOptions {
        var options = PipelineOptions(jobCount: 1)
        options.consumers = lines.factory
        return options
    }

    @Test(arguments: contents.indices, compressions)
    func theSecondReadHasConsumersOfItsOwn(_ place: Int, _ compression: Compression) {
        let lines = LineCounts()
        let blob = compressed(Self.contents[place], compression)
        let store = MemoryStore(blobs: [blob])
        let reader = SequentialReader(.reference, options: options(lines))
        let facts = reader.facts(of: store.requests()[0], from: store)
        #expect(facts.uncompressed?.digests == [oneShot(Self.contents[place])])
        #expect(lines.count(0, .compressed) == LineCount(blob))
        #expect(lines.count(0, .uncompressed) == LineCount(Self.contents[place]))
    }

    /// A stream does not say which blobs are layers, or which blob of the image a file is.
    @Test(arguments: contents.indices, compressions)
    func aConsumerSeesABlobOfAStream(_ place: Int, _ compression: Compression) {
        let blob = compressed(Self.contents[place], compression)
        let other = Self.contents[1]
        for pieceByteCount in [1_021, 131_072, 500_000] {
            let lines = LineCounts()
            let reader = StreamedBlobs(options(lines))
            // The consumers of a blob that ends early are released.
            reader.begin([.sha256], byteCount: nil)
            reader.take(other.span.bytes)
            _ = reader.finish(.unreadable(errno: 5, atByte: 300_001))
            reader.begin([.sha256], byteCount: nil)
            for start in stride(from: 0, to: blob.count, by: pieceByteCount) {
                reader.take(blob[start..<min(start + pieceByteCount, blob.count)].span.bytes)
            }
            #expect(reader.finish(.complete).uncompressed?.digests == [oneShot(Self.contents[place])])
            #expect(lines.count(nil, .compressed) == LineCount(blob))
            #expect(lines.count(nil, .uncompressed) == LineCount(Self.contents[place]))
        }
    }

    @Test(arguments: [Compression.gzip, .zstd]) func aDamagedStreamOfAStreamHasNoFacts(_ compression: Compression) {
        let lines = LineCounts()
        let blob = Array(compressed(content(300_000), compression).dropLast())
        let reader = StreamedBlobs(options(lines))
        reader.begin([.sha256], byteCount: nil)
        reader.take(blob.span.bytes)
        #expect(reader.finish(.complete).digests == [oneShot(blob)])
        #expect(lines.count(nil, .compressed) == LineCount(blob))
        #expect(lines.count(nil, .uncompressed) == nil)
    }

    /// What must not be decoded has no uncompressed side.
    @Test(arguments: compressions, [DecodingPath.fast, .reference])
    func aBlobThatIsNotDecodedHasOneSide(_ compression: Compression, _ path: DecodingPath) {
        let lines = LineCounts()
        let store = MemoryStore(blobs: [compressed(content(30_000), compression)])
        let reader = SequentialReader(path, options: options(lines))
        #expect(reader.facts(of: store.requests(diffIDs: nil)[0], from: store).uncompressed == nil)
        #expect(lines.count(0, .compressed) == LineCount(store.blobs[0]))
        #expect(lines.count(0, .uncompressed) == nil)
    }
}
