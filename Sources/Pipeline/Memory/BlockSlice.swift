// layerverify: bytes in a block.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A range of bytes in a block of the pool. The bytes do not change while the block has a user.
struct BlockSlice {
    let block: BlockIndex
    let bytes: UnsafeRawBufferPointer

    var byteCount: Int { bytes.count }
}
