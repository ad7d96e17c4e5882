// layerverify: the file system of a directory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLayerShims
import SystemPackage

extension DirectoryRoot {
    /// True if the directory is on a file system in which the kernel shows its own state, such as /proc and /sys. No
    /// image is stored there, and reading some of its files blocks or has side effects.
    ///
    /// The corresponding C function is fstatfs. Source: statfs(2), linux/magic.h.
    package var isOfKernel: Bool { Self.isOfKernel(descriptor) }

    static func isOfKernel(_ descriptor: OwnedDescriptor) -> Bool {
        kernelFileSystems.contains(lv_file_system_type(descriptor.rawValue))
    }

    /// The device number of the file system that the directory is on.
    ///
    /// Throws: the `Errno` of fstat.
    package var device: UInt64 {
        get throws(Errno) { try descriptor.status().identity.device }
    }

    /// Whether the directory is on another file system than that with a device number.
    ///
    /// Throws: `.failed` if the system does not tell.
    package func isElsewhere(than device: UInt64) throws(LookupFault) -> Bool {
        try LookupFault.opening { () throws(Errno) in try self.device } != device
    }

    /// proc, sysfs, debugfs, tracefs, securityfs, cgroup, cgroup2, devpts, bpf, pstore, efivarfs, mqueue, binfmt_misc, configfs,
    /// selinuxfs, fusectl, nsfs.
    private static let kernelFileSystems: Set<UInt32> = [
        0x9fa0, 0x6265_6572, 0x6462_6720, 0x7472_6163, 0x7363_6673, 0x27_e0eb, 0x6367_7270, 0x1cd1, 0xcafe_4a11,
        0x6165_676c, 0xde5e_81e4, 0x1980_0202, 0x4249_4e4d, 0x6265_6570, 0xf97c_ff8c, 0x6573_5543, 0x6e73_6673,
    ]
}
