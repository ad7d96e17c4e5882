// layerverify: a limit of the memory of path tables.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Bounds the memory that the path tables of several layers take together.
///
/// Concurrency: any thread may use it.
package final class PathBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)
    private let hasRoom: @Sendable (Int) -> Bool

    /// Units: `byteCount` is the memory of all tables, in bytes. `hasRoom` says whether the process can allocate that number of bytes.
    package init(byteCount: Int, hasRoom: @escaping @Sendable (Int) -> Bool = { _ in true }) {
        limit = byteCount
        self.hasRoom = hasRoom
    }

    /// The memory in bytes that is taken at present.
    package var usedByteCount: Int { used.load(ordering: .relaxed) }

    /// Takes more memory. Returns: whether there was enough; if not, nothing is taken.
    func take(_ byteCount: Int) -> Bool {
        if used.add(byteCount, ordering: .relaxed).newValue <= limit, hasRoom(byteCount) { return true }
        used.subtract(byteCount, ordering: .relaxed)
        return false
    }

    func release(_ byteCount: Int) { used.subtract(byteCount, ordering: .relaxed) }
}

/// The memory that one path table has taken from a budget; it returns with the last copy of the table.
///
/// Concurrency: only the table that grows changes it, and it grows in one place.
final class PathReservation: Sendable {
    private let budget: PathBudget
    private let taken = Atomic<Int>(0)

    init(_ budget: PathBudget) { self.budget = budget }

    deinit { budget.release(taken.load(ordering: .relaxed)) }

    /// The memory in bytes that it has taken.
    var takenByteCount: Int { taken.load(ordering: .relaxed) }

    /// Takes more until it has at least `byteCount` bytes. Returns: whether there was enough.
    func reach(_ byteCount: Int) -> Bool {
        let present = taken.load(ordering: .relaxed)
        guard byteCount > present else { return true }
        // Steps are small for small layers, of which there may be many.
        let step = max(byteCount - present, min(present, 1 << 18), 1 << 10)
        if budget.take(step) {
            taken.add(step, ordering: .relaxed)
            return true
        }
        guard budget.take(byteCount - present) else { return false }
        taken.add(byteCount - present, ordering: .relaxed)
        return true
    }
}
