// layerverify: blobs in memory, for the micro-benchmarks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// Blobs in memory, by their index in a list.
struct MemoryBlobs: BlobOpener {
    let blobs: [MemoryBlob]

    func open(_ location: BlobLocation) -> OpenedBlob {
        guard case .range(_, let place, _) = location, place < blobs.count else { return .missing }
        return .opened(blobs[Int(place)])
    }

    /// A request for every blob, with the given digests of the uncompressed bytes; nil for no decoding.
    func requests(diffIDs: [DigestAlgorithm]?) -> [BlobRequest] {
        blobs.indices.map { place in
            BlobRequest(
                blob: place, location: .range(root: 0, offset: UInt64(place), byteCount: 0),
                expectedByteCount: blobs[place].byteCount, digestAlgorithms: [.sha256], diffIDAlgorithms: diffIDs)
        }
    }
}

/// A blob in memory, or one that repeats a few bytes.
final class MemoryBlob: BlobReader {
    private let bytes: [UInt8]
    let byteCount: UInt64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        byteCount = UInt64(bytes.count)
    }

    /// Makes a blob of `count` times `bytes`, of which each read returns at most `bytes`.
    init(_ bytes: [UInt8], times count: Int) {
        self.bytes = bytes
        byteCount = UInt64(bytes.count * count)
    }

    var identity: FileIdentity {
        FileIdentity(device: 0, inode: 0, byteCount: byteCount, modificationNanoseconds: 0, changeNanoseconds: 0)
    }

    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let part = bytes[Int(offsetBytes % UInt64(bytes.count))...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }
}
