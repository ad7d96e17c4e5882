// layerverify: the bytes of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The bytes of an archive, read from its beginning to its end.
///
/// Units: offsets are bytes from the beginning of the archive. A caller never asks for an offset before one that it asked
/// for or moved to earlier.
package protocol TarInput: AnyObject {
    /// The bytes from an offset on: `byteCount` of them, fewer only at the end of the archive.
    func bytes(at offset: UInt64, upTo byteCount: Int) throws(TarFault) -> ArraySlice<UInt8>

    /// Moves to an offset. An input that has to read the bytes before it passes them to `content` in order, in pieces of any
    /// length; another one skips them.
    ///
    /// Returns: the offset, or the length of the archive if that is less.
    func move(to offset: UInt64, content: ((RawSpan) -> Void)?) throws(TarFault) -> UInt64

    /// Called after the last byte was read.
    ///
    /// Throws: `.changed` if the archive changed while it was read.
    func finish() throws(TarFault)
}

/// Why bytes of an archive could not be read.
package enum TarFault: Error, Hashable, Sendable {
    /// The system refused; with the error number.
    case failed(errno: Int32)
    /// The archive became shorter, or was written to.
    case changed
    /// The bytes come from a source that stopped before its end and reports the reason itself.
    case stopped
}

/// Receives the content of regular files while an archive that cannot be read twice goes by.
package protocol TarContentReader: AnyObject {
    /// Begins a file, which is the entry with this place in the index.
    func begin(_ entry: TarEntry, place: Int)

    /// Takes the next bytes of the file.
    func take(_ bytes: RawSpan)

    /// Ends the file.
    func end(_ ending: TarContentEnding)
}

/// How the content of a file in an archive ended.
package enum TarContentEnding: Hashable, Sendable {
    /// All bytes were passed.
    case complete
    /// The archive ends within the file.
    case cutOff
    case unreadable(TarFault)
}

/// An archive that is read by position: content is skipped.
package final class TarFileInput: TarInput {
    /// Reads bytes by position: the offset and the number of bytes, which are within the archive.
    package typealias Read = (UInt64, Int) throws(TarFault) -> [UInt8]

    private let byteCount: UInt64
    private let read: Read
    private let hasChanged: () -> Bool
    /// Part of the archive, read ahead: the headers of small entries are close together.
    private var window: [UInt8] = []
    private var windowOffset: UInt64 = 0

    /// Not measured: one page, which costs no more to read than a header.
    private static let windowByteCount = 4096

    /// - Parameters:
    ///   - byteCount: the length of the archive.
    ///   - read: reads bytes by position.
    ///   - hasChanged: whether the archive changed since it was opened.
    package init(byteCount: UInt64, hasChanged: @escaping () -> Bool = { false }, read: @escaping Read) {
        self.byteCount = byteCount
        self.read = read
        self.hasChanged = hasChanged
    }

    package func bytes(at offset: UInt64, upTo wanted: Int) throws(TarFault) -> ArraySlice<UInt8> {
        let left = byteCount - min(offset, byteCount)
        let count = left < UInt64(wanted) ? Int(left) : wanted
        guard count > 0 else { return [] }
        if offset < windowOffset || offset + UInt64(count) > windowOffset + UInt64(window.count) {
            window = try read(
                offset, left < UInt64(Self.windowByteCount) ? Int(left) : max(count, Self.windowByteCount))
            windowOffset = offset
            // The file has become shorter.
            guard window.count >= count else { throw .changed }
        }
        let start = Int(offset - windowOffset)
        return window[start..<start + count]
    }

    package func move(to offset: UInt64, content: ((RawSpan) -> Void)?) throws(TarFault) -> UInt64 {
        min(offset, byteCount)
    }

    package func finish() throws(TarFault) { if hasChanged() { throw .changed } }
}

/// An archive that goes by once: content is passed on.
package final class TarStreamInput: TarInput {
    /// Fills a buffer with the next bytes of the archive. Returns: their number, zero only at the end.
    package typealias Read = (UnsafeMutableRawBufferPointer) throws(TarFault) -> Int

    private let read: Read
    /// The bytes that were read and not passed: those from `start` to `end`.
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    /// The offset in the archive of the byte at `start`.
    private var offset: UInt64 = 0
    private var isAtEnd = false

    /// - Parameters:
    ///   - bufferByteCount: the number of bytes that are read at once; grows if the archive has a longer extended header.
    ///   - read: reads the next bytes.
    package init(bufferByteCount: Int = 128 << 10, read: @escaping Read) {
        precondition(bufferByteCount > 0, "a buffer has room")
        buffer = Array(repeating: 0, count: bufferByteCount)
        self.read = read
    }

    package func bytes(at offset: UInt64, upTo wanted: Int) throws(TarFault) -> ArraySlice<UInt8> {
        guard try move(to: offset, content: nil) == offset else { return [] }
        while end - start < wanted, !isAtEnd { try fill(wanted) }
        return buffer[start..<min(start + wanted, end)]
    }

    package func move(to target: UInt64, content: ((RawSpan) -> Void)?) throws(TarFault) -> UInt64 {
        precondition(target >= offset, "an archive goes by once")
        while offset < target {
            if start == end {
                guard !isAtEnd else { break }
                try fill(1)
                continue
            }
            let left = target - offset
            let count = left < UInt64(end - start) ? Int(left) : end - start
            if let content { content(buffer[start..<start + count].span.bytes) }
            start += count
            offset += UInt64(count)
        }
        return offset
    }

    package func finish() throws(TarFault) {}

    /// Reads more bytes into the buffer, which gets room for `wanted` of them.
    private func fill(_ wanted: Int) throws(TarFault) {
        if start > 0 {
            if start < end { buffer.replaceSubrange(0..<end - start, with: Array(buffer[start..<end])) }
            (start, end) = (0, end - start)
        }
        if wanted > buffer.count { buffer.append(contentsOf: repeatElement(0, count: wanted - buffer.count)) }
        let (end, read) = (end, read)
        // The array's method rethrows errors of any type, so the result is returned from the closure.
        let result = buffer.withUnsafeMutableBytes { room in
            // SAFETY: the array owns the buffer during the closure.
            Result { () throws(TarFault) in try read(UnsafeMutableRawBufferPointer(rebasing: room[end...])) }
        }
        let count = try result.get()
        precondition(0...(buffer.count - end) ~= count, "a source fills the room that it was given")
        self.end += count
        isAtEnd = count == 0
    }
}
