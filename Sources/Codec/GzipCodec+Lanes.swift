// layerverify: gzip decoded several streams at a time.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import LayerModel

extension GzipCodec {
    /// Decodes up to four streams in lockstep.
    static let lanes = Codec(
        name: LaneDecoder.name, compression: .gzip, teamSize: LaneDecoder.teamSize,
        begin: { options in LaneDecoder.isUsable ? LaneDecoder() : LaneDecoder.substitute.begin(options) },
        hashingTeamSize: { LaneDecoder.hashesPairs ? LaneDecoder.hashingTeamSize : nil },
        decodeTeam: { LaneDecoder.decode($0, hashing: $1) })
}

/// Decodes a gzip stream in lockstep with up to three others. The DEFLATE data are decoded in C, which does nothing
/// else. Members, headers and trailers are few bytes and are read here, which keeps the C code small.
final class LaneDecoder: BufferDecoder {
    private enum Stage {
        case betweenMembers
        case inHeader
        case inData
        case inTrailer
    }

    private let inflation = LaneInflation()
    private var stage = Stage.betweenMembers
    private var boundary = MemberBoundary()
    private var header = GzipHeaderReader()
    private var trailer = GzipTrailerReader()
    /// The offset in the blob where the next input begins.
    private var offset: UInt64 = 0

    /// The name that `--version` and `LAYERVERIFY_DISABLE` use.
    static let name = "inflate-lanes"
    static let teamSize = Int(LV_INFLATE_MAXIMUM_LANE_COUNT)
    /// Two streams with two hashes take 0.88 of the time of four streams followed by four hashes
    /// (`lv_inflate_advance_and_hash`).
    static let hashingTeamSize = 2
    /// Whether the lanes can hash in the gaps of decoding. Tested once, on first use.
    static let hashesPairs =
        lv_inflate_hashing_is_supported() == 1 && !DisabledPaths.contains(Codec.hashingName) && isUsable
        && passesPairTest()
    /// The codec that decodes instead if the lanes fail their self-test.
    static let substitute = GzipCodec.zlib
    /// Whether the lanes decode correctly. Tested once, before the first stream.
    static let isUsable = passesSelfTest()

    var isAtBoundary: Bool { stage == .betweenMembers && boundary.isClean }
    var boundaryOffset: UInt64 { boundary.offset }
    var dispute: Dispute? { boundary.dispute }

    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus {
        defer { offset += UInt64(cursor.consumedByteCount) }
        return advance(&cursor)
    }

    private func advance(_ cursor: inout DecodeCursor) -> DecodeStatus {
        while true {
            if let status = findData(&cursor) { return status }
            var lane = unsafe inflation.lane(cursor)
            unsafe lv_inflate_advance(&lane, 1)
            if let status = unsafe absorb(lane, &cursor) { return status }
        }
    }

    /// Reads the bytes between the data of two members.
    ///
    /// Returns: nil if data are next, otherwise why decoding stops.
    private func findData(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        while true {
            switch stage {
            case .betweenMembers:
                if let status = boundary.findMember(&cursor, callOffset: offset) { return status }
                header = GzipHeaderReader()
                stage = .inHeader
            case .inHeader:
                let (byteCount, progress) = unsafe header.read(cursor.remainingInput)
                cursor.consumedByteCount += byteCount
                switch progress {
                case .needsInput: return .needsInput
                case .malformed: return .failed(.header)
                case .complete:
                    if header.hasLongText { boundary.noteLongHeaderText() }
                    inflation.begin()
                    stage = .inData
                }
            case .inData:
                return nil
            case .inTrailer:
                // Each half is checked as soon as it is complete.
                if let checksum = trailer.checksum, checksum != inflation.checksum { return .failed(.checksum) }
                if let byteCount = trailer.byteCount, byteCount != inflation.byteCount { return .failed(.length) }
                if trailer.isComplete {
                    boundary.memberEnds(atByte: offset + UInt64(cursor.consumedByteCount))
                    stage = .betweenMembers
                } else {
                    guard cursor.inputByteCount > 0 else { return .needsInput }
                    trailer.take(cursor.takeByte())
                }
            }
        }
    }

    /// Takes over how far the data were decoded.
    ///
    /// Returns: nil if decoding may continue, otherwise why it stops.
    private func absorb(_ lane: lv_inflate_lane, _ cursor: inout DecodeCursor) -> DecodeStatus? {
        guard unsafe cursor.moveOn(leavingInput: lane.input_byte_count, leavingRoom: lane.output_byte_count) else {
            return .failed(.decoder)
        }
        switch unsafe lane.status {
        case LV_INFLATE_CAN_GO_ON: return nil
        case LV_INFLATE_NEEDS_INPUT: return .needsInput
        case LV_INFLATE_OUTPUT_FULL: return .outputFull
        case LV_INFLATE_DATA_ENDED:
            trailer = GzipTrailerReader()
            stage = .inTrailer
            return nil
        case LV_INFLATE_FAILED: return .failed(.data)
        default: return .failed(.decoder)
        }
    }

    // MARK: Several streams

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
                        at: index, to: DecodeCursor(input: lane.input, room: lane.output))
                }
                unsafe withHashes(of: pairs) { hashes in unsafe decode(team, cursors, lanes, hashes) }
                for index in team.indices {
                    let cursor = unsafe cursors[index]
                    unsafe decoder(team[index]).offset += UInt64(cursor.consumedByteCount)
                    unsafe team[index].input = cursor.remainingInput
                    unsafe team[index].output = cursor.remainingRoom
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

/// The owner of an `lv_inflate_state`, which is allocated on the heap because it has 110 KB and contains its own
/// address.
private struct LaneInflation: ~Copyable {
    // SAFETY: allocated in `init`, freed in `deinit`, used only by the thread that owns the decoder.
    private let memory: UnsafeMutableRawPointer
    private let state: OpaquePointer

    /// The corresponding C function is lv_inflate_initialize.
    init() {
        unsafe memory = .allocate(byteCount: lv_inflate_state_byte_count(), alignment: 64)
        unsafe state = OpaquePointer(memory)
        unsafe lv_inflate_initialize(state)
    }

    deinit { unsafe memory.deallocate() }

    /// The corresponding C function is lv_inflate_begin.
    func begin() { unsafe lv_inflate_begin(state) }

    /// The CRC-32 of the output since `begin`.
    var checksum: UInt32 { unsafe lv_inflate_checksum(state) }
    /// The length of the output since `begin` in bytes, modulo 2^32 like ISIZE.
    var byteCount: UInt32 { unsafe lv_inflate_output_byte_count(state) }

    /// The arguments of this stream for one call of lv_inflate_advance, which keeps no address of input or output.
    func lane(_ cursor: DecodeCursor) -> lv_inflate_lane {
        let (input, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
        return unsafe lv_inflate_lane(
            state: state, input: input.baseAddress?.assumingMemoryBound(to: UInt8.self),
            input_byte_count: input.count, output: room.baseAddress?.assumingMemoryBound(to: UInt8.self),
            output_byte_count: room.count, status: LV_INFLATE_CAN_GO_ON, second_output: nil, stop_bit: .max)
    }
}
