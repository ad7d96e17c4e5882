// layerverify: append-only memory for many small records.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Append-only bytes in chunks that never move, so that growing it does not copy what is already there.
///
/// Two consecutive chunks together hold more than 64 KiB, so the capacity is at least 2 GiB. An inventory is limited to
/// much less: `Inventory.maximumByteCount`.
struct ByteArena: Sendable {
    private(set) var chunks: [[UInt8]] = []

    /// The number of bits in an address for the offset within a chunk.
    private static let offsetBitCount: UInt32 = 16
    private static let chunkByteCount = 1 << 16

    /// The number of bytes appended so far.
    private(set) var byteCount = 0

    /// The position of some bytes: the chunk, and the offset in it.
    struct Address: Sendable {
        let rawValue: UInt32
        init(rawValue: UInt32) { self.rawValue = rawValue }
        var chunk: Int { Int(rawValue >> ByteArena.offsetBitCount) }
        var offset: Int { Int(rawValue & (1 << ByteArena.offsetBitCount - 1)) }
    }

    /// Appends bytes contiguously; more than a chunk holds get their own chunk.
    mutating func append(_ bytes: [UInt8]) -> Address { append(bytes, bytes.indices) }

    /// Appends a range of bytes in the same way.
    mutating func append(_ bytes: [UInt8], _ range: Range<Int>) -> Address {
        byteCount += range.count
        if let last = chunks.indices.last, chunks[last].count + range.count <= Self.chunkByteCount {
            let offset = chunks[last].count
            NameBytes.append(bytes, range, to: &chunks[last])
            return address(last, offset)
        }
        var chunk: [UInt8] = []
        // The first chunk grows as it is filled, since most arenas of a small image need a small part of it.
        if !chunks.isEmpty { chunk.reserveCapacity(max(Self.chunkByteCount, range.count)) }
        NameBytes.append(bytes, range, to: &chunk)
        chunks.append(chunk)
        return address(chunks.count - 1, 0)
    }

    /// Appends the bytes of another arena. Returns: for each of its chunks the address at which it begins here.
    mutating func append(contentsOf other: ByteArena) -> [Address] {
        byteCount += other.byteCount
        return other.chunks.map { chunk in
            if let last = chunks.indices.last, chunks[last].count + chunk.count <= Self.chunkByteCount {
                let offset = chunks[last].count
                chunks[last].append(contentsOf: chunk)
                return address(last, offset)
            }
            chunks.append(chunk)
            return address(chunks.count - 1, 0)
        }
    }

    /// Overwrites bytes that were appended in one call.
    mutating func replace(at address: Address, with bytes: [UInt8]) {
        let chunk = address.chunk
        for (place, byte) in bytes.enumerated() { chunks[chunk][address.offset + place] = byte }
    }

    private func address(_ chunk: Int, _ offset: Int) -> Address {
        precondition(chunk < 1 << 16, "an arena holds 4 GiB")
        return Address(rawValue: UInt32(chunk) << Self.offsetBitCount | UInt32(offset))
    }
}
