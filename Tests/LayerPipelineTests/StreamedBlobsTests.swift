// layerverify: tests of blobs and streams that are read once.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct StreamedBlobsTests {
    private static let whole = content(300_000)

    /// Streams of each kind, intact and damaged.
    private static let blobs: [[UInt8]] = {
        let (one, other) = (gzip(whole), zstd(whole))
        var changed = one
        changed[changed.count / 2] ^= 0x40
        var wrongSum = one
        wrongSum[wrongSum.count - 7] ^= 1
        var changedFrame = other
        changedFrame[changedFrame.count / 2] ^= 0x40
        return [
            [], whole, Array(whole.prefix(5)), one, other, one + one, skippable(9) + other + other,
            Array(one.dropLast(5)), Array(other.dropLast(5)), changed, wrongSum, changedFrame, one + [1, 2, 3],
            one + zeros(200_000), other + zeros(3), Array(one.prefix(3)), [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] + whole,
        ]
    }()

    @Test(arguments: blobs.indices, [1, 4_099, 131_072, 1_000_000])
    func factsAreThoseOfTheReferencePath(_ place: Int, _ pieceByteCount: Int) throws {
        guard pieceByteCount > 1 || Self.blobs[place].count < 100 else { return }
        let blob = Self.blobs[place]
        let store = MemoryStore(blobs: Self.blobs)
        let options = PipelineOptions(jobCount: 1)
        let expected = SequentialReader(.reference, options: options).facts(
            of: request(place, [.sha256, .sha512], diffIDs: [.sha256, .sha512]), from: store)
        let reader = StreamedBlobs(options)
        // What was begun before leaves nothing behind.
        reader.begin([.sha256], byteCount: nil)
        reader.take(Self.whole.span.bytes)
        reader.begin([.sha256, .sha512], byteCount: UInt64(blob.count))
        for start in stride(from: 0, to: blob.count, by: pieceByteCount) {
            reader.take(blob[start..<min(start + pieceByteCount, blob.count)].span.bytes)
        }
        #expect(reader.finish(.complete) == expected)
    }

    @Test func aBlobThatIsNotReadToItsEndHasNoDigests() {
        let reader = StreamedBlobs(PipelineOptions(jobCount: 1))
        reader.begin([.sha256], byteCount: 300_000)
        reader.take(Self.whole.span.bytes)
        let facts = reader.finish(.unreadable(errno: 5, atByte: 300_000))
        #expect(facts.digests.isEmpty)
        #expect(facts.uncompressed?.ending == .unread)
    }

    @Test func expansionIsLimitedAsItArrives() {
        let reader = StreamedBlobs(
            PipelineOptions(jobCount: 1, expansionLimit: ExpansionLimit(ratio: 2, freeByteCount: 1_000)))
        reader.begin([.sha256], byteCount: nil)
        reader.take(gzip(zeros(500_000)).span.bytes)
        guard case .expansionLimit = reader.finish(.complete).uncompressed?.ending else {
            Issue.record("the limit of expansion was not applied")
            return
        }
    }

    // Decoded sources

    private func read(_ source: any SequentialSource, _ byteCount: Int = 70_001) -> Result<[UInt8], SourceFault> {
        Result { () throws(SourceFault) in
            var bytes: [UInt8] = []
            while true {
                let part = try source.next(byteCount)
                guard !part.isEmpty else { return bytes }
                bytes += part
            }
        }
    }

    @Test(arguments: [Compression.gzip, .zstd], [false, true])
    func aStreamIsDecodedToItsEnd(_ compression: Compression, _ isAhead: Bool) throws {
        let bytes = compressed(Self.whole, compression)
        let stream = try #require(
            DecodedSource(PiecesSource(bytes), compression, options: PipelineOptions(jobCount: 1)))
        #expect(read(isAhead ? ReadAhead.of(stream) : stream) == .success(Self.whole))
        #expect(stream.ending == .complete)
        #expect(stream.compressedByteCount == UInt64(bytes.count))
    }

    @Test(arguments: [Compression.gzip, .zstd])
    func aDamagedStreamEndsAndSaysWhy(_ compression: Compression) throws {
        func ending(_ bytes: [UInt8]) throws -> StreamEnding? {
            let stream = try #require(
                DecodedSource(PiecesSource(bytes), compression, options: PipelineOptions(jobCount: 1)))
            guard case .success(let decoded) = read(stream) else { return nil }
            #expect(Self.whole.starts(with: decoded))
            return stream.ending
        }
        let bytes = compressed(Self.whole, compression)
        #expect(try ending(bytes.dropLast()) == .truncated(atByte: UInt64(bytes.count - 1)))
        #expect(try ending(bytes + [7, 7, 7, 7, 7]) == .trailingBytes(atByte: UInt64(bytes.count), areZero: false))
        #expect(try ending(bytes + zeros(140_000)) == .trailingBytes(atByte: UInt64(bytes.count), areZero: true))
        var changed = bytes
        changed[changed.count - 3] ^= 1
        guard case .corrupt = try ending(changed) else {
            Issue.record("a changed stream is intact")
            return
        }
    }

    @Test func aLimitAndAFaultAreThrown() throws {
        var options = PipelineOptions(
            jobCount: 1, expansionLimit: ExpansionLimit(ratio: 2, freeByteCount: 1_000))
        let stream = try #require(DecodedSource(PiecesSource(gzip(zeros(9_000_000))), .gzip, options: options))
        #expect(read(ReadAhead.of(stream)) == .failure(.stopped))
        options.expansionLimit = .unlimited
        let broken = PiecesSource(Array(gzip(Self.whole).prefix(1_000)), fault: .failed(.ioError))
        let other = try #require(DecodedSource(broken, .gzip, options: options))
        #expect(read(ReadAhead.of(other)) == .failure(.failed(.ioError)))
        #expect(DecodedSource(PiecesSource([]), .xz, options: options) == nil)
    }

    @Test func aFileThatChangesOrFailsIsNotReadToItsEnd() {
        let file = MemoryBlob(Self.whole)
        func result(_ fault: FaultyOpener.Fault) -> Result<[UInt8], SourceFault> {
            read(FileSource(FaultyReader(file, fault), isCancelled: { false }))
        }
        #expect(result(.changes(afterReads: 2)) == .failure(.changed))
        #expect(result(.isCut(atRead: 2, byteCount: 10)) == .failure(.changed))
        #expect(result(.failsToRead(number: 2, .ioError)) == .failure(.failed(.ioError)))
        #expect(read(FileSource(file, isCancelled: { false })) == .success(Self.whole))
        #expect(read(FileSource(file, isCancelled: { true })) == .failure(.cancelled))
    }

    @Test func aSourceThatIsReadAheadMayBeAbandoned() throws {
        for _ in 0..<20 {
            let source = ReadAhead.of(PiecesSource(Self.whole))
            #expect(try source.next(10) == Array(Self.whole.prefix(10)))
        }
    }
}
