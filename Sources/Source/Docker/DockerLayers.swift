// layerverify: the layers of an image in the output of docker save.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// The layers that one entry of `manifest.json` lists.
struct DockerLayers {
    let tree: any ImageTree
    let entry: JSONValue
    let place: Place
    let configPlace: Place
    let image: Int
    /// Whether the image layout next to `manifest.json` has the same image; its layers should be the same.
    let isOfLayout: Bool

    func walk(_ config: ParsedConfig?, _ builder: inout InventoryBuilder) {
        let place = place.appending("Layers")
        let value = entry.member(ignoringCase: "Layers")
        if let value, value.array != nil, value.count > ParsedDescriptor.maximumListCount {
            builder.add(
                Finding(
                    .dockerManifestInvalid, "Layers is not a list of layers: it has \(value.count) entries", at: place),
                image: image)
            return
        }
        guard let entries = value == nil || value?.isNull == true ? [] : value?.array.map({ Array($0) }) else {
            builder.add(
                Finding(
                    .dockerManifestInvalid, "Layers must be an array, \(value.contradiction)", at: place),
                image: image)
            return
        }
        let diffIDs = config?.diffIDs ?? []
        if config?.diffIDs != nil, diffIDs.count != entries.count {
            builder.add(
                Finding(
                    .layerCountMismatch,
                    "manifest.json has \(entries.count) layers, the config \(diffIDs.count) diffIDs", at: place,
                    digest: builder.inventory.images.withoutLists(image).imageID, expected: "\(diffIDs.count)",
                    actual: "\(entries.count)"), image: image)
        }
        // Keyed by the hashes of the names: there may be 30 000 members, and as many layers that look up theirs.
        var sources: [Int: JSONValue] = [:]
        if let object = entry.member(ignoringCase: "LayerSources")?.object {
            for (key, value) in object { sources[key.hashValue] = value }
        }
        var pathCount = 0
        for (index, value) in entries.enumerated() {
            guard builder.countDescriptor(at: place.appending(index)) else { return }
            guard let text = value.string, !text.isEmpty else {
                builder.add(
                    Finding(
                        .dockerManifestInvalid, "a layer must be a path, not \(value.rawText)",
                        at: place.appending(index)),
                    image: image)
                continue
            }
            let path = ArchivePath.normalized(text)
            let diffID = index < diffIDs.count ? diffIDs[index] : nil
            walkLayer(path, diffID, index, sources, config, &builder)
            pathCount += 1
        }
        if isOfLayout { compareCount(pathCount, &builder) }
    }

    private func walkLayer(
        _ path: String, _ diffID: ContentDigest?, _ index: Int, _ sources: [Int: JSONValue],
        _ config: ParsedConfig?, _ builder: inout InventoryBuilder
    ) {
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: 0)
        let place = place.appending("Layers").appending(index)
        let named = path.hasPrefix("blobs/") ? DockerSaveWalk.digest(named: path) : nil
        if !isOfLayout {
            let record = LayerRecord(
                blob: blobs.first, digest: named, diffID: diffID, path: path,
                createdBy: builder.createdBy(index, config))
            builder.updateImage(image) { $0.layers.append(record) }
        }
        let layer = index < builder.inventory.images.layerCount(of: image) ? index : nil
        let theirs = isOfLayout ? layer.flatMap { builder.inventory.images.layer($0, of: image)?.blob } : nil
        for blob in blobs {
            // A descriptor already claims the digest of the blob that index.json leads to.
            if let named, blob != theirs {
                builder.add(Claim(.digest(named), about: blob, at: place, image: image, layer: layer))
            }
            builder.add(Claim(.intactStream, about: blob, at: place, image: image, layer: layer))
        }
        guard let diffID else { return }
        let diffIDPlace = configPlace.appending("rootfs").appending("diff_ids").appending(index)
        builder.claimDiffID(diffID, about: blobs, at: diffIDPlace, image: image, layer: layer ?? index)
        if let source = sources[diffID.description.hashValue] {
            let place = self.place.appending("LayerSources").appending(diffID.description)
            let parsed = ParsedDescriptor(source, at: place, missing: .dockerManifestInvalid)
            for finding in parsed.findings { builder.add(finding, image: image, layer: layer) }
            if let descriptor = parsed.descriptor {
                for blob in blobs {
                    builder.add(
                        Claim(.layerSource(descriptor), about: blob, at: place, image: image, layer: layer))
                }
            }
        }
    }

    /// Compares the number of layers of both views. They may use different files, as long as the content matches the
    /// diffIDs of the config, which both views share.
    private func compareCount(_ pathCount: Int, _ builder: inout InventoryBuilder) {
        let layerCount = builder.inventory.images.layerCount(of: image)
        guard layerCount != pathCount else { return }
        builder.addDisagreement(
            Finding(
                .viewsDisagree, "manifest.json has \(pathCount) layers, index.json leads to \(layerCount)",
                at: place.appending("Layers"), digest: builder.inventory.images.withoutLists(image).imageID),
            image: image)
    }
}

/// The full names (with a tag; bare tags are not included) of the images of an image layout.
///
/// Memory: 16 bytes for each name.
struct LayoutNames {
    /// Hashes of names in ascending order, each with an image of that name.
    private var images: [(name: Int, image: Int)] = []

    init() {}

    /// The names in the layout of the current root.
    init(of builder: InventoryBuilder) {
        let list = builder.inventory.images
        for image in builder.imagesOfRoot where list.withoutLists(image).manifestBlob != nil {
            for reference in list.references(of: image) where ReferenceGrammar.hasNameAndTag(reference) {
                images.append((ReferenceGrammar.fullName(of: reference).hashValue, image))
            }
        }
        images.sort { $0 < $1 }
    }

    /// Whether other images have the name, and `image` does not.
    ///
    /// Complexity: log n for n names.
    func lead(_ name: String, elsewhereThan image: Int) -> Bool {
        let hash = name.hashValue
        var low = 0
        var high = images.count
        while low < high {
            let middle = (low + high) / 2
            if images[middle] < (hash, image) { low = middle + 1 } else { high = middle }
        }
        if low < images.count, images[low] == (hash, image) { return false }
        let neighbours = [low - 1, low].filter { images.indices.contains($0) }
        return neighbours.contains { images[$0].name == hash }
    }
}
