// layerverify: places in blobs without content, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// A place in a modelled blob. Compressed bytes map linearly to uncompressed ones over the whole blob.
///
/// What a modelled reader reads begins with its place, so that a decoder that begins anywhere, and a search, know where
/// they are. Shape of the 32 bytes, low byte first: the magic of the compression (4), unused (4), both sizes of the blob
/// (8 each), the offset of the first byte (8).
struct ModelledPlace {
    let compression: Compression
    let compressedByteCount: UInt64
    let uncompressedByteCount: UInt64
    /// The offset of the first byte in the blob.
    let offsetBytes: UInt64

    private static let byteCount = Int(ImageShape.Blob.minimumByteCount)

    init(_ blob: ImageShape.Blob, at offsetBytes: UInt64) {
        compression = blob.compression
        compressedByteCount = blob.compressedByteCount
        uncompressedByteCount = blob.uncompressedByteCount
        self.offsetBytes = offsetBytes
    }

    /// Reads the place; nil if there are too few bytes.
    init?(_ bytes: UnsafeRawBufferPointer, _ compression: Compression) {
        guard bytes.count >= Self.byteCount else { return nil }
        self.compression = compression
        // SAFETY: the size is checked above.
        unsafe compressedByteCount = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        unsafe uncompressedByteCount = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        unsafe offsetBytes = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    /// Writes the place to the beginning of what was read, unless that is too short.
    func write(to buffer: UnsafeMutableRawBufferPointer) {
        guard buffer.count >= Self.byteCount else { return }
        // SAFETY: the caller owns the buffer during the call, and its size is checked above.
        unsafe buffer.storeBytes(of: compression.modelMagic.littleEndian, as: UInt32.self)
        unsafe buffer.storeBytes(of: compressedByteCount, toByteOffset: 8, as: UInt64.self)
        unsafe buffer.storeBytes(of: uncompressedByteCount, toByteOffset: 16, as: UInt64.self)
        unsafe buffer.storeBytes(of: offsetBytes, toByteOffset: 24, as: UInt64.self)
    }

    /// The number of bytes to which the first `byteCount` bytes decode.
    func contentByteCount(before byteCount: UInt64) -> UInt64 {
        Self.scale(byteCount, uncompressedByteCount, compressedByteCount)
    }

    /// The number of whole bytes that the first `byteCount` bytes of content take.
    func inputByteCount(of byteCount: UInt64) -> UInt64 {
        Self.scale(byteCount, compressedByteCount, uncompressedByteCount)
    }

    private static func scale(_ value: UInt64, _ factor: UInt64, _ divisor: UInt64) -> UInt64 {
        divisor.dividingFullWidth(value.multipliedFullWidth(by: factor)).quotient
    }
}

extension Compression {
    /// The first four bytes, low byte first.
    fileprivate var modelMagic: UInt32 {
        switch self {
        case .gzip: 0x0008_8b1f
        case .zstd: 0xfd2f_b528
        case .none, .xz, .bzip2, .lz4: 0
        }
    }
}

/// The blocks of modelled gzip members: one at about every `byteCount` bytes, at any bit.
struct ModelledBlocks {
    let byteCount: UInt64

    /// The first block, other than the first of the blob, that begins at a bit or behind it; nil if there is none.
    func first(atOrAfterBit bit: UInt64, in place: ModelledPlace) -> UInt64? {
        let spacing = byteCount * 8
        var number = max(1, bit / spacing)
        while true {
            // At most half of the distance to the next one is added, so that the order stays.
            let begin = number * spacing + Self.mix(number) % (spacing / 2)
            guard begin / 8 + ImageShape.Blob.minimumByteCount < place.compressedByteCount else { return nil }
            if begin >= bit { return begin }
            number += 1
        }
    }

    /// A number that looks random (splitmix64).
    static func mix(_ number: UInt64) -> UInt64 {
        var mixed = (number &+ 1) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
