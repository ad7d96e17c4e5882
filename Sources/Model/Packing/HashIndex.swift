// layerverify: a hash table of indexes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Finds records by their content: a hash table of indexes into some list.
///
/// Memory: 8 bytes per slot; at most two thirds of the slots are used.
package struct HashIndex: Sendable {
    /// The upper half of a hash, and the index plus one; 0 for an empty slot.
    private var slots: [UInt64] = []
    private var count = 0

    package init() {}

    /// The index of a record with this hash for which `isWanted` returns true; nil if there is none.
    package func find(_ hash: Int, where isWanted: (Int) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
        let mark = Self.mark(hash)
        var slot = Self.slot(mark, slots.count)
        while slots[slot] != 0 {
            let place = Int(slots[slot] & 0xffff_ffff) - 1
            if slots[slot] >> 32 == mark, isWanted(place) { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    package mutating func insert(_ place: Int, hash: Int) {
        if (count + 1) * 3 > slots.count * 2 { grow() }
        put(Self.mark(hash) << 32 | UInt64(place + 1))
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: max(16, old.count * 2))
        for entry in old where entry != 0 { put(entry) }
    }

    private mutating func put(_ entry: UInt64) {
        var slot = Self.slot(entry >> 32, slots.count)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = entry
    }

    private static func mark(_ hash: Int) -> UInt64 { UInt64(truncatingIfNeeded: hash) >> 32 }

    private static func slot(_ mark: UInt64, _ slotCount: Int) -> Int { Int(mark) & (slotCount - 1) }
}
