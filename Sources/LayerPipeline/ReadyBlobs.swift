// layerverify: the blobs that may be read on.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec

/// The open blobs that a worker may read on, by the bytes that are left of each, most first.
///
/// An open blob that `isReadyToRead` is here; what its order depends on does not change meanwhile. Parts of blobs may be
/// here that are no longer ready: one that leads now, with much of it waiting for digests, or one that was dropped.
///
/// Complexity: adding and taking are logarithmic in the number of blobs.
struct ReadyBlobs {
    /// The first is of blobs that are not open yet, the second of those that are read as they lie or not begun; then one
    /// for each codec whose streams there were.
    private var groups = [Group(codecName: nil), Group(codecName: nil)]
    private(set) var count = 0
    private static let unopened = 0
    private static let plain = 1

    private struct Group {
        let codecName: String?
        var blobs = Heap<Place>()
    }

    /// A blob's place in the order. Of two with as much left the one that stands first among the requests.
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

    /// Takes in an open blob, unless it is here already or is not to be read on now.
    mutating func add(_ work: BlobWork) {
        guard work.isReadyToRead, !work.isQueued else { return }
        work.isQueued = true
        count += 1
        groups[group(of: work)].blobs.add(Place(work))
    }

    /// The blob of which most is left. Those that a worker has taken to split are taken out: it may be changing them.
    mutating func first() -> BlobWork? { firstPlace()?.place.work }

    /// Takes the blob of which most is left.
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

    /// Takes the stream of which most is left that the codec of `work` can decode beside it.
    mutating func takeStream(beside work: BlobWork) -> BlobWork? { take(from: group(of: work)) }

    /// Takes the blob of which most is left that nobody has opened.
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
        // A stream without a codec is in a test.
        guard let name else { return Self.plain }
        if let index = groups.firstIndex(where: { $0.codecName == name }) { return index }
        groups.append(Group(codecName: name))
        return groups.count - 1
    }
}
