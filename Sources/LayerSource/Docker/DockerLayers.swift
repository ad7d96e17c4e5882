// layerverify: the layers of an image in what docker save writes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The layers that one entry of `manifest.json` lists.
struct DockerLayers {
    let tree: any ImageTree
    let entry: JSONValue
    let place: Place
    let configPlace: Place
    let image: Int
    /// True where the image layout beside lists the same image, with the same layers if all is well.
    let isTwin: Bool

    func walk(_ config: ParsedConfig?, _ builder: inout InventoryBuilder) {
        let place = place.appending("Layers")
        let value = entry.member(ignoringCase: "Layers")
        if let value, value.array != nil, value.count > ParsedDescriptor.maximumListCount {
            builder.add(
                Finding(
                    .dockerManifestInvalid, "Layers is no list of layers: it has \(value.count) entries", at: place),
                image: image)
            return
        }
        guard let entries = value == nil || value?.isNull == true ? [] : value?.array.map({ Array($0) }) else {
            builder.add(
                Finding(.dockerManifestInvalid, "Layers is an array, not \(value?.rawText ?? "missing")", at: place),
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
        let sources = entry.member(ignoringCase: "LayerSources")
        var paths: [[BlobIndex]] = []
        for (index, value) in entries.enumerated() {
            guard builder.countDescriptor(at: place.appending(index)) else { return }
            guard let text = value.string, !text.isEmpty else {
                builder.add(
                    Finding(
                        .dockerManifestInvalid, "a layer is a path, not \(value.rawText)", at: place.appending(index)),
                    image: image)
                continue
            }
            let path = ArchivePath.normalized(text)
            let diffID = index < diffIDs.count ? diffIDs[index] : nil
            paths.append(walkLayer(path, diffID, index, sources, &builder))
        }
        if isTwin { compareCount(paths, &builder) }
    }

    private func walkLayer(
        _ path: String, _ diffID: ContentDigest?, _ index: Int, _ sources: JSONValue?,
        _ builder: inout InventoryBuilder
    ) -> [BlobIndex] {
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: builder.expectedByteCount(at: path, in: tree))
        let place = place.appending("Layers").appending(index)
        let named = path.hasPrefix("blobs/") ? DockerSaveWalk.digest(named: path) : nil
        if !isTwin {
            builder.updateImage(image) {
                $0.layers.append(LayerRecord(blob: blobs.first, digest: named, diffID: diffID, path: path))
            }
        }
        let layer = index < builder.inventory.images.layerCount(of: image) ? index : nil
        let theirs = isTwin ? layer.flatMap { builder.inventory.images.layer($0, of: image)?.blob } : nil
        for blob in blobs {
            // Of the file that index.json leads to, a descriptor claims the digest.
            if let named, blob != theirs {
                builder.add(Claim(.digest(named), about: blob, at: place, image: image, layer: layer))
            }
            builder.add(Claim(.intactStream, about: blob, at: place, image: image, layer: layer))
        }
        guard let diffID else { return blobs }
        let diffIDPlace = configPlace.appending("rootfs").appending("diff_ids").appending(index)
        builder.claimDiffID(diffID, about: blobs, at: diffIDPlace, image: image, layer: layer ?? index)
        if let source = sources?[diffID.description] {
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
        return blobs
    }

    /// Both views must have as many layers. Which files they lead to is their own business, as long as the content is that of
    /// the config's diffIDs, of which both views have the same.
    private func compareCount(_ paths: [[BlobIndex]], _ builder: inout InventoryBuilder) {
        let record = builder.inventory.images.withoutNames(image)
        guard record.layers.count != paths.count else { return }
        let what = "\(paths.count) layers, index.json leads to \(record.layers.count)"
        builder.add(
            Finding(
                .viewsDisagree, "manifest.json has \(what)", at: place.appending("Layers"), digest: record.imageID),
            image: image)
    }
}

extension InventoryBuilder {
    /// True if the index.json of the present root could be read, and has an empty list.
    var layoutIsEmpty: Bool {
        let codes = inventory.findings.lazy.filter { [root] in $0.finding.root == root }.map { $0.finding.code }
        return codes.contains(.nothingReferenced) && !codes.contains(.indexManifestsNull)
    }

    /// The images that the image layout of the present root gives a full name to: one with a tag, no bare tag.
    func layoutImagesByName() -> [String: Set<Int>] {
        var result: [String: Set<Int>] = [:]
        for (index, image) in inventory.images.enumerated() where image.root == root && image.manifestBlob != nil {
            for reference in image.references where ImageReference.hasNameAndTag(reference) {
                result[ImageReference.fullName(of: reference), default: []].insert(index)
            }
        }
        return result
    }

    /// The size of a file as an archive's index has it; 0 for a folder, which is asked when the file is opened.
    func expectedByteCount(at path: String, in tree: any ImageTree) -> UInt64 {
        guard case .at(.range(_, _, let byteCount), _, _) = tree.locate(path) else { return 0 }
        return byteCount
    }
}
