// layerverify: opening the blobs of two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSystem

/// Opens the blobs of two images that were found separately, so that one run reads both. The roots of the second follow those of
/// the first.
struct PairedOpener: BlobOpener {
    let first: any BlobOpener
    let second: any BlobOpener
    /// The number of roots of the first.
    let firstRootCount: Int

    func open(_ location: BlobLocation) -> OpenedBlob {
        switch location {
        case .file(let root, let path):
            root < firstRootCount
                ? first.open(location) : second.open(.file(root: root - firstRootCount, path: path))
        case .range(let root, let offset, let byteCount):
            root < firstRootCount
                ? first.open(location)
                : second.open(.range(root: root - firstRootCount, offset: offset, byteCount: byteCount))
        case .memory: first.open(location)
        }
    }
}

extension Inventory {
    /// Moves the locations of its blobs to other roots.
    mutating func moveRoots(by rootCount: Int) {
        for place in blobs.indices {
            switch blobs[place].location {
            case .file(let root, let path): blobs[place].location = .file(root: root + rootCount, path: path)
            case .range(let root, let offset, let byteCount):
                blobs[place].location = .range(root: root + rootCount, offset: offset, byteCount: byteCount)
            case .memory: break
            }
        }
    }
}
