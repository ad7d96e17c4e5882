// layerverify: how the scheduler records facts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension PipelineState {
    /// Records the facts of a blob that was read in chunks.
    mutating func record(_ facts: BlobFacts, for blob: Blob) {
        status.recordedCount += 1
        progress.doneBlobCount += 1
        // No more bytes will come of a blob that is missing or could not be read to its end.
        count(facts.byteCount, for: blob)
    }

    /// Records the facts of a blob that was not read in chunks.
    mutating func record(_ facts: BlobFacts, of request: BlobRequest) {
        status.recordedCount += 1
        progress.doneBlobCount += 1
        progress.doneByteCount &+= facts.byteCount
        progress.totalByteCount &+= facts.byteCount &- request.expectedByteCount
        progress.uncompressedByteCount &+= facts.uncompressed?.byteCount ?? 0
    }

    /// Corrects the number of bytes that a blob contributes to the total.
    mutating func count(_ byteCount: UInt64, for blob: Blob) {
        progress.totalByteCount &+= byteCount &- blob.countedByteCount
        blob.countedByteCount = byteCount
    }
}
