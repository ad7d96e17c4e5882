// layerverify: indexes of layers that are recognised and not checked.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// An index by which some runtimes read single files of layers, in a format that is not read here.
enum LayerIndexFormat: String {
    case soci = "SOCI"
    case nydus = "Nydus"

    /// The index that a manifest is, by its artifact type or the type of its config; nil if it is not one.
    ///
    /// Source: soci-snapshotter soci/soci_index.go.
    init?(artifactType: String) {
        guard artifactType.hasPrefix("application/vnd.amazon.soci.index.") else { return nil }
        self = .soci
    }

    /// The index that a layer is or has, by its type and its annotations; nil if there is none.
    ///
    /// Source: nydus-snapshotter pkg/label and pkg/converter.
    init?(layer: Descriptor) {
        let isNydus =
            layer.mediaType.description.hasPrefix("application/vnd.oci.image.layer.nydus.")
            || Self.nydusAnnotations.contains { layer.annotations[$0] != nil }
        guard isNydus else { return nil }
        self = .nydus
    }

    static let nydusAnnotations: Set<String> = [
        "containerd.io/snapshot/nydus-blob", "containerd.io/snapshot/nydus-bootstrap",
    ]
}

extension InventoryBuilder {
    /// Notes that an index of a layer is not checked.
    mutating func note(
        _ format: LayerIndexFormat?, at place: Place, digest: ContentDigest?, image: Int, layer: Int? = nil
    ) {
        guard let format else { return }
        add(
            Finding(
                .layerIndexUnchecked, "it belongs to \(format.rawValue), an index of layers that was not checked",
                at: place,
                digest: digest, actual: format.rawValue), image: image, layer: layer)
    }
}
