// layerverify: bytes in a block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A range of bytes in a block of the pool, in one plane or in two (`CutDecoder`). The bytes do not change while the block has a user.
struct BlockSlice {
    let block: BlockIndex
    let bytes: UnsafeRawBufferPointer
    /// The block with the second plane, from its beginning; nil if the bytes are known.
    var secondPlane: BlockIndex?

    var byteCount: Int { bytes.count }

    /// The blocks that it needs.
    var blocks: [BlockIndex] { [block] + (secondPlane.map { [$0] } ?? []) }
}
