// layerverify: the blobs of a root by location.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The blobs of one root by location, so that each file is one blob for every document that mentions it.
struct BlobPlaces {
    private var index = HashIndex()

    /// A file by its bytes: Swift treats two encodings of `é` as equal strings, Linux as two file names.
    enum Key: Hashable {
        case path([UInt8])
        case range(offset: UInt64, byteCount: UInt64)

        init(_ location: BlobLocation, path: String) {
            switch location {
            case .file(_, let path): self = .path(Array(path.utf8))
            case .range(_, let offset, let byteCount): self = .range(offset: offset, byteCount: byteCount)
            case .memory: self = .path(Array(path.utf8))
            }
        }
    }

    func find(_ key: Key, in blobs: PackedList<BlobRecord>) -> BlobIndex? {
        index.find(key.hashValue) { place in
            let record = blobs[place]
            return Key(record.location, path: record.path) == key
        }
    }

    /// Adds a blob that it does not have.
    mutating func add(_ blob: BlobIndex, _ key: Key) { index.insert(blob, hash: key.hashValue) }
}
