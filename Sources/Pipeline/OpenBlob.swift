// layerverify: the blobs that a pipeline is reading.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A blob of which a pipeline has read a part.
package struct OpenBlob: Equatable, Sendable {
    package var blob: BlobIndex
    /// The number of stored bytes read so far.
    package var doneByteCount: UInt64
    /// The number of stored bytes to read: the size of the file, or the expected size while the file is not open.
    package var totalByteCount: UInt64
}

extension PipelineState {
    /// The blobs that are being read, the largest first. Blobs that are read in one action and blobs of which nothing is
    /// read yet are left out.
    ///
    /// If a blob is read in several chunks, the bytes up to where its head is are counted.
    ///
    /// Complexity: linear in the open chunks, of which there are at most `openCountPerJob` per job.
    var openBlobs: [OpenBlob] {
        open.values.filter { !$0.isAhead && $0.offsetBytes > 0 }
            .sorted { $0.blob.index < $1.blob.index }
            .map { head in
                OpenBlob(
                    blob: head.blob.request.blob, doneByteCount: head.offsetBytes,
                    totalByteCount: max(head.blob.countedByteCount, head.offsetBytes))
            }
    }
}
