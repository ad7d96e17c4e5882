// layerverify: facts of archives that are read in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension InventoryBuilder {
    /// Adds what the tree of the current root knows of the files that the walk found, and its findings that count for each
    /// image. Called after the walk.
    package mutating func addFacts(of tree: any ImageTree) {
        for finding in tree.findingsOfImages { for image in imagesOfRoot { add(finding, image: image) } }
        guard tree.hasFacts else { return }
        // Nil for a blob without claims.
        var areStreamsClaimed = [Bool?](repeating: nil, count: inventory.blobs.count)
        var reader = ClaimReader(inventory.claims)
        for place in inventory.claims.indices {
            let claim = reader.claim(at: place)
            let isOfStream =
                switch claim.assertion {
                case .diffID, .intactStream: true
                case .size, .digest, .name, .compression, .layerSource: false
                }
            areStreamsClaimed[claim.blob] = isOfStream || areStreamsClaimed[claim.blob] == true
        }
        for blob in areStreamsClaimed.indices {
            guard let isStreamClaimed = areStreamsClaimed[blob] else { continue }
            let record = inventory.blobs[blob]
            guard record.root == root, var facts = tree.facts(at: record.location) else { continue }
            if !isStreamClaimed { facts.uncompressed = nil }
            // The facts of a document are of the bytes that were parsed, which are the same.
            if var own = record.facts {
                guard !own.reading.leavesOpen else { continue }
                own.digests += facts.digests.filter { own.digest(like: $0) == nil }
                own.uncompressed = facts.uncompressed
                facts = own
            }
            set(facts, of: blob)
        }
    }
}
