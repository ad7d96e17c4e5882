// layerverify: zstd decoded by libzstd.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstd
import LayerModel

/// The codec of zstd.
///
/// Spec: RFC 8878.
enum ZstdCodec {
    static let zstd = Codec(name: "zstd", compression: .zstd) { options in ZstdDecoder(options) }
}

/// Decodes zstd frames with libzstd; what lies between and before the frames is read here.
///
/// libzstd sees one frame at a time, from its magic on. Finding the next frame, skipping skippable ones and obeying the
/// limit of the window happen before it: it would take a part of an unknown magic before it says so, and obeys the
/// limit only where the frame did not come in one piece.
final class ZstdDecoder: BufferDecoder {
    private enum Stage {
        case betweenFrames
        case inHeader
        case inData
        case inSkippableSize
        case inSkippableData
        /// libzstd had no memory to begin with.
        case unusable
    }

    private let frames: ZstdFrames
    private let maximumWindowByteCount: UInt64
    private var stage: Stage
    private var frameCount: UInt64 = 0
    package private(set) var boundaryOffset: UInt64 = 0
    /// Where in the blob the next input begins.
    private var offset: UInt64 = 0
    /// The magic and header of a frame, gathered.
    private let gathered: UnsafeMutableRawBufferPointer
    private var gatheredByteCount = 0
    private var skippableByteCount = 0
    /// True if the last call filled its room, so that there may be more output without more input.
    private var mayHoldOutput = false

    init(_ options: CodecOptions) {
        maximumWindowByteCount = options.maximumWindowByteCount
        frames = ZstdFrames(options)
        stage = frames.isUsable ? .betweenFrames : .unusable
        gathered = .allocate(byteCount: Self.magicByteCount + ZstdFrameHeader.maximumByteCount, alignment: 1)
    }

    deinit { gathered.deallocate() }

    package var isAtBoundary: Bool { stage == .betweenFrames && gatheredByteCount == 0 && frameCount > 0 }

    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus {
        defer { offset += UInt64(cursor.consumedByteCount) }
        while true {
            let status: DecodeStatus? =
                switch stage {
                case .betweenFrames: findFrame(&cursor)
                case .inHeader: readHeader(&cursor)
                case .inData: decodeData(&cursor)
                case .inSkippableSize: readSkippableSize(&cursor)
                case .inSkippableData: skip(&cursor)
                case .unusable: .failed(.decoder)
                }
            if let status { return status }
        }
    }

    // Each step returns nil if decoding goes on, else why it stops.

    private func findFrame(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        while gatheredByteCount < Self.magicByteCount {
            guard gather(&cursor) else { return .needsInput }
            // SAFETY: the bytes up to `gatheredByteCount` are set.
            let prefix = unsafe UnsafeRawBufferPointer(rebasing: gathered[..<gatheredByteCount])
            guard unsafe Self.maySkip(prefix) || Self.mayDecode(prefix) else {
                guard frameCount > 0 else { return .failed(.header) }
                // The bytes before the one that tells may have come with an earlier input.
                cursor.consumedByteCount = boundaryOffset > offset ? Int(boundaryOffset - offset) : 0
                return .trailing
            }
        }
        stage = unsafe gathered[0] == Self.magic[0] ? .inHeader : .inSkippableSize
        return nil
    }

    private func readHeader(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        while gatheredByteCount < headerEnd {
            guard gather(&cursor) else { return .needsInput }
        }
        // SAFETY: the bytes up to `gatheredByteCount` are set.
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: gathered[..<gatheredByteCount])
        let header = unsafe ZstdFrameHeader(UnsafeRawBufferPointer(rebasing: bytes[Self.magicByteCount...]))
        if header.hasReservedBit { return .failed(.header) }
        if header.dictionaryID != 0 { return .failed(.dictionary) }
        if header.windowByteCount > maximumWindowByteCount { return .windowTooLarge }
        if let status = unsafe frames.begin(bytes) { return status }
        mayHoldOutput = false
        stage = .inData
        return nil
    }

    /// How many bytes to gather, magic included, as far as is known yet: the descriptor tells how long a header is.
    private var headerEnd: Int {
        guard gatheredByteCount > Self.magicByteCount else { return Self.magicByteCount + 1 }
        // SAFETY: the byte is set.
        return unsafe Self.magicByteCount + ZstdFrameHeader.byteCount(descriptor: gathered[Self.magicByteCount])
    }

    private func decodeData(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        guard cursor.inputByteCount > 0 || mayHoldOutput else { return .needsInput }
        guard cursor.roomByteCount > 0 else { return .outputFull }
        switch frames.decode(&cursor) {
        case .frameEnded:
            endFrame(cursor)
            return nil
        case .advanced:
            mayHoldOutput = cursor.roomByteCount == 0
            return mayHoldOutput ? .outputFull : nil
        case .stalled:
            mayHoldOutput = false
            // With input and room libzstd goes on; if it does not, going round would never end.
            return cursor.inputByteCount == 0 ? nil : .failed(.decoder)
        case .stopped(let status):
            return status
        }
    }

    private func readSkippableSize(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        while gatheredByteCount < Self.magicByteCount + 4 {
            guard gather(&cursor) else { return .needsInput }
        }
        skippableByteCount = unsafe Int(
            UInt32(littleEndian: gathered.loadUnaligned(fromByteOffset: Self.magicByteCount, as: UInt32.self)))
        stage = .inSkippableData
        return nil
    }

    private func skip(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        let byteCount = min(skippableByteCount, cursor.inputByteCount)
        cursor.consumedByteCount += byteCount
        skippableByteCount -= byteCount
        guard skippableByteCount == 0 else { return .needsInput }
        endFrame(cursor)
        return nil
    }

    private func endFrame(_ cursor: DecodeCursor) {
        frameCount += 1
        boundaryOffset = offset + UInt64(cursor.consumedByteCount)
        gatheredByteCount = 0
        stage = .betweenFrames
    }

    /// Gathers a byte; false if there is none.
    private func gather(_ cursor: inout DecodeCursor) -> Bool {
        guard cursor.inputByteCount > 0 else { return false }
        unsafe gathered[gatheredByteCount] = cursor.takeByte()
        gatheredByteCount += 1
        return true
    }

    private static let magicByteCount = 4
    private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
    // Spec: RFC 8878 §3.1.2: 0x184D2A50 to 0x184D2A5F, the low byte first.
    private static let skippableMagicEnd: [UInt8] = [0x2a, 0x4d, 0x18]

    /// Whether a frame with content may begin like this.
    private static func mayDecode(_ prefix: UnsafeRawBufferPointer) -> Bool {
        unsafe prefix.elementsEqual(magic.prefix(prefix.count))
    }

    /// Whether a skippable frame may begin like this.
    private static func maySkip(_ prefix: UnsafeRawBufferPointer) -> Bool {
        unsafe prefix[0] & 0xf0 == 0x50 && prefix.dropFirst().elementsEqual(skippableMagicEnd.prefix(prefix.count - 1))
    }
}

