// layerverify: tests of reading ahead.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerPipeline
import LayerSystem
import SystemPackage
import Testing

/// Blobs in memory that record the calls for each of them.
private final class ObservedStore: BlobOpener {
    enum Event: Equatable {
        case announced(Int)
        case read(Int)
    }

    let events = Locked<[Event]>([])
    private let base: MemoryStore

    init(_ blobs: [[UInt8]]) { base = MemoryStore(blobs: blobs) }

    func open(_ location: BlobLocation) -> OpenedBlob {
        guard case .range(_, let place, _) = location, case .opened(let reader) = base.open(location) else {
            return .missing
        }
        return .opened(ObservedBlob(reader, Int(place), self))
    }

    /// The blobs that were announced before anything was read of them.
    var announcedInTime: [Int] {
        events.withLock { events in
            base.blobs.indices.filter { blob in
                guard let announced = events.firstIndex(of: .announced(blob)) else { return false }
                return announced < events.firstIndex(of: .read(blob)) ?? 0
            }
        }
    }
}

private final class ObservedBlob: BlobReader {
    private let base: any BlobReader
    private let place: Int
    private let store: ObservedStore

    init(_ base: any BlobReader, _ place: Int, _ store: ObservedStore) {
        self.base = base
        self.place = place
        self.store = store
    }

    var byteCount: UInt64 { base.byteCount }
    var identity: FileIdentity { base.identity }

    func currentIdentity() throws(Errno) -> FileIdentity { try base.currentIdentity() }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        store.events.withLock { $0.append(.read(place)) }
        return try base.read(into: buffer, at: offsetBytes)
    }

    func announce(byteCount: Int, at offsetBytes: UInt64) {
        #expect(offsetBytes == 0)
        store.events.withLock { $0.append(.announced(place)) }
    }
}

@Suite struct ReadAheadTests {
    @Test func largeBlobsButTheFirstAreAnnouncedBeforeTheyAreRead() {
        let store = ObservedStore((0..<6).map { content(600_000 - 1000 * $0) })
        let requests = (0..<6).map { request($0, expectedByteCount: UInt64(600_000 - 1000 * $0)) }
        let run = run(requests, store, jobs: 1)
        expectSound(run, blobCount: 6)
        #expect(store.announcedInTime == [1, 2, 3, 4, 5])
    }

    @Test func smallBlobsAreAnnouncedBeforeTheyAreRead() {
        let store = ObservedStore((0..<20).map { content(1000 + $0) })
        let run = run((0..<20).map { request($0, expectedByteCount: 1000) }, store, jobs: 1)
        expectSound(run, blobCount: 20)
        #expect(store.announcedInTime == Array(0..<20))
    }

    /// If there is only one blob for each worker, no worker takes another's blob to announce it.
    @Test func blobsThatAnotherWorkerCanReadAreNotAnnounced() {
        let store = ObservedStore((0..<2).map { _ in content(300_000) })
        let run = run((0..<2).map { request($0, expectedByteCount: 300_000) }, store, jobs: 2)
        expectSound(run, blobCount: 2)
        #expect(store.announcedInTime.isEmpty)
    }

    @Test(arguments: [1, 2])
    func blobThatIsMissingWhenItIsAnnouncedIsFinished(_ jobs: Int) {
        let store = MemoryStore(blobs: (0..<4).map { _ in content(600_000) })
        let requests = [0, 1, 2, 9, 3, 8, 7].map { request($0, expectedByteCount: 600_000) }
        let run = run(requests, store, jobs: jobs)
        expectSound(run, blobCount: 7)
        #expect(run.facts.filter { $0.reading == .missing }.count == 3)
    }
}
