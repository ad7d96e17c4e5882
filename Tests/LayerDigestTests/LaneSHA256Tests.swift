// layerverify: tests of SHA-256 in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CSHA256Lanes
import LayerModel
import Testing

@testable import LayerDigest
import TestSupport

@Suite struct LaneSHA256Tests {
    static let isSupported = LaneSHA256.isUsable

    /// 100 000 rounds of up to four messages, each in parts of any length, compared with OpenSSL.
    @Test(.enabled(if: isSupported, "this CPU lacks the instructions, or sha-lanes is disabled"), arguments: 0..<8)
    func teamsAgreeWithOpenSSL(seed: Int) {
        let method = digestMethod(for: .sha256)
        #expect(method.teamSize == 4)
        var random = SplitMix(state: UInt64(seed))
        Self.compare(method, roundCount: 12_500, &random) { team, _ in method.update(team) }
    }

    /// Messages in pairs of which other code hashes any number of blocks, compared with OpenSSL.
    @Test(.enabled(if: isSupported, "this CPU lacks the instructions, or sha-lanes is disabled"), arguments: 0..<4)
    func pairsAdvancedByOtherCodeAgreeWithOpenSSL(seed: Int) throws {
        let method = digestMethod(for: .sha256)
        let interleaved = try #require(method.interleaved)
        var random = SplitMix(state: UInt64(77 + seed))
        var movedBlockCount = 0
        Self.compare(method, roundCount: 3_000, &random) { team, random in
            var pairs: [HashPair] = []
            interleaved.begin(team, &pairs)
            for index in pairs.indices {
                let count = Int(random.next() % UInt64(pairs[index].blockCount + 1))
                movedBlockCount += count
                Self.moveOn(&pairs[index], by: count)
            }
            interleaved.end(team, pairs)
        }
        #expect(movedBlockCount > 2_000)
    }

    /// Hashes messages part by part with `update` and with OpenSSL.
    private static func compare(
        _ method: DigestMethod, roundCount: Int, _ random: inout SplitMix,
        update: (UnsafeMutableBufferPointer<DigestLane>, inout SplitMix) -> Void
    ) {
        let noise = (0..<4096).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for _ in 0..<roundCount {
            let laneCount = 1 + Int(random.next() % 4)
            let digests = (0..<laneCount).map { _ in method.begin() }
            let references = (0..<laneCount).map { _ in EVPDigest(.sha256) }
            for _ in 0..<Int(1 + random.next() % 4) {
                noise.withUnsafeBytes { bytes in
                    var team = (0..<laneCount).map { index in
                        let start = Int(random.next() % 64)
                        let count = lengths[Int(random.next() % 16)] + Int(random.next() % 3)
                        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
                        references[index].update(part.bytes)
                        return DigestLane(digest: digests[index], bytes: part)
                    }
                    team.withUnsafeMutableBufferPointer { update($0, &random) }
                }
            }
            for (digest, reference) in zip(digests, references) { #expect(digest.finish() == reference.finish()) }
        }
    }

    private static func moveOn(_ pair: inout HashPair, by blockCount: Int) {
        var words: [UnsafeMutablePointer<UInt32>?] = [pair.words.0, pair.words.1]
        var data: [UnsafePointer<UInt8>?] = [pair.bytes.0, pair.bytes.1]
        if blockCount > 0 { lv_sha256_advance(2, &words, &data, blockCount) }
        pair.bytes = (pair.bytes.0 + 64 * blockCount, pair.bytes.1 + 64 * blockCount)
        pair.blockCount -= blockCount
    }

    /// Lengths around the borders of blocks and of the padding, and longer ones.
    private static let lengths = [0, 0, 1, 53, 54, 55, 61, 62, 63, 64, 117, 126, 127, 1000, 2048, 4000]
}
