// layerverify: room for what cannot fail in good order.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The address space of the process, which RLIMIT_AS (`ulimit -v`) may bound.
package enum AddressSpace {
    /// What is left free by everything large that is allocated here: 32 MiB for decoders and for what Swift allocates, which
    /// ends the process where it gets no memory. Not measured beyond that it is enough with two jobs.
    private static let reserveByteCount = 32 << 20

    /// Whether so many bytes can be had, and the reserve besides. Always true where nothing bounds the address space.
    ///
    /// The corresponding C function is mmap, whose result is given back at once.
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
