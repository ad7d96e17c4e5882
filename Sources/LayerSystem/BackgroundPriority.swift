// layerverify: making room for others.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc

/// The priority of work that is not to be noticed.
package enum BackgroundPriority {
    /// Gives the calling thread the lowest CPU priority, 19, and the idle I/O class, for the rest of its life.
    ///
    /// Everyone may lower priorities; that it fails is no fault. The corresponding C functions are setpriority and, of the
    /// system calls, ioprio_set; on Linux both concern a thread.
    package static func adopt() {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        _ = lv_set_idle_io_class()
    }
}
