// layerverify: small parts of blobs, read into memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
package import SystemPackage

extension BlobReader {
    /// Reads up to `byteCount` bytes from `offsetBytes` on, as many as there are; for headers and documents, whose size
    /// is bounded.
    ///
    /// Throws: the `Errno` of pread.
    package func bytes(at offsetBytes: UInt64, upTo byteCount: Int) throws(Errno) -> [UInt8] {
        // No more memory than there are bytes, whatever a header claims.
        let available = self.byteCount - min(offsetBytes, self.byteCount)
        var bytes = [UInt8](repeating: 0, count: ByteMath.clamp(available, to: byteCount))
        // The array's own call rethrows errors of any type, so the result is carried out of it.
        let result = bytes.withUnsafeMutableBytes { buffer in
            // SAFETY: the array owns the buffer during the closure.
            Result { () throws(Errno) in try read(into: buffer, at: offsetBytes) }
        }
        bytes.removeLast(bytes.count - (try result.get()))
        return bytes
    }
}
