// layerverify: SHA-256 of several messages in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CSHA256Lanes
package import LayerModel

/// A running SHA-256 digest, which advances in lockstep with up to three others.
///
/// Spec: FIPS 180-4 §5.1.1 and §6.2.
package final class LaneSHA256: StreamDigest {
    package var algorithm: DigestAlgorithm { .sha256 }

    // SAFETY: both are allocated in `init`, freed in `deinit`, and used only by the thread that owns the digest.
    private let words: UnsafeMutablePointer<UInt32>
    /// The bytes that do not fill a block yet; there is room for two blocks of padding.
    private let tail: UnsafeMutableRawBufferPointer
    private var tailByteCount = 0
    private var totalByteCount: UInt64 = 0
    private var isFinished = false

    private static let blockByteCount = 64
    /// FIPS 180-4 §5.3.3: the first 32 bits of the fractional parts of the square roots of the first eight primes.
    private static let initialWords: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    init() {
        words = .allocate(capacity: Self.initialWords.count)
        words.initialize(from: Self.initialWords, count: Self.initialWords.count)
        tail = .allocate(byteCount: 2 * Self.blockByteCount, alignment: 16)
    }

    deinit {
        words.deallocate()
        tail.deallocate()
    }

    package func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { buffer in
            var rest = takeIntoTail(buffer)
            let blockCount = rest.count / Self.blockByteCount
            advance(rest, blockCount)
            rest = UnsafeRawBufferPointer(rebasing: rest[(blockCount * Self.blockByteCount)...])
            keep(rest)
        }
    }

    package func finish() -> ContentDigest {
        precondition(!isFinished, "a digest is finished once")
        isFinished = true
        // FIPS 180-4 §5.1.1: a one bit, zeros, and the length in bits as a big-endian number at the end of a block.
        let paddedByteCount = tailByteCount < 56 ? Self.blockByteCount : 2 * Self.blockByteCount
        for index in tailByteCount..<paddedByteCount { tail[index] = 0 }
        tail[tailByteCount] = 0x80
        tail.storeBytes(of: (totalByteCount &* 8).bigEndian, toByteOffset: paddedByteCount - 8, as: UInt64.self)
        advance(UnsafeRawBufferPointer(tail), paddedByteCount / Self.blockByteCount)
        var bytes: [UInt8] = []
        for index in Self.initialWords.indices {
            withUnsafeBytes(of: words[index].bigEndian) { bytes.append(contentsOf: $0) }
        }
        return ContentDigest(.sha256, bytes: bytes)
    }

    // MARK: One message

    /// Completes a block that was begun. Returns the part of `bytes` that is left: nothing if the block is not full
    /// yet.
    private func takeIntoTail(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        precondition(!isFinished, "a finished digest takes no more bytes")
        totalByteCount += UInt64(byteCount: bytes.count)
        guard tailByteCount > 0 else { return bytes }
        let takenByteCount = min(Self.blockByteCount - tailByteCount, bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: tail[tailByteCount...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<takenByteCount]))
        tailByteCount += takenByteCount
        if tailByteCount == Self.blockByteCount {
            advance(UnsafeRawBufferPointer(tail), 1)
            tailByteCount = 0
        }
        return UnsafeRawBufferPointer(rebasing: bytes[takenByteCount...])
    }

    /// Keeps bytes that do not fill a block for the next call.
    private func keep(_ rest: UnsafeRawBufferPointer) {
        guard !rest.isEmpty else { return }
        precondition(tailByteCount + rest.count < Self.blockByteCount, "less than a block is kept")
        UnsafeMutableRawBufferPointer(rebasing: tail[tailByteCount...]).copyMemory(from: rest)
        tailByteCount += rest.count
    }

    private func advance(_ bytes: UnsafeRawBufferPointer, _ blockCount: Int) {
        guard blockCount > 0 else { return }
        precondition(bytes.count >= blockCount * Self.blockByteCount, "as many bytes as blocks")
        var words: UnsafeMutablePointer<UInt32>? = words
        var data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        lv_sha256_advance(1, &words, &data, blockCount)
    }

    // MARK: Several messages

    /// Hashes the next bytes of several messages, in lockstep as far as all of them have bytes.
    ///
    /// Shape: at most four lanes, each with its own digest of this class. Buffers of equal length are fastest; if the
    /// lengths differ, the rest is hashed with fewer lanes.
    static func update(_ team: UnsafeMutableBufferPointer<DigestLane>) {
        precondition(team.count <= Int(LV_SHA256_MAXIMUM_LANE_COUNT), "as many messages as lanes")
        for index in team.indices { team[index].bytes = lane(team[index]).takeIntoTail(team[index].bytes) }
        finishUpdate(team)
    }

    /// Hashes the blocks that are left, and keeps the bytes that do not fill one.
    private static func finishUpdate(_ team: UnsafeMutableBufferPointer<DigestLane>) {
        while let blockCount = team.lazy.map({ $0.bytes.count / blockByteCount }).filter({ $0 > 0 }).min() {
            advance(team, blockCount)
        }
        for item in team { lane(item).keep(item.bytes) }
    }

    /// Pairs of the team's lanes in their order. A lane without a partner or without a whole block is in no pair.
    static let interleaved = InterleavedDigests(
        begin: { team, pairs in
            for index in team.indices { team[index].bytes = lane(team[index]).takeIntoTail(team[index].bytes) }
            for first in stride(from: 0, to: team.count - 1, by: 2) {
                let (one, other) = (team[first], team[first + 1])
                guard let bytes = one.bytes.baseAddress, let otherBytes = other.bytes.baseAddress else { continue }
                // SAFETY: both have `blockCount` blocks, and stay in place until the pair is taken back.
                pairs.append(
                    HashPair(
                        words: (lane(one).words, lane(other).words),
                        bytes: (
                            bytes.assumingMemoryBound(to: UInt8.self), otherBytes.assumingMemoryBound(to: UInt8.self)
                        ),
                        blockCount: min(one.bytes.count, other.bytes.count) / blockByteCount))
            }
        },
        end: { team, pairs in
            for pair in pairs {
                for index in team.indices {
                    let words = lane(team[index]).words
                    guard words == pair.words.0 || words == pair.words.1 else { continue }
                    let next = UnsafeRawPointer(words == pair.words.0 ? pair.bytes.0 : pair.bytes.1)
                    let bytes = team[index].bytes
                    guard let start = bytes.baseAddress else { continue }
                    let hashedByteCount = next - start
                    precondition((0...bytes.count).contains(hashedByteCount), "a pair moves on within its bytes")
                    team[index].bytes = UnsafeRawBufferPointer(rebasing: bytes[hashedByteCount...])
                }
            }
            finishUpdate(team)
        })

    private static func lane(_ item: DigestLane) -> LaneSHA256 {
        guard let lane = item.digest as? LaneSHA256 else { preconditionFailure("a lane of another digest") }
        return lane
    }

    /// Advances every message that has a block left by `blockCount` blocks. Each message that has a block must have
    /// that many.
    private static func advance(_ team: UnsafeMutableBufferPointer<DigestLane>, _ blockCount: Int) {
        let capacity = Int(LV_SHA256_MAXIMUM_LANE_COUNT)
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<UInt32>?.self, capacity: capacity) { states in
            withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: capacity) { data in
                var laneCount = 0
                for index in team.indices where team[index].bytes.count >= blockByteCount {
                    // SAFETY: there are at most `capacity` lanes, and each has at least `blockCount` blocks.
                    states.initializeElement(at: laneCount, to: lane(team[index]).words)
                    let start = team[index].bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    data.initializeElement(at: laneCount, to: start)
                    team[index].bytes = UnsafeRawBufferPointer(
                        rebasing: team[index].bytes[(blockCount * blockByteCount)...])
                    laneCount += 1
                }
                lv_sha256_advance(laneCount, states.baseAddress, data.baseAddress, blockCount)
            }
        }
    }
}

