// layerverify: tests of the block scheduler with intact blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerPipeline
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(30))) struct PipelineTests {
    static let blockByteCount = 128 << 10

    @Test func noRequestsGiveNoFacts() {
        let run = run([], MemoryStore(blobs: []))
        expectSound(run, blobCount: 0)
    }

    @Test(arguments: [0, UInt64(1 << 20)])
    func emptyBlobIsAnUncompressedLayerWithoutBytes(_ expected: UInt64) {
        let run = run([request(0, expectedByteCount: expected)], MemoryStore(blobs: [[]]))
        expectSound(run, blobCount: 1)
        let empty = ContentDigest.emptyInputSHA256
        #expect(
            run.facts == [
                BlobFacts(
                    digests: [empty], compression: Compression.none, reading: .complete,
                    uncompressed: UncompressedFacts(digests: [empty], ending: .complete))
            ])
    }

    @Test func digestEqualsThatOfSha256sum() {
        // printf 'layer' | sha256sum
        let run = run([request(0)], MemoryStore(blobs: [Array("layer".utf8)]))
        let digest = "dac1d7cfa95021764849fd102524e141488c5e3a90f861dbb5a12d9ac8584f85"
        #expect(run.facts.first?.digests.map { $0.encoded } == [digest[...]])
    }

    @Test(arguments: [blockByteCount - 1, blockByteCount, blockByteCount + 1, 3_000_000], [1, 2])
    func uncompressedBlobHasTheSameDigestTwice(_ byteCount: Int, _ jobs: Int) {
        let bytes = content(byteCount)
        let run = run([request(0)], MemoryStore(blobs: [bytes]), jobs: jobs)
        expectSound(run, blobCount: 1)
        let digest = oneShot(bytes)
        #expect(run.facts.first?.digests == [digest])
        #expect(run.facts.first?.compression == Compression.none)
        #expect(
            run.facts.first?.uncompressed
                == UncompressedFacts(byteCount: UInt64(byteCount), digests: [digest], ending: .complete))
    }

    /// Enough blobs to be read and hashed together, with sizes that end in the middle of that.
    @Test(arguments: [1, 2, 3, 8])
    func uncompressedBlobsReadTogetherHaveTheirOwnDigests(_ jobs: Int) {
        let sizes = [3_000_000, 2_999_937, 2_500_000, 1_700_001, 1_048_576, 900_000, 524_288, 70_000, 2_999_999]
        let bytes = content(3_000_000)
        let blobs = sizes.enumerated().map { Array(bytes.dropFirst($0.offset).prefix($0.element)) }
        let run = run(blobs.indices.map { request($0) }, MemoryStore(blobs: blobs), jobs: jobs)
        expectSound(run, blobCount: blobs.count)
        for (facts, blob) in zip(run.facts, blobs) {
            #expect(facts.digests == [oneShot(blob)])
            #expect(facts.byteCount == UInt64(blob.count))
        }
        #expect(run.progress.doneByteCount == blobs.reduce(0) { $0 + UInt64($1.count) })
    }

    @Test(
        arguments: [Compression.gzip, .zstd], [0, 1, blockByteCount - 1, blockByteCount, blockByteCount + 1, 3_000_000])
    func streamIsHashedBeforeAndAfterDecoding(_ compression: Compression, _ byteCount: Int) {
        let bytes = content(byteCount)
        let blob = compressed(bytes, compression)
        for facts in bothPaths(blob) {
            #expect(facts.byteCount == UInt64(blob.count))
            #expect(facts.digests == [oneShot(blob)])
            #expect(facts.compression == compression)
            #expect(facts.reading == .complete)
            #expect(
                facts.uncompressed
                    == UncompressedFacts(byteCount: UInt64(byteCount), digests: [oneShot(bytes)], ending: .complete))
        }
    }

    @Test func uncompressedBytesAreCounted() {
        let run = run([request(0)], MemoryStore(blobs: [gzip(zeros(1_000_000))]))
        #expect(run.progress.uncompressedByteCount == 1_000_000)
    }

    @Test(arguments: [1, 2, 3, 8])
    func factsEqualThoseOfTheReferenceInTheOrderOfRequests(_ jobs: Int) {
        let store = MemoryStore(blobs: Self.mixedBlobs)
        let requests = store.requests()
        let run = run(requests, store, jobs: jobs)
        expectSound(run, blobCount: requests.count)
        let expected = sequential(requests, store)
        for (place, facts) in run.facts.enumerated() where facts != expected[place] {
            Issue.record("blob \(place): \(facts), expected \(expected[place])")
        }
        #expect(run.facts[7].digests == [oneShot(store.blobs[7])])
    }

    /// 200 blobs with sizes around the limits of the scheduler, with all codecs.
    static let mixedBlobs: [[UInt8]] = (0..<200).map { place in
        var generator = SplitMix(state: UInt64(place))
        let sizes = [0, 10, 500, 60_000, 65_535, 65_536, 65_537, 100_000, 131_072, 150_000, 400_000]
        let byteCount = sizes[Int(generator.next() % UInt64(sizes.count))]
        let bytes = content(byteCount, seed: UInt64(place))
        return compressed(bytes, [.none, .gzip, .zstd][place % 3])
    }

    @Test func severalAlgorithmsAreComputedAtOnce() {
        let bytes = content(700_000)
        let blobs = [bytes, gzip(bytes), zstd(bytes), Array(bytes.prefix(100)), gzip(Array(bytes.prefix(100)))]
        let store = MemoryStore(blobs: blobs)
        let run = run(store.requests([.sha256, .sha512], diffIDs: [.sha512, .sha384]), store)
        expectSound(run, blobCount: blobs.count)
        for (blob, facts) in zip(blobs, run.facts) {
            let plain = facts.byteCount < 1000 ? Array(bytes.prefix(100)) : bytes
            for algorithm in [DigestAlgorithm.sha256, .sha512] {
                #expect(facts.digest(like: oneShot([], algorithm)) == oneShot(blob, algorithm))
            }
            for algorithm in [DigestAlgorithm.sha512, .sha384] {
                #expect(facts.uncompressed?.digest(like: oneShot([], algorithm)) == oneShot(plain, algorithm))
            }
        }
    }

    @Test func opaqueBlobsAreNotDecoded() {
        let blobs = [gzip(content(300_000)), zstd(content(50)), [0x1f, 0x8b] + zeros(200_000)]
        let store = MemoryStore(blobs: blobs)
        let run = run(store.requests(diffIDs: nil), store)
        expectSound(run, blobCount: 3)
        for (blob, facts) in zip(blobs, run.facts) {
            #expect(facts.digests == [oneShot(blob)])
            #expect(facts.uncompressed == nil)
            #expect(facts.reading == .complete)
        }
        #expect(run.progress.uncompressedByteCount == 0)
    }

    @Test func streamWithoutDiffIDsIsDecoded() {
        let blobs = [gzip(content(300_000)), zstd(content(2_000_000)), Array(gzip(content(300_000)).dropLast())]
        let store = MemoryStore(blobs: blobs)
        let run = run(store.requests(diffIDs: []), store)
        expectSound(run, blobCount: 3)
        #expect(run.facts[0].uncompressed == UncompressedFacts(byteCount: 300_000, ending: .complete))
        #expect(run.facts[1].uncompressed == UncompressedFacts(byteCount: 2_000_000, ending: .complete))
        #expect(run.facts[2].uncompressed?.ending == .truncated(atByte: UInt64(blobs[2].count)))
    }

    @Test func allMembersAndFramesAreDecoded() {
        let parts = (0..<40).map { content(($0 * 7_919) % 30_000, seed: UInt64($0)) }
        let whole: [UInt8] = parts.reduce(into: []) { $0 += $1 }
        let members: [UInt8] = parts.reduce(into: []) { $0 += gzip($1) }
        let frames: [UInt8] = parts.reduce(into: []) { $0 += skippable($1.count) + zstd($1) }
        for blob in [members, frames] {
            for facts in bothPaths(blob) {
                #expect(facts.digests == [oneShot(blob)])
                #expect(
                    facts.uncompressed
                        == UncompressedFacts(
                            byteCount: UInt64(whole.count), digests: [oneShot(whole)], ending: .complete))
            }
        }
    }

    @Test func tenMegabytesMayDecodeToNothing() {
        let blob: [UInt8] =
            [[UInt8]](repeating: skippable(500_000), count: 20).reduce(into: []) { $0 += $1 } + zstd([1, 2, 3])
        for facts in bothPaths(blob) {
            #expect(facts.digests == [oneShot(blob)])
            #expect(
                facts.uncompressed
                    == UncompressedFacts(byteCount: 3, digests: [oneShot([1, 2, 3])], ending: .complete))
        }
    }

    @Test func severalBlobsThatDecodeToNothingShareThePool() {
        let blob: [UInt8] = [[UInt8]](repeating: skippable(500_000), count: 8).reduce(into: []) { $0 += $1 }
        let store = MemoryStore(blobs: Array(repeating: blob, count: 6))
        for jobs in [1, 3] {
            let run = run(store.requests(), store, jobs: jobs)
            expectSound(run, blobCount: 6)
            #expect(Set(run.facts).count == 1)
            #expect(run.facts.first?.digests == [oneShot(blob)])
        }
    }

    @Test(arguments: [0, 1, 60_000, UInt64.max, UInt64.max - 1])
    func wrongSizesDoNotChangeFacts(_ claimed: UInt64) {
        let blobs = [content(10), gzip(content(2_000_000)), content(500_000), [], zstd(content(20))]
        let store = MemoryStore(blobs: blobs)
        let requests = blobs.indices.map { request($0, expectedByteCount: claimed) }
        let run = run(requests, store)
        expectSound(run, blobCount: blobs.count)
        #expect(run.facts == sequential(requests, store))
        #expect(run.progress.totalByteCount == UInt64(blobs.reduce(0) { $0 + $1.count }))
    }

    @Test func tinyAndLargeBlobsAreFinished() {
        var generator = SplitMix(state: 99)
        let large = (0..<4).map { compressed(content(1_500_000, seed: $0), [.none, .gzip, .zstd, .gzip][Int($0)]) }
        let tiny = (0..<400).map { _ in
            let number = generator.next()
            return compressed(content(Int(number % 300), seed: number), [.none, .gzip, .zstd][Int(number % 3)])
        }
        var blobs = large + tiny
        blobs.shuffle(using: &generator)
        let store = MemoryStore(blobs: blobs)
        // Wrong sizes put some of the tiny blobs among the large ones.
        let requests = blobs.indices.map {
            request($0, expectedByteCount: generator.next() % 4 == 0 ? 1 << 30 : UInt64(blobs[$0].count))
        }
        let expected = sequential(requests, store)
        for jobs in [1, 2, 5, 16] {
            let run = run(requests, store, jobs: jobs, seconds: 30)
            expectSound(run, blobCount: blobs.count)
            #expect(run.facts == expected)
        }
    }
}
