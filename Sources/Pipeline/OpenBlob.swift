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
    /// The blobs that are being read, the largest first. Blobs that are read in one action (`smallByteCount`) and blobs of
    /// which nothing is read yet are left out.
    ///
    /// If a blob is read in parts, the bytes up to the end of the part that leads are counted.
    ///
    /// Complexity: linear in the open blobs and parts, of which there are at most `openCountPerJob` per job.
    var openBlobs: [OpenBlob] {
        open.values.filter { $0.role == .leads && $0.settledOffsetBytes > 0 }
            .sorted { $0.slot < $1.slot }
            .map { work in
                // A further part does not count the size of the blob.
                let byteCount = work.key == work.slot ? work.countedByteCount : work.request.expectedByteCount
                return OpenBlob(
                    blob: work.request.blob, doneByteCount: work.settledOffsetBytes,
                    totalByteCount: max(byteCount, work.settledOffsetBytes))
            }
    }
}
