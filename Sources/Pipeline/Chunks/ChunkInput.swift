// layerverify: the compressed side of a chunk.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// The compressed side of a chunk: which bytes of the blob are read next, and which of them go to the consumers.
///
/// The range is in bits, because a stream may be cut at any bit. Two chunks that meet inside a byte both read that byte
/// and decode their part of it. Only the first one passes it to the consumers of the compressed side, so that they see
/// every byte once.
struct ChunkInput {
    /// The range of the chunk in the blob, in bits. Its end is 0 while the size of the file is not known.
    private(set) var beginBit: UInt64 = 0
    private(set) var endBit: UInt64 = 0
    /// The end is a guess at a block inside a member, where a decoder must stop.
    private(set) var endsInsideMember = false
    /// The offset in the blob of the next byte to read.
    private(set) var offsetBytes: UInt64 = 0
    private(set) var reader: (any BlobReader)?
    private let expectedByteCount: UInt64

    init(expectedByteCount: UInt64) { self.expectedByteCount = expectedByteCount }

    /// Begins to read a whole file.
    mutating func open(_ reader: any BlobReader) {
        self.reader = reader
        endBit = reader.byteCount * 8
    }

    /// The first offset in bytes that is not read: the byte that contains the last bit is.
    var endOffset: UInt64 { (endBit + 7) / 8 }

    /// True if the whole range was read.
    var isAtEnd: Bool { offsetBytes >= endOffset }

    /// The size of the file in bytes, or the expected size while that is not known.
    var blobByteCount: UInt64 { reader?.byteCount ?? expectedByteCount }

    /// The number of bytes left from here to the end of the blob; it orders the work.
    var blobBytesLeft: UInt64 { blobByteCount - min(offsetBytes, blobByteCount) }

    /// The number of bytes left in the range of the chunk.
    var bytesLeft: UInt64 { endBit > 0 ? endOffset - min(offsetBytes, endOffset) : blobBytesLeft }

    /// The result of reading a block.
    enum BlockRead {
        /// What is to be decoded, and what goes to the consumers of the compressed side; both are in the same block.
        case read(toDecode: BlockSlice, toConsume: BlockSlice)
        /// The file has ended before its size.
        case ended
        case failed(Errno)
    }

    /// Reads the next bytes of the range into a block.
    mutating func read(into block: BlockIndex, of pool: BlockPool) -> BlockRead {
        guard let reader else { return .ended }
        do throws(Errno) {
            let roomByteCount = ByteMath.clamp(endOffset - offsetBytes, to: BlockPool.blockByteCount)
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: pool[block][..<roomByteCount])
            let byteCount = unsafe try reader.read(into: room, at: offsetBytes)
            guard byteCount > 0 else { return .ended }
            // The byte in which the range begins belongs to the chunk before.
            let sharedByteCount = beginBit % 8 != 0 && offsetBytes == beginBit / 8 ? 1 : 0
            offsetBytes += UInt64(byteCount: byteCount)
            let bytes = unsafe UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(room)[..<byteCount])
            return unsafe .read(
                toDecode: BlockSlice(block: block, bytes: bytes),
                toConsume: BlockSlice(
                    block: block, bytes: UnsafeRawBufferPointer(rebasing: bytes[sharedByteCount...])))
        } catch {
            return .failed(error)
        }
    }

    // MARK: Cutting

    /// Cuts the range at a bit that is not read yet.
    ///
    /// Returns: the input of the chunk that begins there.
    mutating func splitOff(atBit bit: UInt64, isInsideMember: Bool = false) -> ChunkInput {
        var next = self
        next.beginBit = bit
        next.offsetBytes = bit / 8
        endBit = bit
        endsInsideMember = isInsideMember
        return next
    }

    /// Extends the range over that of the next chunk, which was dropped.
    mutating func extend(over next: ChunkInput) {
        endBit = next.endBit
        endsInsideMember = next.endsInsideMember
    }
}
