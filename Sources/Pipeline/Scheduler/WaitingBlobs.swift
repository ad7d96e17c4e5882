// layerverify: the blobs that no worker has begun.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The blobs that were submitted and that no worker has begun.
struct WaitingBlobs {
    /// Blobs to be read in chunks, the largest first.
    private var large = Heap<Large>()
    /// Blobs to be read in one action, in the order in which they were submitted.
    private var small = Queue<BlobRequest>()
    private var largeIndex = 0

    /// Blobs up to this size in bytes are read from beginning to end by one worker, because scheduling would cost more
    /// than the work.
    static let smallByteCount: UInt64 = 64 << 10

    /// A blob to be read in chunks. Of two equal ones the one that was added first comes first.
    private struct Large: Comparable {
        let request: BlobRequest
        /// The size of its file if that is known, otherwise the expected size.
        let byteCount: UInt64
        let index: Int

        static func < (one: Large, other: Large) -> Bool {
            one.byteCount != other.byteCount ? one.byteCount > other.byteCount : one.index < other.index
        }

        static func == (one: Large, other: Large) -> Bool { one.index == other.index }
    }

    var count: Int { large.count + small.count }
    var largeCount: Int { large.count }
    var smallCount: Int { small.count }

    /// Adds blobs; of the small ones among them the largest first.
    mutating func add(_ requests: [BlobRequest]) {
        var added: [BlobRequest] = []
        for request in requests {
            if request.expectedByteCount <= Self.smallByteCount {
                added.append(request)
            } else {
                addLarge(request, byteCount: request.expectedByteCount)
            }
        }
        added.sort { $0.expectedByteCount > $1.expectedByteCount }
        for request in added { small.add(request) }
    }

    /// Adds a blob to be read in chunks.
    mutating func addLarge(_ request: BlobRequest, byteCount: UInt64) {
        large.add(Large(request: request, byteCount: byteCount, index: largeIndex))
        largeIndex += 1
    }

    mutating func takeLarge() -> BlobRequest? { large.takeFirst()?.request }

    mutating func takeSmall(_ count: Int) -> [BlobRequest] {
        (0..<min(count, small.count)).map { _ in small.takeFirst() }
    }

    mutating func takeAll() -> [BlobRequest] {
        var all = takeSmall(small.count)
        while let next = takeLarge() { all.append(next) }
        return all
    }
}
