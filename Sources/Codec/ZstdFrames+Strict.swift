// layerverify: the content of zstd frames, by rules that all decoders follow.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstdFrames
import LayerModel

/// Decodes frames with `CZstdFrames`, which accepts only what RFC 8878, libzstd and klauspost's decoder accept.
final class ZstdStrictFrames: ZstdFrames {
    /// Created when a frame begins; nil before that and after `releaseMemory`.
    private var frames: OpaquePointer?

    deinit { releaseMemory() }

    /// The corresponding C function is lv_zstd_destroy.
    func releaseMemory() {
        lv_zstd_destroy(frames)
        frames = nil
    }

    /// The corresponding C functions are lv_zstd_create and lv_zstd_begin.
    func begin(_ bytes: UnsafeRawBufferPointer, _ header: ZstdFrameHeader) -> DecodeStatus? {
        frames = frames ?? lv_zstd_create()
        var facts = lv_zstd_header(
            window_byte_count: header.windowByteCount, content_byte_count: header.contentByteCount ?? 0,
            is_content_size_known: header.contentByteCount != nil, has_checksum: header.hasChecksum)
        guard let frames, lv_zstd_begin(frames, &facts) else { return .failed(.decoder) }
        return nil
    }

    /// The corresponding C function is lv_zstd_decode.
    func decode(_ cursor: inout DecodeCursor) -> ZstdStep {
        guard let frames else { return .stopped(.failed(.decoder)) }
        let (rest, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
        var (consumed, produced) = (0, 0)
        // SAFETY: lv_zstd_decode reads and writes within the sizes given and keeps neither address.
        let status = unsafe lv_zstd_decode(
            frames, rest.baseAddress?.assumingMemoryBound(to: UInt8.self), rest.count, &consumed,
            room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count, &produced)
        cursor.consumedByteCount += consumed
        cursor.producedByteCount += produced
        switch status {
        case LV_ZSTD_NEEDS_INPUT: return .stopped(.needsInput)
        case LV_ZSTD_OUTPUT_FULL: return .stopped(.outputFull)
        case LV_ZSTD_FRAME_ENDED: return .frameEnded
        case LV_ZSTD_FAILED:
            switch lv_zstd_broken_rule(frames) {
            case LV_ZSTD_CHECKSUM: return .stopped(.failed(.checksum))
            case LV_ZSTD_LONG_ZERO_COUNT: return .stopped(.failed(.longZeroCount))
            default: return .stopped(.failed(.data))
            }
        default: return .stopped(.failed(.decoder))
        }
    }
}
