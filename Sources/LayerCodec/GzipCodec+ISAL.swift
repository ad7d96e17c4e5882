// layerverify: gzip decoded by ISA-L.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#if ISAL
    import CISAL
    import CInflateLanes
    import CLayerShims
    import LayerModel

    extension GzipCodec {
        /// ISA-L where it is built in, twice as fast as zlib; else nothing.
        static let isal = [Codec(name: "isal", compression: .gzip) { _ in ISALDecoder() }]
    }

    /// Decodes gzip with ISA-L, which inflates; header and trailer are read here, and the CRC-32 is our own, since that is
    /// 1.7 times as fast (docs/performance.md).
    ///
    /// ISA-L refuses over-subscribed Huffman codes, but not incomplete ones, which zlib does refuse. No compressor writes
    /// them; the tests record the difference.
    final class ISALDecoder: BufferDecoder {
        private enum Stage {
            case betweenMembers
            case inHeader
            case inData
            case inTrailer
        }

        private let state: InflateState
        private var stage = Stage.betweenMembers
        private var boundary = MemberBoundary()
        private var header = GzipHeaderReader()
        private var trailer = GzipTrailerReader()
        /// Uncompressed bytes of the member, modulo 2^32 as ISIZE counts them, and their CRC-32.
        private var memberByteCount: UInt32 = 0
        private var memberChecksum: UInt32 = 0
        /// Where in the blob the next input begins.
        private var offset: UInt64 = 0
        /// The last eight bytes of earlier inputs, the newest on top; see `endData`.
        private var recentBytes: UInt64 = 0
        /// True if the last call filled its room, so that there may be more output without more input.
        private var mayHoldOutput = false

        init() { state = InflateState() }

        package var isAtBoundary: Bool { stage == .betweenMembers && boundary.isClean }
        package var boundaryOffset: UInt64 { boundary.offset }

        func decode(_ cursor: inout DecodeCursor) -> DecodeStatus {
            defer {
                offset += UInt64(cursor.consumedByteCount)
                for byte in unsafe cursor.input[..<cursor.consumedByteCount].suffix(8) {
                    recentBytes = recentBytes >> 8 | UInt64(byte) << 56
                }
            }
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
                    case .complete: beginData()
                    }
                case .inData:
                    if let status = inflate(&cursor) { return status }
                case .inTrailer:
                    if let fault = checkTrailer() { return .failed(fault) }
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

        private func beginData() {
            state.reset()
            memberByteCount = 0
            memberChecksum = 0
            mayHoldOutput = false
            stage = .inData
        }

        /// Returns: nil if decoding goes on, else why it stops.
        private func inflate(_ cursor: inout DecodeCursor) -> DecodeStatus? {
            guard cursor.inputByteCount > 0 || mayHoldOutput else { return .needsInput }
            guard cursor.roomByteCount > 0 else { return .outputFull }
            let room = unsafe cursor.remainingRoom
            let step = state.inflate(&cursor)
            memberByteCount &+= UInt32(truncatingIfNeeded: step.producedByteCount)
            // SAFETY: ISA-L has written as many bytes.
            memberChecksum = unsafe lv_crc32(memberChecksum, room.baseAddress, step.producedByteCount)
            switch step.ending {
            case .dataEnded:
                return endData(&cursor)
            case .advanced:
                mayHoldOutput = cursor.roomByteCount == 0
                return mayHoldOutput ? .outputFull : nil
            case .stalled:
                mayHoldOutput = false
                // With input and room ISA-L goes on; if it does not, going round would never end.
                return cursor.inputByteCount == 0 ? nil : .failed(.decoder)
            case .failed(let fault):
                return .failed(fault)
            }
        }

        /// Goes on to the trailer, of which ISA-L may have read a part.
        ///
        /// ISA-L reads up to eight bytes ahead, and gives them back where the data ends, by moving its position back: even
        /// to before the beginning of this input. Eight bytes are the trailer at most, so they never reach the next member.
        private func endData(_ cursor: inout DecodeCursor) -> DecodeStatus? {
            trailer = GzipTrailerReader()
            let borrowedByteCount = max(0, -cursor.consumedByteCount)
            guard borrowedByteCount <= 8 else {
                cursor.consumedByteCount = 0
                return .failed(.decoder)
            }
            cursor.consumedByteCount += borrowedByteCount
            for index in 0..<borrowedByteCount {
                trailer.take(UInt8(truncatingIfNeeded: recentBytes >> UInt64(64 - 8 * (borrowedByteCount - index))))
            }
            stage = .inTrailer
            return nil
        }

        /// Checks each half of the trailer as soon as it is there.
        private func checkTrailer() -> StreamFault? {
            if let checksum = trailer.checksum, checksum != memberChecksum { return .checksum }
            if let byteCount = trailer.byteCount, byteCount != memberByteCount { return .length }
            return nil
        }
    }

    /// The owner of an `inflate_state`. It lies on the heap because it has 86 KB.
    struct InflateState: ~Copyable {
        enum Ending {
            case dataEnded
            case advanced
            /// Neither input nor room was used.
            case stalled
            case failed(StreamFault)
        }

        private let state: UnsafeMutablePointer<inflate_state>

        /// The corresponding C function is isal_inflate_init.
        init() {
            state = .allocate(capacity: 1)
            isal_inflate_init(state)
        }

        deinit { state.deallocate() }

        /// Begins with the data of a member, after its header.
        ///
        /// The corresponding C function is isal_inflate_reset.
        func reset() {
            isal_inflate_reset(state)
            // Neither header nor trailer: ISA-L's check of that does not tell a checksum from a length.
            state.pointee.crc_flag = UInt32(ISAL_DEFLATE)
        }

        /// Inflates as far as the cursor goes. There must be room.
        ///
        /// When the data ends, the cursor's consumed bytes are those up to the end of the data, and may be negative: the
        /// data may have ended in an earlier input.
        ///
        /// The corresponding C function is isal_inflate.
        func inflate(_ cursor: inout DecodeCursor) -> (producedByteCount: Int, ending: Ending) {
            let (input, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
            // SAFETY: ISA-L reads `avail_in` bytes of the input, writes `avail_out` of the room, and uses neither address
            // after it returned: both are set anew before each call. An empty input gets an address that is not read.
            unsafe state.pointee.next_in = UnsafeMutableRawPointer(
                mutating: input.baseAddress ?? UnsafeRawPointer(state)
            ).assumingMemoryBound(to: UInt8.self)
            state.pointee.avail_in = UInt32(input.count)
            unsafe state.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            state.pointee.avail_out = UInt32(room.count)
            let code = isal_inflate(state)
            // Else SSE code after it, as SHA-256 is, runs at half speed.
            lv_clear_upper_vector_halves()
            let hasEnded = state.pointee.block_state == ISAL_BLOCK_FINISH
            // Older versions leave what they read ahead in the bit buffer.
            let aheadByteCount = hasEnded ? Int(state.pointee.read_in_length / 8) : 0
            let consumedByteCount = input.count - Int(state.pointee.avail_in) - aheadByteCount
            let producedByteCount = room.count - Int(state.pointee.avail_out)
            cursor.consumedByteCount += consumedByteCount
            cursor.producedByteCount += producedByteCount
            guard code == ISAL_DECOMP_OK else {
                cursor.consumedByteCount = max(0, cursor.consumedByteCount)
                return (producedByteCount, .failed(Self.fault(of: code)))
            }
            if hasEnded { return (producedByteCount, .dataEnded) }
            return (producedByteCount, consumedByteCount + producedByteCount > 0 ? .advanced : .stalled)
        }

        /// What a code of failure says of the stream.
        private static func fault(of code: Int32) -> StreamFault {
            switch code {
            case ISAL_INVALID_BLOCK, ISAL_INVALID_SYMBOL, ISAL_INVALID_LOOKBACK: .data
            default: .decoder
            }
        }
    }
#else
    extension GzipCodec {
        /// ISA-L where it is built in, twice as fast as zlib; else nothing.
        static let isal: [Codec] = []
    }
#endif
