// layerverify: the open blobs that can be read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec

/// The open blobs that a worker may continue to read, those with the most bytes left first.
///
/// Every open blob for which `isReadyToRead` is true is in it; while it is here its order does not change. Parts of
/// blobs may remain here that are no longer ready: a part that leads now and has many segments waiting for digests, or
/// a part that was dropped.
///
/// Complexity: adding and taking a blob are logarithmic in the number of blobs.
struct ReadyBlobs {
    /// The first group has the blobs that are not open, the second those that are hashed as stored or not begun; each
    /// other group has the streams of one codec.
    private var groups = [Group(codecName: nil), Group(codecName: nil)]
    private(set) var count = 0
    private static let unopened = 0
    private static let plain = 1

    private struct Group {
        let codecName: String?
        var blobs = Heap<Place>()
    }

    /// The rank of a blob. Of two blobs with as many bytes left the one with the earlier request comes first.
    private struct Place: Comparable {
        let byteCount: UInt64
        let slot: Int
        let work: BlobWork

        init(_ work: BlobWork) {
            byteCount = work.remainingByteCount
            slot = work.slot
            self.work = work
        }

        static func < (one: Place, other: Place) -> Bool {
            one.byteCount != other.byteCount ? one.byteCount > other.byteCount : one.slot < other.slot
        }

        static func == (one: Place, other: Place) -> Bool { one.slot == other.slot }
    }

    /// Adds an open blob, unless it is already here or cannot be read now.
    mutating func add(_ work: BlobWork) {
        guard work.isReadyToRead, !work.isQueued else { return }
        work.isQueued = true
        count += 1
        groups[group(of: work)].blobs.add(Place(work))
    }

    /// The blob with the most bytes left. Blobs that a worker has taken to split are removed, because the worker may be
    /// changing them.
    mutating func first() -> BlobWork? { firstPlace()?.place.work }

    /// Takes the blob with the most bytes left.
    mutating func takeFirst() -> BlobWork? { firstPlace().flatMap { takeNext(from: $0.group) } }

    private mutating func firstPlace() -> (group: Int, place: Place)? {
        while true {
            var best: (group: Int, place: Place)?
            for (index, group) in groups.enumerated() {
                guard let place = group.blobs.first else { continue }
                if let known = best, known.place < place { continue }
                best = (index, place)
            }
            guard let best else { return nil }
            if best.place.work.isReadyToRead { return best }
            _ = takeNext(from: best.group)
        }
    }

    /// Takes the stream with the most bytes left that the codec of `work` can decode together with it.
    mutating func takeStream(with work: BlobWork) -> BlobWork? { take(from: group(of: work)) }

    /// Takes the unopened blob with the most bytes left.
    mutating func takeUnopened() -> BlobWork? { take(from: Self.unopened) }

    private mutating func take(from group: Int) -> BlobWork? {
        while !groups[group].blobs.isEmpty {
            if let work = takeNext(from: group) { return work }
        }
        return nil
    }

    /// Takes one blob out; nil if it is no longer ready.
    private mutating func takeNext(from group: Int) -> BlobWork? {
        guard let work = groups[group].blobs.takeFirst()?.work else { return nil }
        work.isQueued = false
        count -= 1
        return work.isReadyToRead ? work : nil
    }

    private mutating func group(of work: BlobWork) -> Int {
        switch work.stage {
        case .unopened: Self.unopened
        case .opened, .plain: Self.plain
        case .decoding: group(ofCodec: work.codec?.name)
        }
    }

    private mutating func group(ofCodec name: String?) -> Int {
        // Only tests have streams without a codec.
        guard let name else { return Self.plain }
        if let index = groups.firstIndex(where: { $0.codecName == name }) { return index }
        groups.append(Group(codecName: name))
        return groups.count - 1
    }
}
