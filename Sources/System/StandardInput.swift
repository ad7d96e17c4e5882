// layerverify: standard input.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
import SystemPackage

/// The standard input of the process.
package enum StandardInput {
    /// A regular file at its beginning, which can be read by position.
    case file(PositionedFile)
    /// Anything else: a pipe, a socket, a device, or a file of which a part was read.
    case stream(any SequentialSource)

    /// Opens standard input.
    ///
    /// - Parameters:
    ///   - isCancelled: called at least ten times per second while nothing arrives.
    ///
    /// Throws: the reason why it cannot be read; `.failed(.isDirectory)` for a folder.
    package static func open(isCancelled: @escaping () -> Bool) throws(LookupFault) -> StandardInput {
        let (descriptor, status) = try LookupFault.translating { () throws(Errno) in
            let descriptor = try OwnedDescriptor.copy(of: STDIN_FILENO)
            return (descriptor, try descriptor.status())
        }
        switch status.kind {
        case .directory: throw .failed(.isDirectory)
        case .regular where lseek(descriptor.rawValue, 0, SEEK_CUR) == 0: return .file(try PositionedFile(descriptor))
        default: return .stream(PipeSource(descriptor, isCancelled: isCancelled))
        }
    }

    /// True if a path is another name of standard input, and that is a pipe or a socket.
    package static func isPipe(_ path: String) -> Bool {
        guard ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path) else { return false }
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        return [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }
}

/// The bytes of a pipe or the like.
final class PipeSource: SequentialSource {
    private let descriptor: OwnedDescriptor
    private let isCancelled: () -> Bool

    /// How long one wait for bytes lasts.
    private static let waitMilliseconds: Int32 = 100

    init(_ descriptor: OwnedDescriptor, isCancelled: @escaping () -> Bool) {
        self.descriptor = descriptor
        self.isCancelled = isCancelled
    }

    /// The corresponding C functions are poll and read.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        var count = 0
        while count < buffer.count {
            guard !isCancelled() else { throw .cancelled }
            var poller = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            // A signal ends the wait, and nothing has arrived then.
            let readyCount = poll(&poller, 1, Self.waitMilliseconds)
            guard readyCount >= 0 || errno == EINTR else { throw .failed(Errno(rawValue: errno)) }
            guard readyCount > 0 else { continue }
            // SAFETY: the caller owns the buffer during the call; `count` is less than its size.
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let readCount = Glibc.read(descriptor.rawValue, room.baseAddress, room.count)
            if readCount < 0 {
                let error = Errno(rawValue: errno)
                // Another process may have made the pipe non-blocking.
                guard error == .interrupted || error == .resourceTemporarilyUnavailable else { throw .failed(error) }
                continue
            }
            guard readCount > 0 else {
                // What ends this program may also have ended the writer: the input is not cut off then.
                guard !isCancelled() else { throw .cancelled }
                break
            }
            count += readCount
        }
        return count
    }
}
