// layerverify: gzip decoded by zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import LayerModel

extension GzipCodec {
    /// The reference: zlib reads the header, the data and the trailer of every member itself.
    static let zlib = Codec(name: "zlib", compression: .gzip) { _ in ZlibDecoder() }
}

/// Decodes gzip with zlib in its own gzip mode, so that the search for the magic is all that it shares with other
/// codecs.
final class ZlibDecoder: BufferDecoder {
    private enum Stage {
        case betweenMembers
        case inMember
        /// zlib could not allocate its memory.
        case unusable
    }

    private let stream: ZlibStream
    private var stage: Stage
    private var boundary = MemberBoundary()
    /// The offset in the blob where the next input begins.
    private var offset: UInt64 = 0
    /// True if the last call filled its room: there may be more output without more input.
    private var mayHoldOutput = false

    init() {
        stream = ZlibStream()
        stage = stream.isUsable ? .betweenMembers : .unusable
    }

    /// Begins after a member that another decoder has decoded.
    ///
    /// - Parameters:
    ///   - callOffset: the offset where the input of the next call begins.
    ///   - memberEnd: the offset where the member has ended.
    convenience init(callOffset: UInt64, memberEnd: UInt64) {
        self.init()
        offset = callOffset
        boundary.memberEnds(atByte: memberEnd)
    }

    package var isAtBoundary: Bool { stage == .betweenMembers && boundary.isClean }
    package var boundaryOffset: UInt64 { boundary.offset }
    package var dispute: Dispute? { boundary.dispute }

    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus {
        defer { offset += UInt64(cursor.consumedByteCount) }
        while true {
            switch stage {
            case .betweenMembers:
                if let status = boundary.findMember(&cursor, callOffset: offset) { return status }
                guard stream.beginMember() else { return .failed(.decoder) }
                stage = .inMember
                mayHoldOutput = false
            case .inMember:
                guard cursor.inputByteCount > 0 || mayHoldOutput else { return .needsInput }
                let step = stream.inflate(&cursor)
                if stream.hasLongHeaderText { boundary.noteLongHeaderText() }
                switch step {
                case .memberEnded:
                    boundary.memberEnds(atByte: offset + UInt64(cursor.consumedByteCount))
                    stage = .betweenMembers
                case .advanced:
                    mayHoldOutput = cursor.roomByteCount == 0
                    if mayHoldOutput { return .outputFull }
                case .stalled:
                    if cursor.roomByteCount == 0 { return .outputFull }
                    mayHoldOutput = false
                    // With input and room zlib advances. If it does not, this loop would never end.
                    guard cursor.inputByteCount == 0 else { return .failed(.decoder) }
                case .failed(let fault):
                    return .failed(fault)
                }
            case .unusable:
                return .failed(.decoder)
            }
        }
    }
}

/// The owner of a `z_stream`, which is allocated on the heap because zlib keeps its address.
struct ZlibStream: ~Copyable {
    enum Step {
        case memberEnded
        case advanced
        /// Neither input nor room was used.
        case stalled
        case failed(StreamFault)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let header: UnsafeMutablePointer<gz_header>
    /// Where zlib writes the beginning of the name and of the comment: as many bytes as Go reads, and the terminating
    /// zero.
    private let text: UnsafeMutablePointer<UInt8>
    private static let textByteCount = GzipLimits.headerTextByteCount + 1
    /// False if zlib could not allocate its memory.
    let isUsable: Bool

    /// Reads whole members.
    init() {
        // 15 bits of window are the largest that DEFLATE has; 16 selects gzip's header and trailer and no other.
        self.init(windowBits: 15 + 16)
    }

    /// Reads the data of a member from a block on, and no trailer. `window` are the 32 KiB of content before.
    ///
    /// The corresponding C function is inflateSetDictionary.
    init(continuing window: [UInt8]) {
        self.init(windowBits: -15)
        // What zlib has an error for is data: there is no header.
        header.pointee.done = 1
        guard isUsable else { return }
        let isSet = unsafe window.withUnsafeBufferPointer {
            // SAFETY: zlib copies as many bytes as the window has.
            unsafe inflateSetDictionary(stream, $0.baseAddress, UInt32($0.count)) == Z_OK
        }
        precondition(isSet, "zlib takes a window of raw data at any time")
    }

