// layerverify: the header of a gzip member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Reads the part of a gzip member's header after the magic, and checks it.
///
/// Shape: the input may be split anywhere. No field is kept.
///
/// Spec: RFC 1952 §2.3.
struct GzipHeaderReader {
    enum Progress {
        case needsInput
        case complete
        /// A method other than DEFLATE, reserved flags, or a wrong header checksum.
        case malformed
    }

    private enum Field {
        case method, flags, timeAndSystem, extraByteCount, extra, name, comment, checksum
    }

    private static let deflate: UInt8 = 8
    private static let hasChecksum: UInt8 = 1 << 1
    private static let hasExtra: UInt8 = 1 << 2
    private static let hasName: UInt8 = 1 << 3
    private static let hasComment: UInt8 = 1 << 4
    // "Reserved FLG bits must be zero" (§2.3.1.2): they may announce a field that is unknown here.
    private static let reserved: UInt8 = 0b1110_0000

    private var field = Field.method
    private var method: UInt8 = 0
    private var flags: UInt8 = 0
    /// The length of the name or the comment so far.
    private var textByteCount = 0
    /// True if the name or the comment is longer than `GzipLimits.headerTextByteCount`.
    private(set) var hasLongText = false
    /// The bytes left of a field whose length is known.
    private var remainingByteCount = 0
    /// A field of two bytes, low byte first.
    private var number: UInt16 = 0
    /// The CRC-32 of the header so far. It starts with that of the magic, which is always the same.
    private var checksum: UInt = {
        withUnsafeBytes(of: GzipMagic.bytes) { crc32(0, $0.baseAddress, 2) }
    }()

    /// Reads the next bytes of the header from `bytes`.
    ///
    /// Returns: how many bytes belong to the header, and whether it is complete.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> (byteCount: Int, progress: Progress) {
        var position = 0
        var checkedByteCount = 0
        while position < bytes.count {
            let byte = unsafe bytes[position]
            position += 1
            let coveredField = field
            let progress = take(byte)
            if coveredField != .checksum, field == .checksum || position == bytes.count {
                // SAFETY: the slice is within `bytes` and shorter than 4 GiB, like every block.
                let covered = unsafe UnsafeRawBufferPointer(rebasing: bytes[checkedByteCount..<position])
                checksum = unsafe crc32(
                    checksum, covered.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(covered.count))
                checkedByteCount = position
            }
            switch progress {
            case .needsInput: continue
            case .complete, .malformed: return (position, progress)
            }
        }
        return (position, .needsInput)
    }

    private mutating func take(_ byte: UInt8) -> Progress {
        switch field {
        case .method:
            method = byte
            field = .flags
        case .flags:
            guard method == Self.deflate, byte & Self.reserved == 0 else { return .malformed }
            flags = byte
            field = .timeAndSystem
            // MTIME, XFL and OS may have any value.
            remainingByteCount = 6
        case .timeAndSystem:
            remainingByteCount -= 1
            if remainingByteCount == 0 { return enterField(after: .timeAndSystem) }
        case .extraByteCount:
            if takesSecondByte(byte) {
                remainingByteCount = Int(number)
                if remainingByteCount == 0 { return enterField(after: .extra) }
                field = .extra
            }
        case .extra:
            remainingByteCount -= 1
            if remainingByteCount == 0 { return enterField(after: .extra) }
        case .name, .comment:
            if byte == 0 { return enterField(after: field) }
            textByteCount += 1
            if textByteCount > GzipLimits.headerTextByteCount { hasLongText = true }
        case .checksum:
            if takesSecondByte(byte) {
                return number == UInt16(truncatingIfNeeded: checksum) ? .complete : .malformed
            }
        }
        return .needsInput
    }

    /// Enters the next field that the flags announce.
    private mutating func enterField(after previous: Field) -> Progress {
        switch previous {
        case .method, .flags, .timeAndSystem:
            if flags & Self.hasExtra != 0 { return enter(.extraByteCount) }
            return enterField(after: .extra)
        case .extraByteCount, .extra:
            if flags & Self.hasName != 0 { return enter(.name) }
            return enterField(after: .name)
        case .name:
            if flags & Self.hasComment != 0 { return enter(.comment) }
            return enterField(after: .comment)
        case .comment:
            if flags & Self.hasChecksum != 0 { return enter(.checksum) }
            return .complete
        case .checksum:
            return .complete
        }
    }

    private mutating func enter(_ next: Field) -> Progress {
        field = next
        remainingByteCount = 2
        number = 0
        textByteCount = 0
        return .needsInput
    }

    /// Takes a byte of `number`; returns true if it was the second.
    private mutating func takesSecondByte(_ byte: UInt8) -> Bool {
        remainingByteCount -= 1
        number = number >> 8 | UInt16(byte) << 8
        return remainingByteCount == 0
    }
}
