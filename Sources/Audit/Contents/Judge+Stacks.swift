// layerverify: the verdict on the layers of an image on top of each other.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension Judge {
    /// The most entries in the layers of all images of one image store together. An image that would exceed it is
    /// undetermined: a store may have 100 000 images of the same large layers.
    static var maximumStackedEntryCount: Int { 50_000_000 }

    /// Adds the findings about what the layers of each image do to those below them.
    ///
    /// Complexity: proportional to the entries of the layers of each image; images of the same layers count once.
    func addStackFindings(to list: inout FindingList) {
        guard facts.hasContents else { return }
        var known: [[BlobIndex?]: [StackFault]] = [:]
        var entryCount = 0
        var order = inventory.claims.count
        for (image, record) in inventory.images.enumerated() where record.kind == .image && !record.layers.isEmpty {
            let layers = stack(of: record)
            guard layers.contains(where: { $0?.paths != nil }) else { continue }
            let blobs = record.layers.map { $0.blob }
            var faults = known[blobs]
            if faults == nil {
                entryCount += layers.reduce(0) { $0 + ($1?.entryCount ?? 0) }
                guard entryCount <= Self.maximumStackedEntryCount else {
                    add(Self.tooManyEntries(record), image, nil, &order, to: &list)
                    continue
                }
                faults = Self.stackFaults(of: layers)
                if known.count < 1000 { known[blobs] = faults }
            }
            guard let faults, !faults.isEmpty, !record.layers.contains(where: { isDigestRefuted($0) }) else { continue }
            for (layer, fault) in faults {
                let finding = finding(fault, of: record.layers[layer], number: layer + 1, root: record.root)
                add(finding, image, layer, &order, to: &list)
            }
        }
    }

    private typealias StackFault = (layer: Int, fault: LayerFault)

    /// The first fault of each kind in each layer, by layer.
    private static func stackFaults(of layers: [ContentsFacts?]) -> [StackFault] {
        let byLayer = Dictionary(grouping: StackRules.faults(of: layers)) { $0.layer }
        return byLayer.keys.sorted().flatMap { layer in
            LayerFault.firstOfEachKind((byLayer[layer] ?? []).map { $0.fault }).map { (layer, $0) }
        }
    }

    /// What the layers of an image contain, the lowest first; nil where it is not known. Empty if layers are not laid on top
    /// of each other.
    private func stack(of image: ImageRecord) -> [ContentsFacts?] {
        let roles = image.layers.map { LayerRole(image: image, $0) }
        guard roles.allSatisfy({ $0?.isStacked ?? true }) else { return [] }
        return zip(image.layers, roles).map { layer, role in
            role == nil ? nil : layer.blob.flatMap { facts.contents(of: $0) }
        }
    }

    private func isDigestRefuted(_ layer: LayerRecord) -> Bool {
        guard let digest = layer.digest, let blob = layer.blob, let actual = facts[blob]?.digest(like: digest) else {
            return false
        }
        return actual != digest
    }

    private func finding(_ fault: LayerFault, of layer: LayerRecord, number: Int, root: RootIndex) -> Finding {
        var finding = Finding(fault, about: "layer \(number)", at: Place(layer.path), blob: layer.blob)
        finding.digest = layer.digest ?? layer.diffID
        finding.root = root
        return finding
    }

    private static func tooManyEntries(_ image: ImageRecord) -> Finding {
        var finding = Finding(
            .layerContentsUnchecked,
            "its layers were not laid on top of each other: those of this image store have too many entries",
            at: image.place, expected: "at most \(maximumStackedEntryCount)")
        finding.root = image.root
        return finding
    }

    private func add(
        _ finding: Finding, _ image: Int, _ layer: Int?, _ order: inout Int, to list: inout FindingList
    ) {
        list.append(
            list.intern(finding), root: finding.root, image: image, layer: layer,
            order: FindingList.Phase.judge.order(order))
        order += 1
    }
}
