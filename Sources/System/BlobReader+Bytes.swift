// layerverify: reading small parts of blobs into memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

extension BlobReader {
    /// Reads up to `byteCount` bytes from `offsetBytes` on, fewer only at the end of the blob. It is meant for headers
    /// and documents, whose size is limited.
    ///
    /// Throws: `.failed` with the `Errno` of pread; `.changed` if the file has become shorter since it was opened.
    package func bytes(at offsetBytes: UInt64, upTo byteCount: Int) throws(ReadFault) -> [UInt8] {
        // Allocates no more than the blob has left, whatever size a header claims.
        let available = self.byteCount - min(offsetBytes, self.byteCount)
        var bytes = [UInt8](repeating: 0, count: ByteMath.clamp(available, to: byteCount))
        // The array's method rethrows errors of any type, so the result is returned from the closure.
        let result = bytes.withUnsafeMutableBytes { buffer in
            // SAFETY: the array owns the buffer during the closure.
            Result { () throws(Errno) in try read(into: buffer, at: offsetBytes) }
        }
        switch result {
        case .success(bytes.count): return bytes
        case .success: throw .changed
        case .failure(let error): throw .failed(error)
        }
    }
}

/// Why bytes that a file had when it was opened could not be read.
package enum ReadFault: Error, Hashable, Sendable {
    case failed(Errno)
    /// The file has become shorter.
    case changed
}

extension ReadEnding {
    /// The ending for a fault at a byte offset.
    package init(_ fault: ReadFault, atByte: UInt64) {
        switch fault {
        case .failed(let error): self = .unreadable(errno: error.rawValue, atByte: atByte)
        case .changed: self = .changed
        }
    }
}
