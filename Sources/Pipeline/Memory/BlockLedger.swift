// layerverify: the users of the blocks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Which blocks of the pool are free, promised or in use, and by which blob.
///
/// A block is taken only through a lease, and a lease is given only if the blocks that it may take are promised to it.
/// There are never fewer free blocks than promised ones, so taking a block cannot fail. A block is counted for its blob
/// until its last consumer is done with it, whatever becomes of the chunk that filled it.
///
/// ## Concurrency
/// Guarded by the scheduler's lock.
struct BlockLedger {
    /// The free blocks; the one that was freed last is taken first, because it may still be in a cache.
    private var free: [BlockIndex]
    private var uses: [Use]
    /// The number of free blocks that leases may still take.
    private(set) var promisedCount = 0
    /// The number of blocks that chunks filled before they were the head of their blob.
    private(set) var keptCount = 0

    private struct Use {
        /// The consumers that have not seen the block, and the chunk if it needs the block.
        var userCount = 0
        /// The blob for which the block is counted; nil for a free block and one that a lease took.
        var blob: Blob?
        var isKept = false
    }

    init(blockCount: Int) {
        free = Array((0..<blockCount).reversed())
        uses = Array(repeating: Use(), count: blockCount)
    }

    var blockCount: Int { uses.count }

    /// The number of blocks that are not free.
    var heldCount: Int { uses.count - free.count }

    // MARK: Leases

    /// Promises blocks to a lease, and takes some of them at once, so that the lease need not ask for each.
    ///
    /// Returns: nil if too few blocks are left.
    mutating func promise(_ count: Int, taking takenCount: Int = 0) -> BlockAllowance? {
        guard free.count - promisedCount >= count else { return nil }
        promisedCount += count
        var allowance = BlockAllowance(promisedCount: count)
        for _ in 0..<min(takenCount, count) { allowance.add(takePromised()) }
        return allowance
    }

    /// Takes one of the promised blocks.
    mutating func takePromised() -> BlockIndex {
        guard promisedCount > 0, let block = free.popLast() else { preconditionFailure("a block without a promise") }
        promisedCount -= 1
        return block
    }

    /// Ends a promise: what was not taken is free for others, and so are the blocks that were not used.
    mutating func end(_ allowance: consuming BlockAllowance) {
        promisedCount -= allowance.promisedCount
        free += allowance.blocks
    }

    // MARK: Users

    /// Sets the number of users of a block, and counts it for its blob. A block without users is free.
    ///
    /// - Parameter isKept: whether a chunk filled it that is not the head of its blob.
    mutating func use(_ block: BlockIndex, of blob: Blob, count: Int, isKept: Bool) {
        if uses[block].blob == nil {
            uses[block].blob = blob
            blob.blockCount += 1
        }
        if isKept, !uses[block].isKept {
            uses[block].isKept = true
            keptCount += 1
        }
        uses[block].userCount = count
        if count == 0 { makeFree(block) }
    }

    /// Ends one use of a block.
    mutating func release(_ block: BlockIndex) {
        uses[block].userCount -= 1
        if uses[block].userCount <= 0 { makeFree(block) }
    }

    private mutating func makeFree(_ block: BlockIndex) {
        uses[block].blob?.blockCount -= 1
        if uses[block].isKept { keptCount -= 1 }
        uses[block] = Use()
        free.append(block)
    }

    /// Checks the counts, for tests.
    func checkInvariants(openBlobs: [Blob]) {
        precondition((0...free.count).contains(promisedCount), "every promised block is free")
        precondition(keptCount == uses.count { $0.isKept }, "the blocks that chunks keep are counted")
        var counts: [ObjectIdentifier: Int] = [:]
        for use in uses {
            if let blob = use.blob { counts[ObjectIdentifier(blob), default: 0] += 1 }
        }
        for blob in openBlobs {
            precondition(blob.blockCount == counts[ObjectIdentifier(blob)] ?? 0, "the blocks of a blob are counted")
        }
        precondition(free.allSatisfy { uses[$0].blob == nil && uses[$0].userCount == 0 }, "a free block has no user")
    }
}

/// The blocks that a lease may take.
struct BlockAllowance: ~Copyable {
    /// The number of blocks that it may still take from the pool.
    private(set) var promisedCount: Int
    /// Blocks that it has taken and not used.
    private(set) var blocks: [BlockIndex] = []

    init(promisedCount: Int) { self.promisedCount = promisedCount }

    /// Takes a block; `takePromised` takes it from the ledger, under the lock.
    mutating func take(_ takePromised: () -> BlockIndex) -> BlockIndex {
        if let block = blocks.popLast() { return block }
        precondition(promisedCount > 0, "a lease that takes more blocks than were promised to it")
        promisedCount -= 1
        return takePromised()
    }

    /// Adds a block that the ledger took for it.
    fileprivate mutating func add(_ block: BlockIndex) {
        promisedCount -= 1
        blocks.append(block)
    }

    /// Gives back a block that was taken and is not used.
    mutating func giveBack(_ block: BlockIndex) { blocks.append(block) }
}
