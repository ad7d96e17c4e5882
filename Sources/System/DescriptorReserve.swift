// layerverify: file descriptors that are kept free.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage
internal import Synchronization

/// The last descriptors that a process may open, which are kept free.
///
/// A run opens further files at the end: the folder of its report and possibly the configuration of OpenSSL. So reading
/// an image with too many files fails with "too many open files" a little before the limit.
package enum DescriptorReserve {
    /// The number of descriptors kept free: one for a report and one for a library.
    package static let count: Int32 = 2

    /// The soft limit of open files when it was last read; it may be raised at any time.
    private static let knownLimit = Atomic<Int32>(0)

    /// Calls a system function that returns a descriptor, and rejects the descriptor if it is one of the last.
    ///
    /// Throws: the function's `Errno`; `.tooManyOpenFiles` for one of the last descriptors.
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
