// layerverify: reading regular files by position.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
package import SystemPackage

/// A regular file that is read by position.
///
/// Reading ends where the file ended when it was opened. `currentIdentity` shows whether it has changed since.
///
/// ## Concurrency
/// Immutable; any number of threads may read at once. Each read has its own position.
package final class PositionedFile: BlobReader {
    private let descriptor: OwnedDescriptor
    package let identity: FileIdentity

    package var byteCount: UInt64 { identity.byteCount }

    /// The size from which files are announced to the kernel as read sequentially, which doubles its read-ahead. Not
    /// measured: smaller files are complete after a few reads with the usual read-ahead of 128 KiB.
    private static let sequentialByteCount: UInt64 = 1 << 20

    /// Opens a file that the user named. Links are followed wherever they lead.
    ///
    /// Throws: `.wrongKind` if it is not a regular file, which is not opened then; `.missing`, `.failed` or `.changed`.
    package convenience init(path: String) throws(LookupFault) { try self.init(GivenPath(path)) }

    /// Opens a file that the user named, by a path that need not be UTF-8.
    ///
    /// Throws: like `init(path:)`.
    package convenience init(_ path: GivenPath) throws(LookupFault) {
        // The kind is checked first, because opening a FIFO or a device has side effects.
        let kind = try LookupFault.translating { () throws(Errno) in
            try path.open(flags: pathOnly).status().kind
        }
        guard kind == .regular else { throw .wrongKind(kind) }
        let descriptor = try LookupFault.opening { () throws(Errno) in
            try path.open(flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        }
        try self.init(descriptor)
    }

    /// Opens a file that a walk found.
    convenience init(_ found: FoundFile) throws(LookupFault) {
        guard found.kind == .regular else { throw .wrongKind(found.kind) }
        // The name may refer to a FIFO or a link by now: opening the former does not block, and the latter is not
        // followed.
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
            // Files of /proc and similar have content but no size, so their end is unknown.
            let hasContent = try LookupFault.opening { () throws(Errno) in
                var byte: UInt8 = 0
                return try retryingInterrupts { pread(descriptor.rawValue, &byte, 1, 0) } > 0
            }
            guard !hasContent else { throw .changed }
        }
        if status.identity.byteCount >= Self.sequentialByteCount {
            // Only a hint; a failure changes no result.
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
            let position = off_t(offsetBytes + UInt64(byteCount: count))
            let readCount = try retryingInterrupts {
                pread(descriptor.rawValue, room.baseAddress, room.count, position)
            }
            // The file has become shorter.
            guard readCount > 0 else { break }
            count += readCount
        }
        return count
    }
}

/// A range of a file, which shares the file's descriptor: an entry of an archive.
///
/// ## Concurrency
/// Immutable, like the file.
package final class FileRange: BlobReader {
    private let file: any BlobReader
    private let offsetBytes: UInt64
    package let byteCount: UInt64

    /// True if the file ends before the range does; `byteCount` is the number of bytes that exist then.
    package let isCutOff: Bool

    /// Makes the range of `byteCount` bytes from `offsetBytes` on, or of the bytes that exist.
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
