// layerverify: owned file descriptors.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
import SystemPackage

/// A file descriptor that is closed when no reference to it is left.
///
/// ## Concurrency
/// The number never changes; the kernel guards the rest. A user of the descriptor keeps a reference to it, so that it
/// is not closed, and its number not reused, during a system call.
final class OwnedDescriptor: Sendable {
    let rawValue: Int32

    private init(owning rawValue: Int32) { self.rawValue = rawValue }

    deinit { close(rawValue) }

    /// Opens a path; links are followed unless `flags` forbid it. The corresponding C function is open.
    static func open(_ path: String, flags: Int32) throws(Errno) -> OwnedDescriptor {
        try openAt(AT_FDCWD, path, flags)
    }

    /// Opens a path whose bytes need not be UTF-8.
    static func open(_ path: FilePath, flags: Int32) throws(Errno) -> OwnedDescriptor {
        let number = try DescriptorReserve.sparing {
            path.withPlatformString { openat(AT_FDCWD, $0, flags | O_CLOEXEC) }
        }
        return OwnedDescriptor(owning: number)
    }

    /// Opens one component below this folder. The corresponding C function is openat.
    func open(_ component: String, flags: Int32) throws(Errno) -> OwnedDescriptor {
        try Self.openAt(rawValue, component, flags)
    }

    /// Opens one component whose name is not valid text. The name must not contain NUL. The corresponding C function is
    /// openat.
    func open(rawComponent: [UInt8], flags: Int32) throws(Errno) -> OwnedDescriptor {
        let name = rawComponent.map { CChar(bitPattern: $0) } + [0]
        return OwnedDescriptor(owning: try DescriptorReserve.sparing { openat(rawValue, name, flags | O_CLOEXEC) })
    }

    private static func openAt(_ folder: Int32, _ path: String, _ flags: Int32) throws(Errno) -> OwnedDescriptor {
        // A NUL would end the path early, and another file would be opened.
        guard !path.utf8.contains(0) else { throw .noSuchFileOrDirectory }
        return OwnedDescriptor(owning: try DescriptorReserve.sparing { openat(folder, path, flags | O_CLOEXEC) })
    }

    /// A copy of a descriptor that something else owns, such as standard input. The corresponding C function is fcntl.
    static func copy(of descriptor: Int32) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(owning: try DescriptorReserve.sparing { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) })
    }

    /// The status of the file. The corresponding C function is fstat.
    func status() throws(Errno) -> FileStatus {
        var status = stat()
        try retryingInterrupts { fstat(rawValue, &status) }
        return FileStatus(status)
    }

    /// The status of one component below this folder; links are not followed. The corresponding C function is fstatat.
    func status(of component: String) throws(Errno) -> FileStatus {
        guard !component.utf8.contains(0) else { throw .noSuchFileOrDirectory }
        var status = stat()
        try retryingInterrupts { fstatat(rawValue, component, &status, AT_SYMLINK_NOFOLLOW) }
        return FileStatus(status)
    }

    /// The target of a symbolic link below this folder. The corresponding C function is readlinkat.
    func linkTarget(of component: String) throws(Errno) -> String {
        guard !component.utf8.contains(0) else { throw .noSuchFileOrDirectory }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try retryingInterrupts { readlinkat(rawValue, component, &buffer, buffer.count) }
        return String(decoding: buffer[..<count].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// The fields of stat that are used.
struct FileStatus {
    let kind: FileKind
    let identity: FileIdentity

    init(_ status: stat) {
        kind = FileKind(mode: status.st_mode)
        identity = FileIdentity(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
            byteCount: UInt64(clamping: status.st_size),
            modificationNanoseconds: Self.nanoseconds(status.st_mtim),
            changeNanoseconds: Self.nanoseconds(status.st_ctim))
    }

    /// The time in nanoseconds. The arithmetic wraps because some file systems store any 64-bit number of seconds, and
    /// only changes matter.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

extension FileKind {
    /// The kind of file in `st_mode`.
    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFCHR: .characterDevice
            case S_IFBLK: .blockDevice
            default: .other
            }
    }
}

/// Repeats a system call as long as a signal interrupts it.
///
/// Throws: the `Errno` of any other failure.
@discardableResult
func retryingInterrupts<Value: FixedWidthInteger>(_ call: () -> Value) throws(Errno) -> Value {
    while true {
        let result = call()
        if result != -1 { return result }
        let error = Errno(rawValue: errno)
        guard error == .interrupted else { throw error }
    }
}
