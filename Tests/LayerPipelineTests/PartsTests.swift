// layerverify: tests of blobs that are read in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import SystemPackage
import Testing
import TestSupport

/// Blobs of several gzip members. The oracles are OpenSSL's digest of the content, and the pipeline without parts.
struct PartsTests {
    /// The size of BGZF's members, whose beginnings are close together.
    private static let bgzfByteCount = 65_280

    private func members(_ sizes: [Int], seed: UInt64 = 1) -> (blob: [UInt8], content: [UInt8]) {
        let whole = content(sizes.reduce(0, +), seed: seed)
        var (blob, start): ([UInt8], Int) = ([], 0)
        for size in sizes {
            blob += gzip(Array(whole[start..<start + size]))
            start += size
        }
        return (blob, whole)
    }

    private func outcome(_ run: PipelineRun, at location: SourceLocation = #_sourceLocation) throws -> BlobFacts {
        expectSound(run, blobCount: 1, at: location)
        return try #require(run.facts.first, sourceLocation: location)
    }

    @Test(arguments: [1, 2, 3, 8])
    func membersAreReadInParallel(jobs: Int) throws {
        let (blob, content) = members(Array(repeating: Self.bgzfByteCount, count: 60))
        let result = run([request(0)], MemoryStore(blobs: [blob]), jobs: jobs)
        let facts = try outcome(result)
        #expect(result.chunkCounts.further >= 3)
        #expect(result.chunkCounts.misleading == 0)
        #expect(facts.digests == [oneShot(blob)])
        #expect(facts.uncompressed?.digests == [oneShot(content)])
        #expect(facts.uncompressed?.ending == .complete)
        #expect(facts.uncompressed?.byteCount == UInt64(content.count))
        #expect(facts.byteCount == UInt64(blob.count))
    }

    @Test func singleMemberIsNotSplit() throws {
        let (blob, _) = members([2_500_000])
        #expect(run([request(0)], MemoryStore(blobs: [blob])).chunkCounts.further == 0)
    }

    @Test func partsCanBeTurnedOff() throws {
        let (blob, _) = members(Array(repeating: Self.bgzfByteCount, count: 60))
        #expect(run([request(0)], MemoryStore(blobs: [blob]), inParts: false).chunkCounts.further == 0)
    }

