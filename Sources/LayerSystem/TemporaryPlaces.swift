// layerverify: what a process must not leave behind.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims

/// Files and folders that are there only while the process runs. A signal that ends the process removes them first; only
/// SIGKILL leaves them.
///
/// ## Concurrency
/// Any thread may call anything.
package enum TemporaryPlaces {
    /// The slots of the places that the signal handlers know.
    private static let slots = Locked<[String: Int32]>([:])

    /// Notes a place that was made just now. No more than 16 at a time are known.
    package static func add(_ path: String) {
        slots.withLock { slots in
            let slot = lv_note_place(path)
            if slot >= 0 { slots[path] = slot }
        }
    }

    /// The place is gone, or is to stay.
    package static func forget(_ path: String) {
        slots.withLock { slots in
            if let slot = slots.removeValue(forKey: path) { lv_forget_place(slot) }
        }
    }
}
