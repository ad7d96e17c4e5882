// layerverify: limits of the address space.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The address space of the process, which RLIMIT_AS (`ulimit -v`) may limit.
package enum AddressSpace {
    /// The number of bytes that large allocations leave free: 32 MiB for decoders and for allocations of Swift, which
    /// end the process if there is no memory. It was only tested that this is enough with two jobs.
    private static let reserveByteCount = 32 << 20

    /// Whether `byteCount` bytes and the reserve can be allocated. Always true if the address space is not limited.
    ///
    /// The corresponding C function is mmap; the mapping is removed at once.
    package static func hasRoom(for byteCount: Int) -> Bool {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
            return true
        }
        let length = byteCount + reserveByteCount
        let probe = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let probe, probe != MAP_FAILED else { return false }
        munmap(probe, length)
        return true
    }
}
