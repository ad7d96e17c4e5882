// layerverify: file descriptors that are left for others.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage
internal import Synchronization

/// The last descriptors a process may have, which nothing here takes.
///
/// A run opens files of its own at the end: the folder of its report, and the configuration of OpenSSL where that is read
/// late. So an image that wants more files than there are gets "too many open files" a little early.
package enum DescriptorReserve {
    /// Descriptors left free: one each for a report and for a library.
    package static let count: Int32 = 2

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
