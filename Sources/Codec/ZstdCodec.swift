// layerverify: zstd, frame by frame.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The codecs of zstd.
///
/// Spec: RFC 8878.
enum ZstdCodec {
    /// Accepts only what all decoders accept, and is the faster one.
    static let frames = Codec(name: "zstd-frames", compression: .zstd) { options in
        ZstdDecoder(options, ZstdStrictFrames())
    }

    /// The reference: libzstd keeps the window itself, and copies its output.
    static let zstd = Codec(name: "zstd", compression: .zstd) { options in
        ZstdDecoder(options, ZstdStreamFrames(options))
    }
}

/// Decodes zstd frames. Everything before and between the frames is read here.
///
/// libzstd is given one frame at a time, beginning with its magic. The search for the next frame, skippable frames and
/// the window limit are handled here, because libzstd consumes a part of an unknown magic before it reports it, and
/// enforces the limit only if a frame does not arrive in one piece.
final class ZstdDecoder: BufferDecoder {
    private enum Stage {
        case betweenFrames
        case inHeader
        case inData
        case inSkippableSize
        case inSkippableData
    }

    private let frames: any ZstdFrames
    private let maximumWindowByteCount: UInt64
    private var window: WindowReservation
    private var stage: Stage
    private var frameCount: UInt64 = 0
    package private(set) var boundaryOffset: UInt64 = 0
    /// The offset in the blob where the next input begins.
    private var offset: UInt64 = 0
    /// The magic and the header of a frame, collected from one or more inputs.
    private let gathered: UnsafeMutableRawBufferPointer
    private var gatheredByteCount = 0
    private var skippableByteCount = 0
    /// The content length that the frame header declares, if any, and the length of its output so far.
    private var contentByteCount: UInt64?
    private var producedByteCount: UInt64 = 0

    init(_ options: CodecOptions, _ frames: any ZstdFrames) {
        maximumWindowByteCount = options.maximumWindowByteCount
        window = WindowReservation(options.windowBudget)
        self.frames = frames
        stage = .betweenFrames
        gathered = .allocate(byteCount: Self.magicByteCount + ZstdFrameHeader.maximumByteCount, alignment: 1)
    }

    deinit {
        releaseMemory()
        gathered.deallocate()
    }

    package func releaseMemory() {
        frames.releaseMemory()
        window.release()
    }

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
                }
            if let status { return status }
        }
    }

    // Each of these steps returns nil if decoding continues, otherwise why it stops.

    private func findFrame(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        while gatheredByteCount < Self.magicByteCount {
            guard gather(&cursor) else { return .needsInput }
            // SAFETY: the bytes up to `gatheredByteCount` are set.
            let prefix = unsafe UnsafeRawBufferPointer(rebasing: gathered[..<gatheredByteCount])
            guard unsafe Self.maySkip(prefix) || Self.mayDecode(prefix) else {
                guard frameCount > 0 else { return .failed(.header) }
                // The bytes before the one that decides may have been in an earlier input.
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
        guard reserve(header.windowByteCount) else { return .needsMemory }
        if let status = unsafe frames.begin(bytes, header) { return status }
        contentByteCount = header.contentByteCount
        producedByteCount = 0
        stage = .inData
        return nil
    }

    /// Counts the window of a frame.
    private func reserve(_ byteCount: UInt64) -> Bool {
        guard window.isLess(than: byteCount) else { return true }
        releaseMemory()
        return window.reserve(byteCount)
    }

    /// How many bytes to collect, including the magic, as far as it is known: the descriptor determines the length of
    /// the header.
    private var headerEnd: Int {
        guard gatheredByteCount > Self.magicByteCount else { return Self.magicByteCount + 1 }
        // SAFETY: the byte is set.
        return unsafe Self.magicByteCount + ZstdFrameHeader.byteCount(descriptor: gathered[Self.magicByteCount])
    }

    private func decodeData(_ cursor: inout DecodeCursor) -> DecodeStatus? {
        let producedBefore = cursor.producedByteCount
        let step = frames.decode(&cursor)
        producedByteCount += UInt64(cursor.producedByteCount - producedBefore)
        switch step {
        case .frameEnded:
            // libzstd does not check the length if the last block is empty.
            if let contentByteCount, contentByteCount != producedByteCount { return .failed(.data) }
            endFrame(cursor)
            return nil
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

    /// Collects one byte; returns false if there is none.
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

    /// Whether a frame with content may begin with these bytes.
    private static func mayDecode(_ prefix: UnsafeRawBufferPointer) -> Bool {
        unsafe prefix.elementsEqual(magic.prefix(prefix.count))
    }

    /// Whether a skippable frame may begin with these bytes.
    private static func maySkip(_ prefix: UnsafeRawBufferPointer) -> Bool {
        unsafe prefix[0] & 0xf0 == 0x50 && prefix.dropFirst().elementsEqual(skippableMagicEnd.prefix(prefix.count - 1))
    }
}
