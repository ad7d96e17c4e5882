// layerverify: the subject of a claim, in words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension Claim {
    /// The place of the descriptor that contains the claim: without `/size`, `/digest` or `/mediaType`.
    var descriptorPlace: Place {
        for suffix in ["/size", "/digest", "/mediaType"] where place.pointer.hasSuffix(suffix) {
            return Place(place.path, String(place.pointer.dropLast(suffix.count)))
        }
        return place
    }
}

extension Judge {
    /// The subject of a claim for messages: `layer 2` (counted from 1, the base first), `the config`, `the manifest`.
    func subject(of claim: Claim) -> String {
        if let layer = claim.layer { return "layer \(layer + 1)" }
        if let image = claim.image {
            let record = inventory.images.withoutLists(image)
            if record.configBlob == claim.blob { return "the config" }
            if record.manifestBlob == claim.blob { return record.kind == .blob ? "the blob" : "the manifest" }
        }
        let pointer = claim.place.pointer
        if pointer.contains("/config/") || pointer.hasSuffix("/Config") { return "the config" }
        if pointer.contains("/manifests/") { return claim.image == nil ? "the index" : "the manifest" }
        if pointer.contains("/subject/") { return "the subject" }
        return "the blob"
    }
}
