// layerverify: zstd frames by hand, for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A block of a zstd frame, without its header.
struct ZstdBlock {
    enum Kind: UInt32 {
        case raw = 0
        case rle = 1
        case compressed = 2
        case reserved = 3
    }

    var kind: Kind
    var bytes: [UInt8]
    /// The size in the header; nil for the actual number of bytes.
    var size: Int?

    static func raw(_ bytes: [UInt8]) -> ZstdBlock { ZstdBlock(kind: .raw, bytes: bytes) }
    static func rle(_ byte: UInt8, count: Int) -> ZstdBlock { ZstdBlock(kind: .rle, bytes: [byte], size: count) }
    static func compressed(_ bytes: [UInt8]) -> ZstdBlock { ZstdBlock(kind: .compressed, bytes: bytes) }

    /// A compressed block of sequences with one code of each kind, whose tables therefore take no bits.
    ///
    /// Parameters: `offsets` are the encoded values, which for new offsets are larger by 3; all must have the same
    /// length in bits. A match is 3 bytes long and follows `literalLength` literals, fewer than 16.
    static func sequences(
        literals: [UInt8], literalLength: UInt8, offsets: [UInt32], modes: UInt8 = 0b0101_0100, extraBits: Int = 0
    ) -> ZstdBlock {
        let code = UInt8(UInt32.bitWidth - 1 - (offsets.first ?? 1).leadingZeroBitCount)
        precondition(literals.count < 32 && offsets.count < 128 && literalLength < 16)
        var bits = Array(repeating: false, count: max(extraBits, 0))
        // The stream is read from its end.
        for offset in offsets.reversed() {
            bits += (0..<code).map { offset >> UInt32($0) & 1 == 1 }
        }
        bits = bits.dropFirst(max(-extraBits, 0)) + [true]
        var stream = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit { stream[index / 8] |= 1 << UInt8(index % 8) }
        let tables = [literalLength, code, 0]
        return .compressed([UInt8(literals.count) << 3] + literals + [UInt8(offsets.count), modes] + tables + stream)
    }
}

extension Zstd {
    /// A frame with a window of 1 KiB plus `mantissa` eighths of it, without content size or checksum.
    static func frame(blocks: [ZstdBlock], mantissa: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, mantissa]
        for (index, block) in blocks.enumerated() {
            let size = UInt32(block.size ?? block.bytes.count)
            let header = size << 3 | block.kind.rawValue << 1 | (index == blocks.count - 1 ? 1 : 0)
            bytes += Gzip.littleEndian(header).prefix(3) + block.bytes
        }
        return bytes
    }
}
