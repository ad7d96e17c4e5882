// layerverify: regular files, read by position.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
package import SystemPackage

/// A regular file, read by position.
///
/// Reading ends where the file ended when it was opened. Whether it has changed since, `currentIdentity` tells.
///
/// ## Concurrency
/// Immutable; any number of threads may read at once. Each read names its position, so they share none.
package final class PositionedFile: BlobReader {
    private let descriptor: OwnedDescriptor
    package let identity: FileIdentity

    package var byteCount: UInt64 { identity.byteCount }

    /// Files of at least this size are announced to the kernel as read from front to back, which doubles its read-ahead.
    /// Not measured: below it the usual read-ahead of 128 KiB has the file after a few reads anyway.
    private static let sequentialByteCount: UInt64 = 1 << 20

    /// Opens a file that the user named; links are followed, wherever they lead.
    ///
    /// Throws: `.wrongKind` of anything but a regular file, which is not opened; `.missing`, `.failed` or `.changed`.
    package convenience init(path: String) throws(LookupFault) {
        // What lies there is looked at first: to open a FIFO or a device is to do something to it.
        let kind = try LookupFault.translating { () throws(Errno) in
            try OwnedDescriptor.open(path, flags: pathOnly).status().kind
        }
        guard kind == .regular else { throw .wrongKind(kind) }
        let descriptor = try LookupFault.opening { () throws(Errno) in
            try OwnedDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        }
        try self.init(descriptor)
    }

    /// The size of a regular file that the user named; nil of anything else, or if it cannot be told.
    ///
    /// The corresponding C function is stat.
    package static func byteCount(ofFile path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(max(0, status.st_size))
    }

    /// Opens what a walk has found.
    convenience init(_ found: FoundFile) throws(LookupFault) {
        guard found.kind == .regular else { throw .wrongKind(found.kind) }
        // The name may have become a FIFO or a link since: the one does not block, the other is not followed.
        let descriptor = try LookupFault.opening { () throws(Errno) in
            try found.folder.open(found.name, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        }
        try self.init(descriptor)
    }

    init(_ descriptor: OwnedDescriptor) throws(LookupFault) {
        let status = try LookupFault.opening { () throws(Errno) in try descriptor.status() }
        guard status.kind == .regular else { throw .wrongKind(status.kind) }
        self.descriptor = descriptor
        identity = status.identity
        if status.identity.byteCount == 0 {
            // Files of /proc and the like have content and no size: where they end is not known.
            let hasContent = try LookupFault.opening { () throws(Errno) in
                var byte: UInt8 = 0
                return try retryingInterrupts { pread(descriptor.rawValue, &byte, 1, 0) } > 0
            }
            guard !hasContent else { throw .changed }
        }
        if status.identity.byteCount >= Self.sequentialByteCount {
            // Advice; that it is not taken changes no result.
            _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_SEQUENTIAL)
        }
    }

    package func currentIdentity() throws(Errno) -> FileIdentity {
        try descriptor.status().identity
    }

    /// The corresponding C function is posix_fadvise.
    package func announce(byteCount: Int, at offsetBytes: UInt64) {
        guard offsetBytes < self.byteCount else { return }
        _ = posix_fadvise(descriptor.rawValue, off_t(offsetBytes), off_t(byteCount), POSIX_FADV_WILLNEED)
    }

    /// The corresponding C function is pread.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let wanted = ByteMath.clamp(byteCount - offsetBytes, to: buffer.count)
        var count = 0
        while count < wanted {
            // SAFETY: the caller owns the buffer during the call; wanted is at most its size.
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<wanted])
            let position = off_t(offsetBytes + ByteMath.fileSize(count))
            let readCount = try retryingInterrupts {
                pread(descriptor.rawValue, room.baseAddress, room.count, position)
            }
            // The file has become shorter than it was.
            guard readCount > 0 else { break }
            count += readCount
        }
        return count
    }
}

/// A part of a file, which shares the file's descriptor: an entry of an archive.
///
/// ## Concurrency
/// Immutable, like the file.
package final class FileRange: BlobReader {
    private let file: any BlobReader
    private let offsetBytes: UInt64
    package let byteCount: UInt64

    /// True if the file ends before the range does; `byteCount` then counts what is there.
    package let isCutOff: Bool

    /// Takes the part of a file from `offsetBytes` on that is `byteCount` bytes long, or as long as the file goes.
    package init(of file: any BlobReader, offsetBytes: UInt64, byteCount: UInt64) {
        self.file = file
        self.offsetBytes = offsetBytes
        let availableByteCount = file.byteCount - min(file.byteCount, offsetBytes)
        self.byteCount = min(byteCount, availableByteCount)
        isCutOff = byteCount > availableByteCount
    }

    /// The identity of the whole file.
    package var identity: FileIdentity { file.identity }

    package func currentIdentity() throws(Errno) -> FileIdentity { try file.currentIdentity() }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let wanted = ByteMath.clamp(byteCount - offsetBytes, to: buffer.count)
        // SAFETY: the caller owns the buffer during the call; wanted is at most its size.
        return try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: self.offsetBytes + offsetBytes)
    }

    package func announce(byteCount: Int, at offsetBytes: UInt64) {
        guard offsetBytes < self.byteCount else { return }
        let announced = ByteMath.clamp(self.byteCount - offsetBytes, to: byteCount)
        file.announce(byteCount: announced, at: self.offsetBytes + offsetBytes)
    }
}
