// layerverify: the file that a finding is about, as the library gives it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// The file that a finding is about. Its texts may contain names from the image, unescaped: escape them before display.
    public struct File: Hashable, Sendable {
        /// The path on disk, or the name of the entry if the file is in an archive.
        public let path: String
        /// The path of the archive that contains the file; nil for a file that is not in an archive.
        public let archive: String?
        /// The offset of the entry in the archive in bytes; nil for a file that is not in an archive, and for a missing
        /// entry.
        public let offset: Int?
        /// What the file is to the image.
        public let kind: Kind
        /// The number of the layer, from 1, base first; nil for other files.
        public let layerNumber: Int?
        /// The number of layers in the image; nil for files that are not layers.
        public let layerCount: Int?
        /// The command that made the layer, from the history in the config; long ones are truncated.
        public let createdBy: String?

        init(_ file: FileReport, at index: Int, of report: Report) {
            let location = report.location(of: index)
            path = location?.path ?? file.path
            archive = location?.archive
            offset = file.offsetBytes.map { Int(clamping: $0) }
            kind = Kind(file.role)
            layerNumber = file.layer.map { $0 + 1 }
            layerCount = file.layerCount
            createdBy = file.createdBy
        }

        /// What a file is to the images that name it. Kinds may be added.
        public struct Kind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
            /// The name, as it is in the JSON report.
            public let rawValue: String

            /// Creates a value for a name, known here or not.
            ///
            /// - Parameter rawValue: The name.
            public init(rawValue: String) { self.rawValue = rawValue }

            init(_ role: FileRole) { rawValue = role.rawValue }

            /// A layer.
            public static let layer = Kind(FileRole.layer)
            /// The config of an image.
            public static let config = Kind(FileRole.config)
            /// A manifest.
            public static let manifest = Kind(FileRole.manifest)
            /// An index, `index.json` among them.
            public static let index = Kind(FileRole.index)
            /// Another document: `oci-layout`, `manifest.json` of docker-save, `repositories`.
            public static let document = Kind(FileRole.document)
            /// Anything else: a blob that no document references, or of an unknown type.
            public static let blob = Kind(FileRole.blob)

            /// The name.
            public var description: String { rawValue }
        }
    }
}
