// layerverify: tests of the block scheduler with blobs that are damaged or cannot be read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerPipeline
import LayerSystem
import Synchronization
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(30))) struct PipelineFaultTests {
    static let streams: [Compression] = [.gzip, .zstd]
    static let blockByteCount = 128 << 10

    // MARK: Damage

    @Test(arguments: streams)
    func reportsTheOffsetOfTruncation(_ compression: Compression) {
        let blob = compressed(content(600_000), compression)
        var cuts = Array(stride(from: 4, to: blob.count, by: blob.count / 23))
        cuts += [blob.count - 1, blob.count - 4, blob.count - 8, Self.blockByteCount, Self.blockByteCount + 1]
        let blobs = cuts.filter { $0 < blob.count }.map { Array(blob.prefix($0)) }
        let store = MemoryStore(blobs: blobs)
        let requests = blobs.indices.map { request($0) }
        let run = run(requests, store)
        expectSound(run, blobCount: blobs.count)
        for facts in run.facts + sequential(requests, store) {
            #expect(facts.uncompressed?.ending == .truncated(atByte: facts.byteCount))
            #expect(facts.uncompressed?.digests == [])
            #expect(facts.reading == .complete)
        }
        #expect(run.facts.map { $0.digests } == blobs.map { [oneShot($0)] })
    }

    static let trailing: [(name: String, bytes: [UInt8], areZero: Bool)] = [
        ("one zero", [0], true), ("many zeros", zeros(300_000), true), ("a letter", [65], false),
        ("zeros and a letter", zeros(200_000) + [65], false), ("text", content(200_000), false),
    ]

    @Test(arguments: streams, trailing.indices)
    func reportsTrailingBytes(_ compression: Compression, _ kind: Int) {
        let bytes = content(200_000)
        let stream = compressed(bytes, compression)
        let blob = stream + Self.trailing[kind].bytes
        for facts in bothPaths(blob) {
            #expect(
                facts.uncompressed
                    == UncompressedFacts(
                        byteCount: 200_000, digests: [oneShot(bytes)],
                        ending: .trailingBytes(atByte: UInt64(stream.count), areZero: Self.trailing[kind].areZero)))
            #expect(facts.digests == [oneShot(blob)])
        }
    }

    @Test(arguments: [-4, -3, -2, -1, 0, 1])
    func reportsTrailingBytesAtTheBorderOfABlock(_ shift: Int) {
        // A skippable frame or a member's extra field fills the stream up to the border of a block.
        let frame = zstd(content(1000))
        let stream = skippable(Self.blockByteCount - frame.count - 8 + shift) + frame
        let tails: [(bytes: [UInt8], areZero: Bool)] = [
            ([0, 0, 0, 0, 0, 0], true), ([0, 0, 0, 0, 9], false), ([0x28] + zeros(6), false),
            ([0x28, 0xb5] + zeros(9), false), ([0x50, 0x2a, 0x4d] + zeros(70), false), ([9], false),
        ]
        for tail in tails {
            for facts in bothPaths(stream + tail.bytes) {
                #expect(
                    facts.uncompressed?.ending
                        == .trailingBytes(atByte: UInt64(stream.count), areZero: tail.areZero),
                    "tail \(tail.bytes)")
                #expect(facts.uncompressed?.digests == [oneShot(content(1000))])
            }
        }
    }

    @Test(arguments: [-2, -1, 0, 1])
    func halfAMagicAtTheBorderOfABlockIsNotPadding(_ shift: Int) {
        let noise = (0..<Self.blockByteCount).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        var stream = gzip([])
        // Members of fixed size until the border is near, then an empty member with a long name fills the rest.
        while stream.count < Self.blockByteCount - 70_000 { stream += gzip(Array(noise.prefix(30_000))) }
        let rest = Self.blockByteCount + shift - stream.count
        let empty = Array(gzip([]).dropFirst(10))
        let name = [UInt8](repeating: 65, count: rest - 10 - 1 - empty.count)
        stream += [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3] + name + [0] + empty
        #expect(stream.count == Self.blockByteCount + shift)
        for facts in bothPaths(stream + [0x1f] + zeros(50)) {
            #expect(facts.uncompressed?.ending == .trailingBytes(atByte: UInt64(stream.count), areZero: false))
        }
    }

    @Test(arguments: streams)
    func flippedByteIsNeverComplete(_ compression: Compression) {
        let blob = compressed(content(400_000), compression)
        let blobs = stride(from: 20, to: blob.count, by: blob.count / 17).map { place in
            var damaged = blob
            damaged[place] ^= 0x10
            return damaged
        }
        let store = MemoryStore(blobs: blobs)
        let requests = blobs.indices.map { request($0) }
        let run = run(requests, store)
        expectSound(run, blobCount: blobs.count)
        let reference = sequential(requests, store)
        for place in blobs.indices {
            #expect(run.facts[place].digests == [oneShot(blobs[place])])
            #expect(run.facts[place].byteCount == UInt64(blob.count))
            for facts in [run.facts[place], reference[place]] {
                #expect(facts.uncompressed?.digests == [])
                switch facts.uncompressed?.ending {
                case .corrupt, .truncated, .windowTooLarge: break
                default: Issue.record("blob \(place) ended as \(String(describing: facts.uncompressed))")
                }
            }
        }
    }

    // MARK: Limits

    @Test(arguments: streams)
    func hashingContinuesAfterTheExpansionLimit(_ compression: Compression) {
        let blob = compressed(zeros(3_000_000), compression) + compressed(content(500_000), compression)
        let limit = ExpansionLimit(ratio: 1, freeByteCount: 1_000_000)
        for facts in bothPaths(blob, limit: limit) {
            #expect(facts.uncompressed?.ending == .expansionLimit(limitByteCount: 1_000_000))
            #expect(facts.uncompressed?.digests == [])
            // Decoding stopped soon after the limit, not at the end.
            #expect((facts.uncompressed?.byteCount ?? .max) < 1_000_001 + 2 * UInt64(Self.blockByteCount))
            #expect(facts.digests == [oneShot(blob)])
            #expect(facts.byteCount == UInt64(blob.count))
        }
    }

    @Test func contentOfExactlyTheLimitIsComplete() {
        let blob = gzip(zeros(300_000))
        let atLimit = bothPaths(blob, limit: ExpansionLimit(ratio: 1, freeByteCount: 300_000))
        #expect(atLimit.allSatisfy { $0.uncompressed?.ending == .complete })
        let below = bothPaths(blob, limit: ExpansionLimit(ratio: 1, freeByteCount: 299_999))
        #expect(below.allSatisfy { $0.uncompressed?.ending == .expansionLimit(limitByteCount: 299_999) })
    }

    @Test func windowAboveTheLimitIsNotDecoded() {
        let blob = zstd(content(300_000), windowLog: 20) + content(200_000)
        for facts in bothPaths(blob, window: 1 << 19) {
            #expect(facts.uncompressed == UncompressedFacts(ending: .windowTooLarge(limitByteCount: 1 << 19)))
            #expect(facts.digests == [oneShot(blob)])
        }
        let allowed = bothPaths(zstd(content(300_000), windowLog: 20), window: 1 << 20)
        #expect(allowed.allSatisfy { $0.uncompressed?.ending == .complete })
    }

    @Test func compressionWithoutACodecIsUnsupported() {
        let blob: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] + content(300_000)
        for facts in bothPaths(blob) {
            #expect(facts.uncompressed == UncompressedFacts(ending: .unsupported(.xz)))
            #expect(facts.digests == [oneShot(blob)])
        }
    }

    // MARK: Storage that fails

    static let faultyBlobs = [content(600_000), gzip(content(900_000)), zstd(content(900_000)), content(100)]

    @Test(arguments: [1, 2, 3, 5])
    func reportsTheOffsetOfAReadError(_ number: Int) {
        let store = MemoryStore(blobs: Self.faultyBlobs)
        let requests = store.requests()
        let faulty = FaultyOpener(store) { _ in .failsToRead(number: number, .ioError) }
        // The search for parts also reads, and would hit the read that fails.
        let run = run(requests, faulty, inParts: false)
        expectSound(run, blobCount: requests.count)
        let expected = sequential(requests, faulty)
        for (place, facts) in run.facts.enumerated() {
            let offset = UInt64((number - 1) * Self.blockByteCount)
            if offset < UInt64(store.blobs[place].count) {
                #expect(facts.reading == .unreadable(errno: Errno.ioError.rawValue, atByte: offset))
                #expect(facts.uncompressed == UncompressedFacts(ending: .unread))
                #expect(facts.digests == [])
                #expect(facts.byteCount == offset)
            } else {
                #expect(facts.reading == .complete)
            }
            #expect(facts == expected[place])
        }
    }

    @Test(arguments: [(1, 0), (1, 50), (2, 0), (2, 999)])
    func fileThatShrinksHasChanged(_ read: Int, _ byteCount: Int) {
        let store = MemoryStore(blobs: Array(Self.faultyBlobs.prefix(3)))
        let faulty = FaultyOpener(store) { _ in .isCut(atRead: read, byteCount: byteCount) }
        let run = run(store.requests(), faulty)
        expectSound(run, blobCount: 3)
        for facts in run.facts + sequential(store.requests(), faulty) {
            #expect(facts.reading == .changed)
            #expect(facts.digests == [])
            #expect(facts.uncompressed == UncompressedFacts(ending: .unread))
        }
    }

    @Test(arguments: [0, 1, 4])
    func fileThatWasReplacedHasChanged(_ afterReads: Int) {
        let store = MemoryStore(blobs: [content(600_000), gzip(content(2_000_000)), content(600_000)])
        let faulty = FaultyOpener(store) { $0 == request(2).location ? nil : .changes(afterReads: afterReads) }
        let run = run(store.requests(), faulty)
        expectSound(run, blobCount: 3)
        for facts in [run.facts, sequential(store.requests(), faulty)] {
            #expect(facts.map { $0.reading } == [.changed, .changed, .complete])
            #expect(facts[0].digests == [])
        }
    }

    @Test func truncatedEntryInAChangedArchiveHasChanged() {
        let store = CutOffStore(blob: content(400_000))
        let requests = [request(0)]
        #expect(run(requests, store).facts.first?.reading == .cutOff(atByte: 400_000))
        #expect(sequential(requests, store).first?.reading == .cutOff(atByte: 400_000))
        let faulty = FaultyOpener(store) { _ in .changes(afterReads: 1) }
        #expect(run(requests, faulty).facts.first?.reading == .changed)
        #expect(sequential(requests, faulty).first?.reading == .changed)
    }

    @Test func missingBlobsAreReported() {
        let store = MemoryStore(blobs: [])
        let faulty = FaultyOpener(store) { $0 == request(1).location ? .failsToOpen(.permissionDenied) : nil }
        let requests = [request(0), request(1), request(2, expectedByteCount: 5)]
        let run = run(requests, faulty)
        expectSound(run, blobCount: 3)
        #expect(
            run.facts.map { $0.reading }
                == [.missing, .unreadable(errno: Errno.permissionDenied.rawValue, atByte: 0), .missing])
        #expect(run.facts.allSatisfy { $0.uncompressed == UncompressedFacts(ending: .unread) })
    }

    // MARK: Cancellation

    @Test func runCancelledBeforeItStartsReadsNothing() {
        let store = MemoryStore(blobs: Self.faultyBlobs)
        let run = run(store.requests(), FaultyOpener(store) { _ in .failsToOpen(.ioError) }, isCancelled: { true })
        #expect(run.deliveredCounts.allSatisfy { $0 == 1 })
        let expected = BlobFacts(reading: .cancelled, uncompressed: UncompressedFacts(ending: .unread))
        #expect(run.facts == Array(repeating: expected, count: Self.faultyBlobs.count))
    }

    @Test(arguments: [1, 2, 4])
    func cancelledRunHasCorrectFactsForFinishedBlobs(_ jobs: Int) {
        let store = MemoryStore(blobs: PipelineTests.mixedBlobs)
        let expected = sequential(store.requests(), store)
        for limit in [1, 2, 5, 20, 100, 300] {
            let box = CancelAfter(limit)
            let run = run(store.requests(), store, jobs: jobs, isCancelled: { box.isCancelled() })
            #expect(run.isInTime)
            #expect(run.deliveredCounts.allSatisfy { $0 == 1 })
            #expect(run.facts.count == expected.count)
            for (facts, expected) in zip(run.facts, expected) where facts.reading != .cancelled {
                #expect(facts == expected)
            }
            if limit < 20 { #expect(run.facts.contains { $0.reading == .cancelled }) }
        }
    }

    @Test func cancelledSequentialReadIsNotTruncation() {
        let blobs = [gzip(zeros(1_000_000)), zstd(zeros(1_000_000)), gzip(content(300_000))]
        let store = MemoryStore(blobs: blobs)
        let reader = SequentialReader(.fast, options: PipelineOptions(jobCount: 1))
        for place in blobs.indices {
            let whole = reader.facts(of: request(place), from: store)
            for limit in 0..<25 {
                let box = CancelAfter(limit)
                let facts = reader.facts(of: request(place), from: store, isCancelled: { box.isCancelled() })
                if facts.reading == .cancelled {
                    #expect(facts.uncompressed == UncompressedFacts(ending: .unread))
                } else {
                    #expect(facts == whole)
                }
            }
        }
    }
}

/// A flag for `isCancelled`: false for this number of calls, and true from then on.
final class CancelAfter: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    func isCancelled() -> Bool { left.subtract(1, ordering: .relaxed).newValue < 0 }
}

/// An entry of a truncated archive.
private struct CutOffStore: BlobOpener {
    let blob: [UInt8]
    func open(_ location: BlobLocation) -> OpenedBlob { .cutOff(MemoryBlob(blob)) }
}
