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

/// The blobs of a shape. Only the beginning of each has content: its magic and its two sizes, which the decoder reads.
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
        guard offsetBytes == 0 else { return count }
        // SAFETY: the caller owns the buffer during the call; every blob is large enough for its sizes.
        unsafe buffer.storeBytes(of: blob.compression.modelMagic.littleEndian, as: UInt32.self)
        unsafe buffer.storeBytes(of: blob.compressedByteCount, toByteOffset: 8, as: UInt64.self)
        unsafe buffer.storeBytes(of: blob.uncompressedByteCount, toByteOffset: 16, as: UInt64.self)
        return count
    }
}

extension Compression {
    /// The first four bytes, low byte first.
    fileprivate var modelMagic: UInt32 {
        switch self {
        case .gzip: 0x0008_8b1f
        case .zstd: 0xfd2f_b528
        case .none, .xz, .bzip2, .lz4: 0
        }
    }
}
