// layerverify: the open chunks that can be read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec

/// The open chunks that a worker may continue to read, those with the most bytes left in their blob first.
///
/// Every open chunk for which `isReady` is true is in it, but for chunks that are ahead while too much is kept. While a
/// chunk is here its order does not change, because no lease has it. Chunks may remain here that are no longer ready: one
/// whose blob has many slices waiting now, one that was dropped, and one that a lease has in order to split it.
///
/// Complexity: adding and taking a chunk are logarithmic in the number of chunks.
struct ReadyChunks {
    /// The first group has the chunks that are not open, the second those that are hashed as stored or not begun; each
    /// other group has the streams of one codec.
    private var groups = [Group(codecName: nil), Group(codecName: nil)]
    private(set) var count = 0
    private static let unopened = 0
    private static let plain = 1

    private struct Group {
        let codecName: String?
        var chunks = Heap<Rank>()
    }

    /// The rank of a chunk. Of two chunks with as many bytes left the one of the earlier blob comes first.
    private struct Rank: Comparable {
        let byteCount: UInt64
        let index: Int
        let entry: ScheduledChunk

        init(_ entry: ScheduledChunk, _ chunk: Chunk) {
            byteCount = chunk.input.blobBytesLeft
            index = entry.blob.index
            self.entry = entry
        }

        static func < (one: Rank, other: Rank) -> Bool {
            one.byteCount != other.byteCount ? one.byteCount > other.byteCount : one.index < other.index
        }

        static func == (one: Rank, other: Rank) -> Bool { one.entry === other.entry }
    }

    /// Adds an open chunk, unless it is already here or cannot be read now.
    mutating func add(_ entry: ScheduledChunk) {
        guard !entry.isQueued, entry.isReady, let chunk = entry.chunk else { return }
        entry.isQueued = true
        count += 1
        groups[group(of: chunk)].chunks.add(Rank(entry, chunk))
    }

    /// The chunk with the most bytes left, and its entry. Entries that are no longer ready are removed.
    mutating func first() -> (entry: ScheduledChunk, chunk: Chunk)? {
        guard let entry = firstRank()?.rank.entry, let chunk = entry.chunk else { return nil }
        return (entry, chunk)
    }

    /// Takes the chunk with the most bytes left.
    mutating func takeFirst() -> ScheduledChunk? { firstRank().flatMap { takeNext(from: $0.group) } }

    private mutating func firstRank() -> (group: Int, rank: Rank)? {
        while true {
            var best: (group: Int, rank: Rank)?
            for (index, group) in groups.enumerated() {
                guard let rank = group.chunks.first else { continue }
                if let known = best, known.rank < rank { continue }
                best = (index, rank)
            }
            guard let best else { return nil }
            if best.rank.entry.isReady { return best }
            _ = takeNext(from: best.group)
        }
    }

    /// Takes the stream with the most bytes left that `codec` can decode together with others.
    mutating func takeStream(ofCodec name: String) -> ScheduledChunk? { take(from: group(ofCodec: name)) }

    /// Takes the unopened chunk with the most bytes left.
    mutating func takeUnopened() -> ScheduledChunk? { take(from: Self.unopened) }

    private mutating func take(from group: Int) -> ScheduledChunk? {
        while !groups[group].chunks.isEmpty {
            if let entry = takeNext(from: group) { return entry }
        }
        return nil
    }

    /// Takes one entry out; nil if it is no longer ready.
    private mutating func takeNext(from group: Int) -> ScheduledChunk? {
        guard let entry = groups[group].chunks.takeFirst()?.entry else { return nil }
        entry.isQueued = false
        count -= 1
        return entry.isReady ? entry : nil
    }

    private mutating func group(of chunk: Chunk) -> Int {
        switch chunk.stage {
        case .unopened: Self.unopened
        case .opened, .plain: Self.plain
        case .decoding: chunk.stream.map { group(ofCodec: $0.codec.name) } ?? Self.plain
        }
    }

    private mutating func group(ofCodec name: String) -> Int {
        if let index = groups.firstIndex(where: { $0.codecName == name }) { return index }
        groups.append(Group(codecName: name))
        return groups.count - 1
    }
}
