// layerverify: how the scheduler records facts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension PipelineState {
    /// Records that no blob can be read, for a run that lacks resources of its own.
    ///
    /// Returns: the facts, like `allFacts`.
    mutating func facts(unreadable errno: Int32) -> [BlobFacts] {
        for slot in requests.indices {
            let ending = ReadEnding.unreadable(errno: errno, atByte: 0)
            record(BlobFacts(reading: ending, uncompressed: requests[slot].unread), forSmall: slot)
        }
        return allFacts
    }

    mutating func record(_ facts: BlobFacts, for work: BlobWork) {
        self.facts[work.slot] = facts
        recordedCount += 1
        progress.doneBlobCount += 1
        // No more bytes will come of a blob that is missing or could not be read to its end.
        count(facts.byteCount, for: work)
    }

    /// Records the facts of a small blob.
    mutating func record(_ facts: BlobFacts, forSmall slot: Int) {
        self.facts[slot] = facts
        recordedCount += 1
        progress.doneBlobCount += 1
        progress.doneByteCount &+= facts.byteCount
        progress.totalByteCount &+= facts.byteCount &- requests[slot].expectedByteCount
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
