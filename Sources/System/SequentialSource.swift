// layerverify: bytes that arrive in order and once.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

/// Bytes that are read from the first to the last, and only once; their number need not be known.
///
/// A source is used from one thread at a time. A read may wait for bytes, so it belongs on a thread that nothing else waits
/// for but the reader of this source.
package protocol SequentialSource: AnyObject {
    /// Fills `buffer` with the next bytes.
    ///
    /// Returns: the number of bytes, less than the size of the buffer only at the end, and 0 from then on.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int
}

/// Why a source stopped before its end.
package enum SourceFault: Error, Hashable, Sendable {
    case failed(Errno)
    /// The file changed while it was read.
    case changed
    /// The run was interrupted.
    case cancelled
    /// A decoder stopped at one of its limits; see `DecodedStream.ending`.
    case stopped
}

/// A source whose bytes are decoded from those of another one.
package protocol DecodedStream: SequentialSource {
    /// How the compressed stream ended; nil while there is more to read.
    var ending: StreamEnding? { get }
    /// The number of compressed bytes so far.
    var compressedByteCount: UInt64 { get }
}

/// Computes the facts of blobs whose bytes arrive in order, one blob at a time.
package protocol StreamedBlobReader: AnyObject {
    /// Begins a blob.
    ///
    /// - Parameters:
    ///   - algorithms: the digests to compute, of the bytes as they are and of what they decode to.
    ///   - byteCount: the size of the blob; nil if it is not known.
    func begin(_ algorithms: [DigestAlgorithm], byteCount: UInt64?)

    /// Takes the next bytes of the blob.
    func take(_ bytes: RawSpan)

    /// Ends the blob. Returns: its facts.
    func finish(_ reading: ReadEnding) -> BlobFacts
}

/// A file, read from its beginning to its end.
package final class FileSource: SequentialSource {
    private let file: any BlobReader
    private let isCancelled: () -> Bool
    private var offsetBytes: UInt64 = 0

    /// - Parameter isCancelled: called before each read.
    package init(_ file: any BlobReader, isCancelled: @escaping () -> Bool) {
        self.file = file
        self.isCancelled = isCancelled
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        guard !isCancelled() else { throw .cancelled }
        let count: Int
        do throws(Errno) {
            count = try file.read(into: buffer, at: offsetBytes)
        } catch {
            throw .failed(error)
        }
        offsetBytes += UInt64(byteCount: count)
        if count < buffer.count, offsetBytes < file.byteCount || file.hasChanged { throw .changed }
        return count
    }
}

/// A source whose first bytes were read already.
package final class ResumedSource: SequentialSource {
    private let beginning: [UInt8]
    private var usedByteCount = 0
    private let rest: any SequentialSource

    package init(_ beginning: [UInt8], then rest: any SequentialSource) {
        self.beginning = beginning
        self.rest = rest
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let count = min(buffer.count, beginning.count - usedByteCount)
        if count > 0 {
            // SAFETY: the caller owns the buffer during the call; `count` is within both.
            beginning[usedByteCount..<usedByteCount + count].withUnsafeBytes { buffer.copyMemory(from: $0) }
            usedByteCount += count
        }
        guard count < buffer.count else { return count }
        return count + (try rest.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...])))
    }
}

extension SequentialSource {
    /// The next bytes: `byteCount` of them, fewer only at the end.
    package func next(_ byteCount: Int) throws(SourceFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        // The array's method rethrows errors of any type, so the result is returned from the closure.
        let result = bytes.withUnsafeMutableBytes { buffer in
            // SAFETY: the array owns the buffer during the closure.
            Result { () throws(SourceFault) in try read(into: buffer) }
        }
        bytes.removeLast(byteCount - (try result.get()))
        return bytes
    }
}

extension ReadEnding {
    /// The ending for a fault of a source.
    package init(_ fault: SourceFault, atByte: UInt64) {
        switch fault {
        case .failed(let error): self = .unreadable(errno: error.rawValue, atByte: atByte)
        case .changed: self = .changed
        case .cancelled: self = .cancelled
        case .stopped: self = .unindexed
        }
    }
}
