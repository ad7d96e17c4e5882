// layerverify: the content of zstd frames, by libzstd.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstd
import LayerModel

/// A way to decode the frames of a stream, one after another.
protocol ZstdFrames: AnyObject {
    /// Frees buffers and tables. Another frame may begin after that.
    func releaseMemory()

    /// Begins a frame. `bytes` are its magic and header, `header` is the parsed form of them.
    ///
    /// Returns: nil if decoding may continue, otherwise why not.
    func begin(_ bytes: UnsafeRawBufferPointer, _ header: ZstdFrameHeader) -> DecodeStatus?

    /// Decodes the frame until the input is used up, the room is full, or the frame ends or fails.
    func decode(_ cursor: inout DecodeCursor) -> ZstdStep
}

/// The result of one step of decoding a frame.
enum ZstdStep {
    /// The frame has ended, and all of it is in the output.
    case frameEnded
    case stopped(DecodeStatus)

    /// The step that an error code of libzstd stands for.
    ///
    /// libzstd has no separate code for content that is shorter or longer than the header declares; it reports damaged
    /// data.
    static func failed(_ code: Int) -> ZstdStep {
        let status: DecodeStatus =
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
        return .stopped(status)
    }
}

/// Decodes frames with libzstd's streaming functions.
final class ZstdStreamFrames: ZstdFrames {
    /// Created when a frame begins; nil before that and after `releaseMemory`.
    private var context: OpaquePointer?
    private let maximumWindowByteCount: UInt64
    /// True if the last call filled its room: there may be more output without more input.
    private var mayHoldOutput = false

    init(_ options: CodecOptions) { maximumWindowByteCount = options.maximumWindowByteCount }

    deinit { releaseMemory() }

    /// The corresponding C function is ZSTD_freeDCtx.
    func releaseMemory() {
        ZSTD_freeDCtx(context)
        context = nil
    }

    /// The corresponding C functions are ZSTD_createDCtx and ZSTD_DCtx_setParameter.
    private static func makeContext(_ maximumWindowByteCount: UInt64) -> OpaquePointer? {
        guard let context = ZSTD_createDCtx() else { return nil }
        let bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax)
        let windowLog = Int32(UInt64.bitWidth - (max(maximumWindowByteCount, 1) - 1).leadingZeroBitCount)
        let code = ZSTD_DCtx_setParameter(
            context, ZSTD_d_windowLogMax, min(max(windowLog, bounds.lowerBound), bounds.upperBound))
        guard ZSTD_isError(code) == 0 else {
            ZSTD_freeDCtx(context)
            return nil
        }
        return context
    }

    /// The corresponding C functions are ZSTD_DCtx_reset and ZSTD_decompressStream.
    func begin(_ bytes: UnsafeRawBufferPointer, _ header: ZstdFrameHeader) -> DecodeStatus? {
        mayHoldOutput = false
        context = context ?? Self.makeContext(maximumWindowByteCount)
        guard context != nil, ZSTD_isError(ZSTD_DCtx_reset(context, ZSTD_reset_session_only)) == 0 else {
            return .failed(.decoder)
        }
        // SAFETY: libzstd copies the header, and writes nothing because it has no room.
        var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var output = ZSTD_outBuffer(dst: nil, size: 0, pos: 0)
        let hint = ZSTD_decompressStream(context, &output, &input)
        if ZSTD_isError(hint) != 0, case .stopped(let status) = ZstdStep.failed(hint) { return status }
        return input.pos == bytes.count && hint != 0 ? nil : .failed(.decoder)
    }

    /// The corresponding C function is ZSTD_decompressStream.
    func decode(_ cursor: inout DecodeCursor) -> ZstdStep {
        while true {
            guard cursor.inputByteCount > 0 || mayHoldOutput else { return .stopped(.needsInput) }
            guard cursor.roomByteCount > 0 else { return .stopped(.outputFull) }
            let (rest, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
            // SAFETY: libzstd reads and writes within the sizes given and keeps neither address.
            var input = unsafe ZSTD_inBuffer(src: rest.baseAddress, size: rest.count, pos: 0)
            var output = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
            let hint = ZSTD_decompressStream(context, &output, &input)
            // After an error neither position can be trusted.
            if ZSTD_isError(hint) != 0 { return .failed(hint) }
            guard input.pos <= rest.count, output.pos <= room.count else { return .stopped(.failed(.decoder)) }
            cursor.consumedByteCount += input.pos
            cursor.producedByteCount += output.pos
            if hint == 0 { return .frameEnded }
            mayHoldOutput = cursor.roomByteCount == 0
            // With input and room libzstd advances. If it does not, this loop would never end.
            if input.pos + output.pos == 0, cursor.inputByteCount > 0 { return .stopped(.failed(.decoder)) }
        }
    }
}
