// layerverify: the layers of a comparison.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension ImageComparison {
    /// A layer of one image and its counterpart in the other.
    public struct Layer: Sendable {
        let layer: LayerComparison
        /// Whether nothing differs but what is ignored.
        public let isSame: Bool

        /// The index of the layer in the first image, base first; nil for an added one.
        public var firstIndex: Int? { layer.first?.index }
        /// The index of the layer in the second image; nil for a removed one.
        public var secondIndex: Int? { layer.second?.index }
        /// How the layers are related.
        public var relation: Relation { Relation(rawValue: layer.relation.rawValue) }
        /// Whether the layer is at another position among those that both images have.
        public var isMoved: Bool { layer.isMoved }
        /// The digest of the uncompressed layer of the first image.
        public var firstDiffID: BlobDigest? { layer.first?.diffID.map { BlobDigest($0) } }
        /// The digest of the uncompressed layer of the second image.
        public var secondDiffID: BlobDigest? { layer.second?.diffID.map { BlobDigest($0) } }
        /// The command that made it, from the history in the config. It is untrusted text and not escaped.
        public var createdBy: String? { (layer.second ?? layer.first)?.createdBy }
        /// The entries that differ; empty if nothing differs, and if they were not compared.
        ///
        /// - Complexity: O(1).
        public var files: Files { Files(comparison: layer.files) }
        /// Whether the entries were compared. They are if the layers differ and could be read.
        public var areFilesCompared: Bool { layer.files != nil }
        /// The number of entries that are at another place in the tar.
        public var movedEntryCount: Int { layer.files?.movedCount ?? 0 }

        /// How a layer and its counterpart are related. Kinds may be added.
        public struct Relation: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
            /// The name, as it is in the JSON report.
            public let rawValue: String

            /// Creates a value for a name, known here or not.
            ///
            /// - Parameter rawValue: The name.
            public init(rawValue: String) { self.rawValue = rawValue }

            private init(_ relation: LayerComparison.Relation) { rawValue = relation.rawValue }

            /// Both have the same bytes as stored.
            public static let identical = Relation(LayerComparison.Relation.identical)
            /// Both decode to the same bytes.
            public static let recompressed = Relation(LayerComparison.Relation.recompressed)
            /// The uncompressed bytes differ.
            public static let different = Relation(LayerComparison.Relation.different)
            /// Only the second image has the layer.
            public static let added = Relation(LayerComparison.Relation.added)
            /// Only the first image has the layer.
            public static let removed = Relation(LayerComparison.Relation.removed)

            /// The name.
            public var description: String { rawValue }
        }
    }

    /// The entries of two layers that differ.
    public struct Files: RandomAccessCollection, Sendable {
        let comparison: FileComparison?

        /// The index of the first entry.
        public var startIndex: Int { 0 }
        /// The number of entries.
        public var endIndex: Int { comparison?.differences.count ?? 0 }

        /// An entry that differs.
        ///
        /// - Parameter position: Its index.
        /// - Complexity: O(1).
        public subscript(position: Int) -> File {
            guard let comparison else { preconditionFailure("the index is out of range") }
            let difference = comparison.differences[position]
            let entry = difference.second.map { comparison.second[$0] } ?? difference.first.map { comparison.first[$0] }
            return File(difference, path: entry?.path ?? [])
        }
    }

    /// An entry that is added, removed or changed.
    public struct File: Hashable, Sendable {
        /// The path in the layer as bytes, without `./` and `/` at its beginning; empty for the root.
        public let pathBytes: [UInt8]
        /// What happened to the entry.
        public let change: Change
        /// In what it differs, by the names of the JSON report: `type`, `content`, `linkTarget`, `device`, `mode`, `owner`, `time`,
        /// `xattrs`, `header`; empty unless it is changed.
        public let aspects: [String]

        /// The path as text, with U+FFFD in place of what is not UTF-8. It is untrusted text and not escaped.
        public var path: String { String(decoding: pathBytes, as: UTF8.self) }

        init(_ difference: EntryDifference, path: [UInt8]) {
            pathBytes = path
            change = difference.first == nil ? .added : difference.second == nil ? .removed : .changed
            aspects = difference.aspects.names
        }

        /// What happened to an entry.
        public enum Change: String, Hashable, Sendable, Codable {
            /// Only the second layer has it.
            case added
            /// Only the first layer has it.
            case removed
            /// Both layers have it, and it differs.
            case changed
        }
    }
}
