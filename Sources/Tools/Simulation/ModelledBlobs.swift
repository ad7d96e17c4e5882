// layerverify: blobs without content, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// Adds up the modelled times of the steps of an action.
///
/// ## Concurrency
/// `nanoseconds` has a lock because readers and codecs must be sendable; the model uses one thread.
final class ModelClock: Sendable {
    private let nanoseconds = Locked(0.0)

    func charge(_ cost: Double) { nanoseconds.withLock { $0 += cost } }

    /// The costs since the last call, in nanoseconds.
    func take() -> Double {
        nanoseconds.withLock { nanoseconds in
            defer { nanoseconds = 0 }
            return nanoseconds
        }
    }
}

/// The blobs of a shape. They have no content but for the beginning of what is read at a time (`ModelledPlace`).
struct ModelledStore: BlobOpener {
    let shape: ImageShape
    let costs: BlockCosts
    let clock: ModelClock

    func open(_ location: BlobLocation) -> OpenedBlob {
        guard case .range(_, let place, _) = location, place < shape.blobs.count else { return .missing }
        clock.charge(costs.openNanoseconds)
        return .opened(ModelledReader(shape.blobs[Int(place)], costs, clock))
    }

    /// The requests for the blobs of a shape, in its order.
    static func requests(_ shape: ImageShape) -> [BlobRequest] {
        shape.blobs.enumerated().map { place, blob in
            BlobRequest(
                blob: place, location: .range(root: 0, offset: UInt64(place), byteCount: 0),
                expectedByteCount: blob.compressedByteCount, digestAlgorithms: [.sha256],
                diffIDAlgorithms: [.sha256])
        }
    }
}

private final class ModelledReader: BlobReader {
    private let blob: ImageShape.Blob
    private let costs: BlockCosts
    private let clock: ModelClock

    init(_ blob: ImageShape.Blob, _ costs: BlockCosts, _ clock: ModelClock) {
        self.blob = blob
        self.costs = costs
        self.clock = clock
    }

    var byteCount: UInt64 { blob.compressedByteCount }
    var identity: FileIdentity {
        FileIdentity(device: 0, inode: 0, byteCount: byteCount, modificationNanoseconds: 0, changeNanoseconds: 0)
    }

    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        let count = ByteMath.clamp(byteCount - min(offsetBytes, byteCount), to: buffer.count)
        clock.charge(costs.read(count))
        ModelledPlace(blob, at: offsetBytes).write(to: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        return count
    }
}
