// layerverify: how the scheduler records facts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension PipelineState {
    mutating func record(_ facts: BlobFacts, for work: BlobWork) {
        misleadingSlots.remove(work.slot)
        recordedCount += 1
        progress.doneBlobCount += 1
        // No more bytes will come of a blob that is missing or could not be read to its end.
        count(facts.byteCount, for: work)
    }

    /// Records the facts of a blob that was not read block by block.
    mutating func recordUnread(_ request: BlobRequest, _ facts: BlobFacts) {
        recordedCount += 1
        progress.doneBlobCount += 1
        progress.doneByteCount &+= facts.byteCount
        progress.totalByteCount &+= facts.byteCount &- request.expectedByteCount
        progress.uncompressedByteCount &+= facts.uncompressed?.byteCount ?? 0
    }

    /// Corrects the size of a blob to that of its file.
    mutating func noteOpened(_ work: BlobWork, byteCount: UInt64) {
        count(byteCount, for: work)
        work.remainingByteCount = byteCount
    }

    private mutating func count(_ byteCount: UInt64, for work: BlobWork) {
        progress.totalByteCount &+= byteCount &- work.countedByteCount
        work.countedByteCount = byteCount
    }
}
