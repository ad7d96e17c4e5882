// layerverify: the file that a finding is about.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What a file is to the images that name it.
package enum FileRole: String, Hashable, Sendable, CaseIterable {
    case layer
    case config
    case manifest
    /// An index, `index.json` among them.
    case index
    /// Another document: `oci-layout`, `manifest.json` of docker save, `repositories`.
    case document
    /// Anything else: a blob that no document references, or of a type that is not known.
    case blob
}

/// The file that a finding is about: the one to look at, to fetch again or to replace.
package struct FileReport: Hashable, Sendable {
    /// The path below the root, or the name of an archive's entry.
    package var path: String
    /// The bytes before the file in its archive; nil of a file by itself, and of what is not there.
    package var offsetBytes: UInt64?
    package var role: FileRole
    /// The place of the layer in its image; nil of anything else.
    package var layer: Int?
    /// The number of layers of that image.
    package var layerCount: Int?
    /// The command that made the layer, as the config's history says it, perhaps cut. Spec: config.md §history.
    package var createdBy: String?

    package init(
        path: String, offsetBytes: UInt64? = nil, role: FileRole, layer: Int? = nil, layerCount: Int? = nil,
        createdBy: String? = nil
    ) {
        self.path = path
        self.offsetBytes = offsetBytes
        self.role = role
        self.layer = layer
        self.layerCount = layerCount
        self.createdBy = createdBy
    }
}
