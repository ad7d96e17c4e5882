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
        cuts: LaneDecoder.cuts,
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

    let inflation: LaneInflation
    private var stage: Stage
    private var boundary = MemberBoundary()
    private var header = GzipHeaderReader()
    private var trailer = GzipTrailerReader()
    /// The offset in the blob where the next input begins.
    var offset: UInt64 = 0
    /// The content of the member before that of which `inflation` has the checksum.
    private var contentBefore = MemberContent()
    private var knownByteCount: UInt64 = 0
    private(set) var isUnconfirmed: Bool
    private(set) var pause: DecodePause?

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

    init() {
        inflation = LaneInflation()
        stage = .betweenMembers
        isUnconfirmed = false
    }

    /// Begins at a block inside a member.
    init(atBlockAfterBits usedBits: Int) {
        inflation = LaneInflation(atBlockAfterBits: usedBits)
        stage = .inData
        isUnconfirmed = true
    }

    /// The content of the current member so far; for an unconfirmed decoder what is known of it.
    var content: MemberContent {
        var content = contentBefore
        content.append(MemberContent(checksum: inflation.checksum, byteCount: knownByteCount))
        return content
    }

    /// Takes over the content of the member before that of which `inflation` has the checksum.
    func confirm(after before: MemberContent) {
        contentBefore = before
        isUnconfirmed = false
        if pause == .memberEnded { pause = nil }
    }

    var isAtBoundary: Bool { stage == .betweenMembers && boundary.isClean }
    var boundaryOffset: UInt64 { boundary.offset }
    var dispute: Dispute? { boundary.dispute }

    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus {
        defer { offset += UInt64(cursor.consumedByteCount) }
        return advance(&cursor)
    }

    func advance(_ cursor: inout DecodeCursor) -> DecodeStatus {
        while true {
            if let status = findData(&cursor) { return status }
            var lane = unsafe inflation.lane(cursor)
            unsafe lv_inflate_advance(&lane, 1)
            if let status = unsafe absorb(lane, &cursor) { return status }
        }
    }

    private func pause(_ pause: DecodePause) -> DecodeStatus {
        self.pause = pause
        return .paused
    }

    /// Reads the bytes between the data of two members.
    ///
    /// Returns: nil if data are next, otherwise why decoding stops.
    func findData(_ cursor: inout DecodeCursor) -> DecodeStatus? {
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
                    (contentBefore, knownByteCount) = (MemberContent(), 0)
                    stage = .inData
                }
            case .inData:
                return nil
            case .inTrailer:
                guard !isUnconfirmed else { return pause(.memberEnded) }
                // Each half is checked as soon as it is complete.
                if let checksum = trailer.checksum, checksum != content.checksum { return .failed(.checksum) }
                if let byteCount = trailer.byteCount, byteCount != UInt32(truncatingIfNeeded: content.byteCount) {
                    return .failed(.length)
                }
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
    func absorb(_ lane: lv_inflate_lane, _ cursor: inout DecodeCursor) -> DecodeStatus? {
        let producedByteCount = cursor.producedByteCount
        guard unsafe cursor.moveOn(leavingInput: lane.input_byte_count, leavingRoom: lane.output_byte_count) else {
            return .failed(.decoder)
        }
        if unsafe lane.status != LV_INFLATE_KNOWN && !inflation.isInPlanes {
            knownByteCount += UInt64(byteCount: cursor.producedByteCount - producedByteCount)
        }
        pause = nil
        switch unsafe lane.status {
        case LV_INFLATE_CAN_GO_ON: return nil
        case LV_INFLATE_NEEDS_INPUT: return .needsInput
        case LV_INFLATE_OUTPUT_FULL: return .outputFull
        case LV_INFLATE_DATA_ENDED:
            trailer = GzipTrailerReader()
            stage = .inTrailer
            return nil
        case LV_INFLATE_KNOWN: return pause(.known)
        case LV_INFLATE_STOPPED:
            let bit = Int64((offset + UInt64(cursor.consumedByteCount)) * 8) + inflation.nextBit
            return pause(.stopped(atBit: UInt64(bit)))
        case LV_INFLATE_FAILED: return .failed(.data)
        default: return .failed(.decoder)
        }
    }
}
