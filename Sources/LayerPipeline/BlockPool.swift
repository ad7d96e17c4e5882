// layerverify: the memory that blobs pass through.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerSystem

/// The place of a block in its pool.
typealias BlockIndex = Int

/// A fixed number of equally long blocks, in one allocation that is touched only as far as it is used.
///
/// ## Concurrency
/// The pool itself never changes. Who may touch which block is the scheduler's business: a block belongs to the one
/// worker that fills it, then is read by any number of them, until its users are counted down to none.
final class BlockPool: @unchecked Sendable {
    // SAFETY: `base` is set once, and freed when nobody holds the pool any more.
    private let base: UnsafeMutableRawPointer?
    let blockCount: Int

    /// False if there was no memory for the blocks: then none of them may be asked for.
    var isAllocated: Bool { unsafe base != nil }

    /// 128 KiB: larger blocks leave the L2 cache, smaller ones cost scheduling; 64 to 256 KiB are within 3 % of each
    /// other (measured with a prototype on 2 cores of Zen 5, an 8-layer image of 2.8 GB).
    static let blockByteCount = 128 << 10

    init(blockCount: Int) {
        self.blockCount = blockCount
        let byteCount = max(1, blockCount) * Self.blockByteCount
        var memory: UnsafeMutableRawPointer?
        // What Swift allocates ends the process where there is no memory, as under `ulimit -v`.
        let hasRoom = AddressSpace.hasRoom(for: byteCount)
        let isAllocated = unsafe hasRoom ? posix_memalign(&memory, 4096, byteCount) == 0 : false
        unsafe base = isAllocated ? memory : nil
    }

    deinit { unsafe free(base) }

    /// The memory of one block.
    subscript(block: BlockIndex) -> UnsafeMutableRawBufferPointer {
        guard let base = unsafe base, (0..<blockCount).contains(block) else {
            preconditionFailure("a block outside its pool")
        }
        // SAFETY: the bound is checked above; the pool outlives its workers, who hold it.
        return unsafe UnsafeMutableRawBufferPointer(
            start: base + block * Self.blockByteCount, count: Self.blockByteCount)
    }
}
