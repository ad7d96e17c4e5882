// layerverify: the search for further chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The search for boundaries at which blobs may be cut.
struct SplitState {
    /// The last chunks of open blobs in which further ones may be found, and some in which none will be.
    var candidates: [ScheduledChunk] = []
    /// The number of chunks that workers are looking for.
    var wantedCount = 0
    /// The number of further chunks that were found, and of blobs in which one between members was dropped.
    var foundCount = 0
    var misleadingCount = 0
    /// Those of the chunks that begin inside a member.
    var cuts = CutCounts()
    /// The blobs whose head has stopped where the next chunk begins.
    var joinable: [Blob] = []
    /// The blobs of which a chunk inside a member was dropped in this transition, for the trace.
    var dropped: [BlobIndex] = []

    /// The number of blocks per job that chunks may fill before they are the head of their blob: how far decoding may
    /// be ahead of the digests.
    static let keptBlockCountPerJob = 14

    /// The same if members are cut, in all and for each job: what two followers for each worker decode 1 to 2 MiB to.
    static let cutKeptBlockCount = 64
    static let cutKeptBlockCountPerJob = 48

    /// The number of jobs beyond which no more blocks are kept and no more chunks are made: the digest of one blob is
    /// computed in order, and a few decoders keep it busy.
    static let helpfulJobCount = 8

    /// The number of streams that a worker decodes in lockstep, if some are in two planes: four of them take more cache than
    /// there is. And the number of chunks open for each worker, so that two are ready while another waits for memory or is
    /// joined: with 2 instead of 3, one layer takes 1.04 times the CPU time with two workers.
    static let laneCountPerJob = 2
    static let cutCountPerJob = 3
    /// One blob is never cut into more chunks than keep its digest busy.
    static let maximumCutCount = 8

    /// The kept bytes per compressed byte of a chunk: the byte itself and what most layers decode it to.
    static let keptByteCountPerByte: UInt64 = 4

    mutating func add(_ entry: ScheduledChunk) {
        if !candidates.contains(where: { $0 === entry }) { candidates.append(entry) }
    }

    mutating func remove(_ entry: ScheduledChunk) { candidates.removeAll { $0 === entry } }
}
