// layerverify: the memory of the paths of an image store.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Decides which blobs of an image store keep the paths of their layers, for the comparison with other layers.
///
/// These are the first ones in the order of the inventory, as many as fit. So the result does not depend on the order in which
/// blobs are read.
package struct KeptPaths {
    private var kept: [(blob: BlobIndex, byteCount: Int)] = []
    private var byteCount = 0
    /// No blob from this one on keeps its paths.
    private var end = BlobIndex.max
    private let maximumByteCount: Int

    /// - Parameter maximumByteCount: the memory in bytes for the paths of all layers.
    package init(maximumByteCount: Int = 256 << 20) { self.maximumByteCount = maximumByteCount }

    /// Adds the paths of a blob.
    ///
    /// Returns: the blobs whose paths are to be dropped.
    package mutating func add(_ blob: BlobIndex, byteCount added: Int) -> [BlobIndex] {
        guard blob < end else { return [blob] }
        kept.append((blob, added))
        byteCount += added
        guard byteCount > maximumByteCount else { return [] }
        kept.sort { $0.blob < $1.blob }
        var dropped: [BlobIndex] = []
        while byteCount > maximumByteCount, let last = kept.popLast() {
            byteCount -= last.byteCount
            end = last.blob
            dropped.append(last.blob)
        }
        return dropped
    }
}
