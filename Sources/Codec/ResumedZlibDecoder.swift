// layerverify: zlib that begins inside a gzip member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import LayerModel

/// Decodes the rest of a gzip stream with zlib, from a block inside a member on.
///
/// zlib decides alone what is from there on. The checksum and the length of the member continue those of the content
/// before.
final class ResumedZlibDecoder: BufferDecoder {
    private enum Stage {
        case inData
        case inTrailer
        /// The member has ended.
        case afterMember(ZlibDecoder)
        case unusable
    }

    private let stream: ZlibStream
    private var stage: Stage
    private var content: MemberContent
    private var trailer = GzipTrailerReader()
    /// The number of bits of the next byte that belong to the block before.
    private var usedBits: Int
    /// The offset where the next input begins, from the beginning of this decoder.
    private var offset: UInt64 = 0
    private var mayHoldOutput = false

    /// - Parameter usedBits: the block begins this number of bits (0 to 7) after the beginning of the first byte.
    init(_ checkpoint: MemberCheckpoint, atBlockAfterBits usedBits: Int) {
        stream = ZlibStream(continuing: checkpoint.window)
        stage = stream.isUsable ? .inData : .unusable
        content = checkpoint.content
        self.usedBits = usedBits
    }

    private var next: ZlibDecoder? {
        guard case .afterMember(let next) = stage else { return nil }
        return next
    }

    var isAtBoundary: Bool { next?.isAtBoundary ?? false }
    var boundaryOffset: UInt64 { next?.boundaryOffset ?? 0 }
    var dispute: Dispute? { next?.dispute }

    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus {
        defer { offset += UInt64(cursor.consumedByteCount) }
        while true {
            switch stage {
            case .inData:
                if let status = inflate(&cursor) { return status }
            case .inTrailer:
                // Each half is checked as soon as it is complete.
                if let checksum = trailer.checksum, checksum != content.checksum { return .failed(.checksum) }
                if let byteCount = trailer.byteCount, byteCount != UInt32(truncatingIfNeeded: content.byteCount) {
                    return .failed(.length)
                }
                if trailer.isComplete {
                    stage = .afterMember(
                        ZlibDecoder(callOffset: offset, memberEnd: offset + UInt64(cursor.consumedByteCount)))
                } else {
                    guard cursor.inputByteCount > 0 else { return .needsInput }
                    trailer.take(cursor.takeByte())
                }
            case .afterMember(let next):
                return next.decode(&cursor)
            case .unusable:
                return .failed(.decoder)
            }
        }
    }

    /// Inflates the data of the member. Returns: nil if they have ended, otherwise why decoding stops.
    private func inflate(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        while true {
            guard cursor.inputByteCount > 0 || mayHoldOutput else { return .needsInput }
            if usedBits > 0 {
                guard stream.begin(in: cursor.takeByte(), afterBits: usedBits) else { return .failed(.decoder) }
                usedBits = 0
                mayHoldOutput = true
            }
            let room = cursor.remainingRoom
            let before = cursor.producedByteCount
            let step = stream.inflate(&cursor)
            let count = cursor.producedByteCount - before
            // SAFETY: zlib has filled as many bytes of the room.
            let checksum = unsafe crc32(0, room.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(count))
            content.append(MemberContent(checksum: UInt32(truncatingIfNeeded: checksum), byteCount: UInt64(count)))
            switch step {
            case .memberEnded:
                stage = .inTrailer
                return nil
            case .advanced:
                mayHoldOutput = cursor.roomByteCount == 0
                if mayHoldOutput { return .outputFull }
            case .stalled:
                if cursor.roomByteCount == 0 { return .outputFull }
                mayHoldOutput = false
                guard cursor.inputByteCount == 0 else { return .failed(.decoder) }
            case .failed(let fault):
                return .failed(fault)
            }
        }
    }
}
