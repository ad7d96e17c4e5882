// layerverify: how many files may be open.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The limit of open files. Each folder that holds an image keeps two or three open for the whole run, so that a folder of
/// some hundred images would meet the usual soft limit of 1 024, which is there for programs that use select.
enum FileLimit {
    /// Raises the soft limit to the hard one. That it cannot be raised is no fault: what cannot be opened is reported.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