extension LaneSHA256 {
    /// The name that `LAYERVERIFY_DISABLE` uses.
    package static let name = "sha-lanes"

    /// What vendors call the instructions that the lanes use; for `--version`.
    package static var instructionSetName: String {
        #if arch(arm64)
            "Armv8 SHA-2"
        #else
            "SHA-NI"
        #endif
    }

    /// True if the lanes can be used: the CPU has the instructions, they are not disabled, and they pass the self-test.
    package static let isUsable =
        lv_sha256_lanes_are_supported() == 1 && !DisabledPaths.contains(name) && passesSelfTest()

    /// The registry entry: the lanes if they can be used, otherwise OpenSSL.
    static let method: DigestMethod =
        isUsable
        ? DigestMethod(
            name: name, algorithm: .sha256, teamSize: Int(LV_SHA256_MAXIMUM_LANE_COUNT),
            begin: { LaneSHA256() }, updateTeam: { update($0) }, interleaved: interleaved)
        : EVPDigest.method(.sha256)

    /// Hashes four messages of different lengths in lockstep, and compares each digest with that of sha256sum.
    ///
    /// The expected digests are constants because OpenSSL would have to load its configuration, which takes a
    /// millisecond.
    private static func passesSelfTest() -> Bool {
        let messages = [0, 63, 64, 1000].map { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) } }
        let digests = messages.map { _ in LaneSHA256() }
        for (digest, message) in zip(digests, messages) { digest.update(message.span.bytes) }
        // Lengths that leave four, three, two messages and one at the end, which tests each kernel.
        let together = Array(repeating: UInt8(0xa5), count: 900)
        together.withUnsafeBytes { bytes in
            var team = zip(digests, [300, 500, 700, 900]).map { digest, count in
                DigestLane(digest: digest, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            team.withUnsafeMutableBufferPointer { update($0) }
        }
        let answers = [
            "b39b3e48fdf8177953a9702c0eb0d7ee11252818bd59034ce56d9e4e3ac28c06",
            "f475ab37124623d7d89e33bdf2bac978f8420fefbd90e394629cc96d1fbe6077",
            "ecbb0c865f45b6f722cd619fab4881e06715fbe22bec9dcbe8066f0aa8d5bb74",
            "2ea2c62b7d1684d75bc2c6cf9fce9af5e5542d8cdaed6fd167df9526ca5f3c7c",
        ]
        return digests.map { "\($0.finish())" } == answers.map { "sha256:" + $0 }
    }
}