/// The owner of a `ZSTD_DCtx`.
struct ZstdFrames: ~Copyable {
    enum Step {
        case frameEnded
        case advanced
        /// Neither input nor room was used.
        case stalled
        case stopped(DecodeStatus)
    }

    private let context: OpaquePointer?
    /// False if libzstd had no memory.
    let isUsable: Bool

    /// The corresponding C functions are ZSTD_createDCtx and ZSTD_DCtx_setParameter.
    init(_ options: CodecOptions) {
        context = ZSTD_createDCtx()
        guard let context else {
            isUsable = false
            return
        }
        let bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax)
        let limit = max(options.maximumWindowByteCount, 1)
        let windowLog = Int32(UInt64.bitWidth - (limit - 1).leadingZeroBitCount)
        let code = ZSTD_DCtx_setParameter(
            context, ZSTD_d_windowLogMax, min(max(windowLog, bounds.lowerBound), bounds.upperBound))
        isUsable = ZSTD_isError(code) == 0
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Begins a frame with its magic and header.
    ///
    /// Returns: nil if the frame may go on, else why not.
    ///
    /// The corresponding C functions are ZSTD_DCtx_reset and ZSTD_decompressStream.
    func begin(_ header: UnsafeRawBufferPointer) -> DecodeStatus? {
        let code = ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        guard ZSTD_isError(code) == 0 else { return .failed(.decoder) }
        // SAFETY: libzstd copies the header, and writes nothing: it has no room.
        var input = unsafe ZSTD_inBuffer(src: header.baseAddress, size: header.count, pos: 0)
        var output = ZSTD_outBuffer(dst: nil, size: 0, pos: 0)
        let hint = ZSTD_decompressStream(context, &output, &input)
        if ZSTD_isError(hint) != 0 { return Self.status(of: hint) }
        return input.pos == header.count && hint != 0 ? nil : .failed(.decoder)
    }

    /// Decodes as far as the cursor goes. There must be room.
    ///
    /// The corresponding C function is ZSTD_decompressStream.
    func decode(_ cursor: inout DecodeCursor) -> Step {
        let (rest, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
        // SAFETY: libzstd reads and writes within the sizes given, and uses neither address after it returned.
        var input = unsafe ZSTD_inBuffer(src: rest.baseAddress, size: rest.count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
        let hint = ZSTD_decompressStream(context, &output, &input)
        cursor.consumedByteCount += input.pos
        cursor.producedByteCount += output.pos
        if ZSTD_isError(hint) != 0 { return .stopped(Self.status(of: hint)) }
        if hint == 0 { return .frameEnded }
        return input.pos + output.pos > 0 ? .advanced : .stalled
    }

    /// What a code of failure says of the stream.
    ///
    /// libzstd has no code of its own for a content that is not as long as the header says; that is damaged data.
    static func status(of code: Int) -> DecodeStatus {
        switch ZSTD_getErrorCode(code) {
        case ZSTD_error_checksum_wrong: .failed(.checksum)
        case ZSTD_error_dictionary_wrong, ZSTD_error_dictionary_corrupted: .failed(.dictionary)
        case ZSTD_error_frameParameter_windowTooLarge: .windowTooLarge
        case ZSTD_error_prefix_unknown, ZSTD_error_version_unsupported, ZSTD_error_frameParameter_unsupported:
            .failed(.header)
        case ZSTD_error_corruption_detected, ZSTD_error_tableLog_tooLarge, ZSTD_error_maxSymbolValue_tooLarge,
            ZSTD_error_maxSymbolValue_tooSmall, ZSTD_error_srcSize_wrong, ZSTD_error_dstSize_tooSmall:
            .failed(.data)
        default: .failed(.decoder)
        }
    }
}