    /// The corresponding C function is inflateInit2.
    private init(windowBits: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        header = .allocate(capacity: 1)
        header.initialize(to: gz_header())
        text = .allocate(capacity: 2 * Self.textByteCount)
        text.initialize(repeating: 0, count: 2 * Self.textByteCount)
        isUsable = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isUsable { inflateEnd(stream) }
        stream.deallocate()
        header.deallocate()
        text.deallocate()
    }

    /// Begins a member whose magic is already consumed.
    ///
    /// Returns: false if zlib refuses input that it cannot refuse. Its results could not be trusted then.
    ///
    /// The corresponding C functions are inflateReset and inflateGetHeader.
    func beginMember() -> Bool {
        header.pointee = gz_header()
        // SAFETY: zlib writes at most the given number of bytes to each of the two, which live as long as the stream.
        unsafe header.pointee.name = text
        header.pointee.name_max = UInt32(Self.textByteCount)
        unsafe header.pointee.comment = text + Self.textByteCount
        header.pointee.comm_max = UInt32(Self.textByteCount)
        guard inflateReset(stream) == Z_OK, inflateGetHeader(stream, header) == Z_OK else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3) { buffer in
            (buffer[0], buffer[1], buffer[2]) = (GzipMagic.bytes.0, GzipMagic.bytes.1, 0)
            guard let base = buffer.baseAddress else { return false }
            // SAFETY: zlib reads two bytes of the buffer and writes none: it has no room, but needs an address.
            unsafe stream.pointee.next_in = base
            stream.pointee.avail_in = 2
            unsafe stream.pointee.next_out = base + 2
            stream.pointee.avail_out = 0
            return CZlib.inflate(stream, Z_NO_FLUSH) == Z_OK && stream.pointee.avail_in == 0
        }
    }

    /// Begins in the middle of a byte, after 1 to 7 bits of it.
    ///
    /// Returns: false if zlib refuses. The corresponding C function is inflatePrime.
    func begin(in byte: UInt8, afterBits usedBits: Int) -> Bool {
        inflatePrime(stream, Int32(8 - usedBits), Int32(byte >> UInt8(usedBits))) == Z_OK
    }

    /// True once the member's header is read, if its name or its comment is longer than
    /// `GzipLimits.headerTextByteCount`.
    ///
    /// zlib writes the zero after a text only if it fits, and sets the pointer of an absent text to null.
    var hasLongHeaderText: Bool {
        guard header.pointee.done == 1 else { return false }
        return unsafe isLong(header.pointee.name) || isLong(header.pointee.comment)
    }

    private func isLong(_ text: UnsafeMutablePointer<UInt8>?) -> Bool {
        guard let text = unsafe text else { return false }
        return unsafe !UnsafeBufferPointer(start: text, count: Self.textByteCount).contains(0)
    }

    /// Inflates until the input is used up, the room is full, or the member ends or fails.
    ///
    /// The corresponding C function is inflate.
    func inflate(_ cursor: inout DecodeCursor) -> Step {
        let (input, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
        // SAFETY: zlib reads `avail_in` bytes of the input, writes `avail_out` of the room, and both addresses are set
        // again before each call. Without room it still needs an address, which it does not write to.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out =
            room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            ?? UnsafeMutableRawPointer(stream).assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room.count)
        let code = CZlib.inflate(stream, Z_NO_FLUSH)
        let (inputLeft, roomLeft) = (Int(stream.pointee.avail_in), Int(stream.pointee.avail_out))
        guard cursor.moveOn(leavingInput: inputLeft, leavingRoom: roomLeft) else { return .failed(.decoder) }
        switch code {
        case Z_STREAM_END: return .memberEnded
        case Z_OK, Z_BUF_ERROR:
            let hasMoved = cursor.inputByteCount < input.count || cursor.roomByteCount < room.count
            return hasMoved ? .advanced : .stalled
        default: return .failed(fault(of: code))
        }
    }

    /// The fault of the stream that an error code stands for.
    private func fault(of code: Int32) -> StreamFault {
        // Z_MEM_ERROR and Z_STREAM_ERROR say nothing about the bytes, and Z_NEED_DICT cannot occur in gzip.
        guard code == Z_DATA_ERROR else { return .decoder }
        guard header.pointee.done == 1 else { return .header }
        // zlib has one code for all damage; only its message says what is damaged.
        guard let message = stream.pointee.msg else { return .data }
        return switch String(cString: message) {
        case "incorrect data check": .checksum
        case "incorrect length check": .length
        default: .data
        }
    }
}
