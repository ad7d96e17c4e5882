// layerverify: differences that do not count.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension ImageComparison {
    /// Differences between images that do not count.
    public struct Ignored: OptionSet, Hashable, Sendable {
        /// The bits of the set. They may change between versions; ``names`` do not.
        public let rawValue: Int

        /// Creates a set of bits.
        ///
        /// - Parameter rawValue: The bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        private init(_ model: IgnoredDifferences) { rawValue = Int(model.rawValue) }

        /// Finds a kind of difference by the name that `--ignore` accepts; nil for an unknown name.
        ///
        /// - Parameter name: The name.
        public init?(_ name: String) {
            guard let known = IgnoredDifferences.named.first(where: { $0.name == name }) else { return nil }
            self.init(known.value)
        }

        /// How layers are compressed, and with it their digests, sizes and media types.
        public static let compression = Ignored(IgnoredDifferences.compression)
        /// Times of entries, of the config and its history, and the annotation `org.opencontainers.image.created`.
        public static let times = Ignored(IgnoredDifferences.times)
        /// The numbers of user and group of entries.
        public static let owners = Ignored(IgnoredDifferences.owners)
        /// The permissions of entries.
        public static let modes = Ignored(IgnoredDifferences.modes)
        /// Extended attributes and access control lists of entries.
        public static let extendedAttributes = Ignored(IgnoredDifferences.attributes)
        /// The order of the entries of a layer.
        public static let order = Ignored(IgnoredDifferences.order)
        /// How headers of entries are written, padding, and how the tar of a layer ends. No file system shows these.
        public static let headers = Ignored(IgnoredDifferences.headers)
        /// The history in the config.
        public static let history = Ignored(IgnoredDifferences.history)
        /// Annotations in the manifest.
        public static let annotations = Ignored(IgnoredDifferences.annotations)
        /// White space and the order of members in the documents.
        public static let encoding = Ignored(IgnoredDifferences.encoding)

        /// The names of all kinds, as `--ignore` accepts them.
        public static var allNames: [String] { IgnoredDifferences.named.map { $0.name } }

        /// The names of the kinds in the set.
        public var names: [String] { model.names }

        package var model: IgnoredDifferences { IgnoredDifferences(rawValue: UInt16(truncatingIfNeeded: rawValue)) }
    }
}
