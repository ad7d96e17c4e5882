// layerverify: several gzip streams in lockstep.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import LayerModel

extension LaneDecoder {
    /// Advances all streams of a team until one of them cannot continue.
    static func decode(
        _ team: UnsafeMutableBufferPointer<DecodeLane>,
        hashing pairs: UnsafeMutableBufferPointer<HashPair> = UnsafeMutableBufferPointer(start: nil, count: 0)
    ) {
        precondition(team.count <= teamSize, "as many streams as lanes")
        guard team.count > 1 || !pairs.isEmpty, unsafe team.allSatisfy({ $0.decoder is LaneDecoder }) else {
            for index in team.indices { unsafe team[index].decodeAlone() }
            return
        }
        // SAFETY: both buffers have room for all lanes, and their elements are plain values.
        unsafe withUnsafeTemporaryAllocation(of: DecodeCursor.self, capacity: team.count) { cursors in
            unsafe withUnsafeTemporaryAllocation(of: lv_inflate_lane.self, capacity: team.count) { lanes in
                for index in team.indices {
                    let lane = unsafe team[index]
                    unsafe cursors.initializeElement(
                        at: index,
                        to: DecodeCursor(
                            input: lane.input, room: lane.output, secondRoom: lane.secondOutput, stopBit: lane.stopBit))
                }
                unsafe withHashes(of: pairs) { hashes in unsafe decode(team, cursors, lanes, hashes) }
                for index in team.indices {
                    let cursor = unsafe cursors[index]
                    unsafe decoder(team[index]).offset += UInt64(cursor.consumedByteCount)
                    unsafe team[index].take(cursor)
                }
            }
        }
    }

    /// Passes `pairs` to `body` in the form that the C code takes, and then advances them by what was hashed.
    private static func withHashes(
        of pairs: UnsafeMutableBufferPointer<HashPair>, _ body: (UnsafeMutableBufferPointer<lv_inflate_hashes>) -> Void
    ) {
        // SAFETY: the buffer has room for all pairs, and its elements are plain values.
        unsafe withUnsafeTemporaryAllocation(of: lv_inflate_hashes.self, capacity: pairs.count) { hashes in
            for index in pairs.indices {
                let pair = unsafe pairs[index]
                unsafe hashes.initializeElement(
                    at: index,
                    to: lv_inflate_hashes(
                        states: (pair.words.0, pair.words.1), data: (pair.bytes.0, pair.bytes.1),
                        block_count: pair.blockCount))
            }
            unsafe body(UnsafeMutableBufferPointer(rebasing: hashes[..<pairs.count]))
            for index in pairs.indices {
                guard let one = unsafe hashes[index].data.0, let other = unsafe hashes[index].data.1 else { continue }
                unsafe pairs[index].bytes = (one, other)
                unsafe pairs[index].blockCount = hashes[index].block_count
            }
        }
    }

    private static func decoder(_ lane: DecodeLane) -> LaneDecoder {
        guard let decoder = lane.decoder as? LaneDecoder else { preconditionFailure("a lane of another codec") }
        return decoder
    }

    private static func decode(
        _ team: UnsafeMutableBufferPointer<DecodeLane>, _ cursors: UnsafeMutableBufferPointer<DecodeCursor>,
        _ lanes: UnsafeMutableBufferPointer<lv_inflate_lane>, _ hashes: UnsafeMutableBufferPointer<lv_inflate_hashes>
    ) {
        /// The lanes that cannot continue, one bit for each.
        var stopped = 0
        while true {
            for index in team.indices {
                guard let status = unsafe decoder(team[index]).findData(&cursors[index]) else { continue }
                unsafe team[index].status = status
                stopped |= 1 << index
            }
            guard stopped == 0 else { break }
            for index in team.indices {
                unsafe lanes.initializeElement(
                    at: index, to: decoder(team[index]).inflation.lane(cursors[index]))
            }
            unsafe lv_inflate_advance_and_hash(lanes.baseAddress, team.count, hashes.baseAddress, hashes.count)
            for index in team.indices {
                guard let status = unsafe decoder(team[index]).absorb(lanes[index], &cursors[index]) else { continue }
                unsafe team[index].status = status
                stopped |= 1 << index
            }
            guard stopped == 0 else { break }
        }
        for index in team.indices where stopped & 1 << index == 0 {
            if unsafe cursors[index].inputByteCount == 0 {
                // Whether it needs input or room, or has ended, must be known now.
                unsafe team[index].status = decoder(team[index]).advance(&cursors[index])
            } else {
                unsafe team[index].status = cursors[index].roomByteCount == 0 ? .outputFull : .needsInput
            }
        }
    }
}
