// layerverify: low priority for background work.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc

/// The priority of background work.
package enum BackgroundPriority {
    /// Gives the calling thread the lowest CPU priority, 19, and the idle I/O class, until it ends.
    ///
    /// Any process may lower its priority; a failure is ignored. The corresponding functions are setpriority and the
    /// system call ioprio_set; on Linux both change a single thread.
    package static func adopt() {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        _ = lv_set_idle_io_class()
    }
}
