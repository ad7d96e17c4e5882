// layerverify: the memory of the parts of a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
import LayerSystem

/// The memory of the parts of a stream, in one allocation whose pages are touched only when they are used.
///
/// Memory: each slot has the compressed bytes of a part and what is searched behind them, and two planes of content. With the
/// standard lengths a slot has 2.2 MiB, or 1.4 MiB with more than two workers, and the largest pool 16 MiB. A part that decodes
/// to more waits until its turn comes.
///
/// ## Concurrency
/// The pool never changes. A slot belongs to one `StreamPart`.
final class StreamPartPool: @unchecked Sendable {
    // SAFETY: `base` is set once, and freed when no reference to the pool is left.
    private let base: UnsafeMutableRawPointer
    let slotCount: Int
    let partByteCount: Int
    let planeByteCount: Int
    /// The room for the second plane of content; a part that has none left waits until its turn comes.
    let secondPlaneByteCount: Int
    private let inputByteCount: Int

    /// How far behind the end of a part a boundary is looked for: the first 64 KiB of 95 % of real layers have one.
    static let searchByteCount = 64 << 10

    /// The number of bytes that are read of the stream before a part ends.
    var readByteCount: Int { partByteCount + Self.searchByteCount + BlockCuts.contextByteCount + 256 }

    /// Returns nil if there is no memory.
    init?(slotCount: Int, partByteCount: Int) {
        precondition(partByteCount >= BlockCuts.contextByteCount, "enough bytes before the first boundary")
        let inputByteCount = (partByteCount + Self.searchByteCount + BlockCuts.contextByteCount + 8191) / 4096 * 4096
        let planeByteCount = 3 * partByteCount
        let secondPlaneByteCount = 5 * partByteCount / 2
        let byteCount = slotCount * (inputByteCount + planeByteCount + secondPlaneByteCount)
        var memory: UnsafeMutableRawPointer?
        guard AddressSpace.hasRoom(for: byteCount), unsafe posix_memalign(&memory, 4096, byteCount) == 0,
            let memory = unsafe memory
        else { return nil }
        unsafe base = memory
        self.slotCount = slotCount
        self.partByteCount = partByteCount
        self.planeByteCount = planeByteCount
        self.secondPlaneByteCount = secondPlaneByteCount
        self.inputByteCount = inputByteCount
    }

    deinit { unsafe free(base) }

    /// The room for compressed bytes of a slot; at least `readByteCount`.
    func input(_ slot: Int) -> UnsafeMutableRawBufferPointer { unsafe room(slot, 0, inputByteCount) }

    /// The rooms for content of a slot.
    func firstPlane(_ slot: Int) -> UnsafeMutableRawBufferPointer { unsafe room(slot, inputByteCount, planeByteCount) }
    func secondPlane(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        unsafe room(slot, inputByteCount + planeByteCount, secondPlaneByteCount)
    }

    private func room(_ slot: Int, _ offset: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        precondition((0..<slotCount).contains(slot), "a slot of this pool")
        // SAFETY: the slot is checked above, and offset and size are those of a room in it.
        return unsafe UnsafeMutableRawBufferPointer(
            start: base + slot * (inputByteCount + planeByteCount + secondPlaneByteCount) + offset, count: byteCount)
    }
}
