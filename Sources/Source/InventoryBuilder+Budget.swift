// layerverify: enforcing the limits of a walk.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

extension InventoryBuilder {
    /// Counts one descriptor, or another list entry. Returns false if a limit is reached or the run is interrupted; the
    /// caller stops then.
    ///
    /// - Parameter byteCount: the bytes that the walk itself keeps for it.
    mutating func countDescriptor(at place: Place, keeping byteCount: Int = 64) -> Bool {
        guard !isInterrupted(at: place) else { return false }
        current.budget.step(1, keeping: byteCount, inventory)
        return noteExcess(at: place)
    }

    /// Counts the memory of a list of images that the walk keeps.
    mutating func keepList(of imageCount: Int) {
        current.budget.step(0, keeping: MemoryLayout<Int>.stride * imageCount, inventory)
    }

    /// Reports once for each root which limit was reached, if one was. Returns: false if one was.
    mutating func noteExcess(at place: Place) -> Bool {
        guard let excess = current.budget.excess else { return true }
        if !current.notes.isExcessNoted { add(Finding(.tooManyDescriptors, excess, at: place)) }
        current.notes.isExcessNoted = true
        return false
    }

    /// Whether the run is interrupted, which is reported once for each root.
    mutating func isInterrupted(at place: Place, reading byteCount: Int = 0) -> Bool {
        guard !watch.permits(byteCount: byteCount) else { return false }
        if !current.notes.isInterruptionNoted {
            add(Finding(.interrupted, "the run was interrupted before all documents were read", at: place))
        }
        current.notes.isInterruptionNoted = true
        return true
    }

    /// Reads the blob as a config. A config that several manifests name is parsed once, unless many others are read in
    /// between.
    mutating func config(
        _ blobs: [BlobIndex], in tree: any ImageTree, algorithms: [DigestAlgorithm] = [], at place: Place,
        digest: ContentDigest?, isOCI: Bool
    ) -> Result<ParsedConfig, DocumentFault> {
        let key = ConfigCache.Key(blobs: blobs, path: place.path, isOCI: isOCI)
        if let known = current.configs[key] { return known }
        let result = tree.document(blobs, algorithms: algorithms, &self).map { document in
            ParsedConfig(document.root, at: place, digest: digest, isOCI: isOCI)
        }
        current.configs[key] = result
        return result
    }
}