    /// Every algorithm has its own chains, and parts wait for all of them.
    @Test func severalDigestsAreComputedFromParts() throws {
        let (blob, content) = members(Array(repeating: Self.bgzfByteCount, count: 60))
        let result = run(
            [request(0, [.sha256, .sha512], diffIDs: [.sha512, .sha256, .sha384])], MemoryStore(blobs: [blob]))
        let facts = try outcome(result)
        #expect(facts.digests == [oneShot(blob), oneShot(blob, .sha512)])
        #expect(
            facts.uncompressed?.digests == [
                oneShot(content, .sha512), oneShot(content), oneShot(content, .sha384),
            ])
        let undemanding = run([request(0, [], diffIDs: [.sha256])], MemoryStore(blobs: [blob]))
        #expect(try outcome(undemanding).uncompressed?.digests == [oneShot(content)])
        #expect(undemanding.chunkCounts.further > 0)
    }

    // MARK: Bytes that look like the beginning of a member

    /// Content that contains the beginnings of members, in a member that does not compress it: each guess is wrong.
    @Test(arguments: [1, 2, 4])
    func contentThatLooksLikeAMemberIsContent(jobs: Int) throws {
        var content = content(2_000_000)
        let header = Array(gzip([], level: 0).prefix(10))
        for place in stride(from: 300_000, to: content.count - 10, by: 150_000) {
            content.replaceSubrange(place..<place + 10, with: header)
        }
        let blob = gzip(content, level: 0)
        let result = run([request(0)], MemoryStore(blobs: [blob]), jobs: jobs)
        let facts = try outcome(result)
        #expect(result.chunkCounts.further > 0)
        #expect(result.chunkCounts.misleading == 1)
        #expect(facts.digests == [oneShot(blob)])
        #expect(facts.uncompressed?.digests == [oneShot(content)])
        #expect(facts.uncompressed?.ending == .complete)
    }

    /// A whole member in the content of another one can be decoded, but is not a member of the blob.
    @Test func memberWithinAMemberIsContent() throws {
        let inner = members(Array(repeating: Self.bgzfByteCount, count: 80)).blob
        let blob = gzip(inner, level: 0) + gzip(content(300_000), level: 0)
        // The outer member begins like the inner ones.
        let lookalike = Array(inner.prefix(10)) + blob.dropFirst(10)
        let result = run([request(0)], MemoryStore(blobs: [lookalike]))
        let facts = try outcome(result)
        #expect(result.chunkCounts.misleading == 1)
        #expect(facts.uncompressed?.digests == [oneShot(inner + content(300_000))])
        #expect(facts.uncompressed?.ending == .complete)
    }

    // MARK: Damage

    private enum Damage: CaseIterable {
        case none, flippedBit, cutOff, padding, trailingBytes, foreignMember
    }

    private func damaged(_ blob: [UInt8], _ damage: Damage, _ generator: inout SplitMix) -> [UInt8] {
        var blob = blob
        switch damage {
        case .none: break
        case .flippedBit:
            blob[Int.random(in: 0..<blob.count, using: &generator)] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case .cutOff: blob.removeLast(Int.random(in: 1..<blob.count, using: &generator))
        case .padding: blob += zeros(Int.random(in: 1...400_000, using: &generator))
        case .trailingBytes: blob += content(Int.random(in: 1...400_000, using: &generator), seed: 9)
        case .foreignMember:
            // The first member begins differently from the others.
            blob.insert(contentsOf: gzip(content(3000), level: 1), at: 0)
        }
        return blob
    }

    /// The facts without the offset where decoding of damaged data stopped, which depends on how input is split.
    private func comparable(_ facts: [BlobFacts]) -> [BlobFacts] {
        facts.map { facts in
            var facts = facts
            switch facts.uncompressed?.ending {
            case .corrupt(_, let fault):
                facts.uncompressed?.ending = .corrupt(atByte: 0, fault)
                facts.uncompressed?.byteCount = 0
            case .truncated: facts.uncompressed?.byteCount = 0
            default: break
            }
            return facts
        }
    }

    @Test(arguments: [1, 2, 4])
    func damageGivesTheSameFactsAsWithoutParts(jobs: Int) throws {
        var partCount = 0
        for seed in 0..<UInt64(12) {
            var generator = SplitMix(state: seed &* 31 &+ UInt64(jobs))
            let sizes = (0..<25).map { _ in
                [0, 10, 5000, Self.bgzfByteCount, 65_000, 300_000].randomElement(using: &generator) ?? 0
            }
            let damage = Damage.allCases[Int(seed) % Damage.allCases.count]
            let blobs = (0..<Int.random(in: 1...2, using: &generator)).map { index in
                damaged(members(sizes, seed: seed + UInt64(index)).blob, damage, &generator)
            }
            let requests = blobs.indices.map { request($0, expectedByteCount: UInt64(blobs[$0].count)) }
            let result = run(requests, MemoryStore(blobs: blobs), jobs: jobs)
            expectSound(result, blobCount: blobs.count)
            partCount += result.chunkCounts.further
            let whole = run(requests, MemoryStore(blobs: blobs), jobs: jobs, inParts: false)
            #expect(comparable(result.facts) == comparable(whole.facts), "seed \(seed), \(damage)")
            #expect(result.facts.map(\.digests) == blobs.map { [oneShot($0)] })
        }
        #expect(partCount >= 10)
    }

    @Test func expansionLimitCountsAllParts() throws {
        let (blob, content) = members(Array(repeating: Self.bgzfByteCount, count: 60))
        let limit = ExpansionLimit(ratio: 0, freeByteCount: UInt64(content.count) * 3 / 4)
        let result = run([request(0)], MemoryStore(blobs: [blob]), limit: limit)
        #expect(
            try outcome(result).uncompressed?.ending == .expansionLimit(limitByteCount: UInt64(content.count) * 3 / 4))
        #expect(result.chunkCounts.further > 0)
        let enough = ExpansionLimit(ratio: 0, freeByteCount: UInt64(content.count))
        #expect(
            try outcome(run([request(0)], MemoryStore(blobs: [blob]), limit: enough)).uncompressed?.ending == .complete)
    }

    /// Storage that fails from some offset on: parts after that offset, and the search for them, fail first.
    @Test(arguments: [0, 200_000, 700_000, 1_800_000])
    func readErrorEndsTheBlob(offset: Int) throws {
        let (blob, _) = members(Array(repeating: Self.bgzfByteCount, count: 60))
        let store = FailingStore(blob: MemoryBlob(blob), limit: UInt64(offset))
        let facts = try outcome(run([request(0)], store))
        guard case .unreadable(let errno, let atByte) = facts.reading else {
            Issue.record("the blob was read")
            return
        }
        #expect(errno == Errno.ioError.rawValue)
        // The error occurs in the block that contains the offset, or at the offset.
        #expect(atByte <= UInt64(offset))
        #expect(facts.uncompressed?.ending == .unread)
    }

    @Test(arguments: [0, 5, 20, 100])
    func cancellingLosesNoBlob(transitions: Int) {
        let (blob, _) = members(Array(repeating: Self.bgzfByteCount, count: 60))
        let left = Locked(transitions)
        let result = run(
            [request(0)], MemoryStore(blobs: [blob]),
            isCancelled: {
                left.withLock {
                    $0 -= 1
                    return $0 < 0
                }
            })
        #expect(result.isInTime)
        #expect(result.facts.count == 1)
    }
}

private struct FailingStore: BlobOpener {
    let blob: MemoryBlob
    let limit: UInt64

    func open(_ location: BlobLocation) -> OpenedBlob { .opened(FailingReader(blob: blob, limit: limit)) }
}

private final class FailingReader: BlobReader {
    private let blob: MemoryBlob
    private let limit: UInt64

    init(blob: MemoryBlob, limit: UInt64) {
        self.blob = blob
        self.limit = limit
    }

    var byteCount: UInt64 { blob.byteCount }
    var identity: FileIdentity { blob.identity }
    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes + UInt64(buffer.count) <= limit else { throw .ioError }
        return try blob.read(into: buffer, at: offsetBytes)
    }
}
