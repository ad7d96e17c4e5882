// layerverify: file descriptors that are left for others.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage
internal import Synchronization

/// The last descriptors a process may have, which nothing here takes.
///
/// Dispatch opens files whenever it needs them: an epoll, an eventfd, signalfds and timerfds on first use, and each second
/// the state of its threads below `/proc`. Where it gets none it ends the process. So an image that wants more files
/// than there are gets "too many open files" a little early.
package enum DescriptorReserve {
    /// Descriptors left free: seven for events (epoll, eventfd, three signalfds, two timerfds), and one each for the
    /// state of a thread and for a report.
    package static let count: Int32 = 9

    /// The soft limit of open files when it was last looked at; it may be raised meanwhile.
    private static let knownLimit = Atomic<Int32>(0)

    /// Takes the descriptor that a system function gives, unless it is one of the last.
    ///
    /// Throws: the function's `Errno`; `.tooManyOpenFiles` for one of the last.
    static func sparing(_ call: () -> Int32) throws(Errno) -> Int32 {
        let descriptor = try retryingInterrupts(call)
        if descriptor < knownLimit.load(ordering: .relaxed) - count { return descriptor }
        let limit = currentLimit()
        knownLimit.store(limit, ordering: .relaxed)
        if descriptor < limit - count { return descriptor }
        close(descriptor)
        throw .tooManyOpenFiles
    }

    private static func currentLimit() -> Int32 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int32(clamping: limit.rlim_cur)
    }
}
