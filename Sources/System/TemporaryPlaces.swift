// layerverify: files that a process must not leave behind.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims

/// Files and folders that exist only while the process runs. A signal that ends the process removes them first; only
/// after SIGKILL do they remain.
///
/// ## Concurrency
/// All functions may be called from any thread.
package enum TemporaryPlaces {
    /// The slots under which the signal handlers know the paths.
    private static let slots = Locked<[String: Int32]>([:])

    /// Registers a file or folder that was just created. At most 16 are registered at a time; further ones are ignored.
    package static func add(_ path: String) {
        slots.withLock { slots in
            let slot = lv_note_place(path)
            if slot >= 0 { slots[path] = slot }
        }
    }

    /// Unregisters a file or folder that was removed, or that must remain.
    package static func forget(_ path: String) {
        slots.withLock { slots in
            if let slot = slots.removeValue(forKey: path) { lv_forget_place(slot) }
        }
    }
}
