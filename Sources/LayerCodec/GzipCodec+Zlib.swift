// layerverify: gzip decoded by zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import LayerModel

extension GzipCodec {
    /// The reference: zlib reads the header, the data and the trailer of every member itself.
    static let zlib = Codec(name: "zlib", compression: .gzip) { _ in ZlibDecoder() }
}

/// Decodes gzip with zlib, in zlib's own gzip mode, so that it shares only the search for the magic with other codecs.
final class ZlibDecoder: BufferDecoder {
    private enum Stage {
        case betweenMembers
        case inMember
        /// zlib had no memory to begin with.
        case unusable
    }

    private let stream: ZlibStream
    private var stage: Stage
    private var boundary = MemberBoundary()
    /// Where in the blob the next input begins.
    private var offset: UInt64 = 0
    /// True if the last call filled its room, so that there may be more output without more input.
    private var mayHoldOutput = false

    init() {
        stream = ZlibStream()
        stage = stream.isUsable ? .betweenMembers : .unusable
    }

    package var isAtBoundary: Bool { stage == .betweenMembers && boundary.isClean }
    package var boundaryOffset: UInt64 { boundary.offset }

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
                    // With input and room zlib goes on; if it does not, going round would never end.
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

/// The owner of a `z_stream`. It lies on the heap because zlib remembers its address.
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
    /// False if zlib had no memory.
    let isUsable: Bool

    /// The corresponding C function is inflateInit2.
    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        header = .allocate(capacity: 1)
        header.initialize(to: gz_header())
        // 15 bits of window, the most deflate has, and 16 for gzip's header and trailer and no other.
        isUsable = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isUsable { inflateEnd(stream) }
        stream.deallocate()
        header.deallocate()
    }

    /// Begins a member whose magic is consumed already.
    ///
    /// Returns: false if zlib refuses what it cannot refuse, so that nothing it says could be trusted.
    ///
    /// The corresponding C functions are inflateReset and inflateGetHeader.
    func beginMember() -> Bool {
        header.pointee = gz_header()
        guard inflateReset(stream) == Z_OK, inflateGetHeader(stream, header) == Z_OK else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3) { buffer in
            (buffer[0], buffer[1], buffer[2]) = (GzipMagic.bytes.0, GzipMagic.bytes.1, 0)
            guard let base = buffer.baseAddress else { return false }
            // SAFETY: zlib takes two bytes of the buffer, and writes none: it has no room, but wants an address.
            unsafe stream.pointee.next_in = base
            stream.pointee.avail_in = 2
            unsafe stream.pointee.next_out = base + 2
            stream.pointee.avail_out = 0
            return CZlib.inflate(stream, Z_NO_FLUSH) == Z_OK && stream.pointee.avail_in == 0
        }
    }

    /// Inflates as far as the cursor goes.
    ///
    /// The corresponding C function is inflate.
    func inflate(_ cursor: inout DecodeCursor) -> Step {
        let (input, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
        // SAFETY: zlib reads `avail_in` bytes of the input, writes `avail_out` of the room, and keeps neither address:
        // both are set anew before each call. Without room it still wants an address, which it does not write to.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out =
            room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            ?? UnsafeMutableRawPointer(stream).assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room.count)
        let code = CZlib.inflate(stream, Z_NO_FLUSH)
        let consumedByteCount = input.count - Int(stream.pointee.avail_in)
        let producedByteCount = room.count - Int(stream.pointee.avail_out)
        cursor.consumedByteCount += consumedByteCount
        cursor.producedByteCount += producedByteCount
        switch code {
        case Z_STREAM_END: return .memberEnded
        case Z_OK, Z_BUF_ERROR: return consumedByteCount + producedByteCount > 0 ? .advanced : .stalled
        default: return .failed(fault(of: code))
        }
    }

    /// What a code of failure says of the stream.
    private func fault(of code: Int32) -> StreamFault {
        // Z_MEM_ERROR and Z_STREAM_ERROR say nothing about the bytes, and Z_NEED_DICT is none of gzip's.
        guard code == Z_DATA_ERROR else { return .decoder }
        guard header.pointee.done == 1 else { return .header }
        // zlib has one code for all damage; only its message tells what is damaged.
        guard let message = stream.pointee.msg else { return .data }
        return switch String(cString: message) {
        case "incorrect data check": .checksum
        case "incorrect length check": .length
        default: .data
        }
    }
}
