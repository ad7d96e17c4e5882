// layerverify: writing lists of the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerReport

extension ImageFiles {
    /// A format for lists of files.
    public struct Format: Hashable, Sendable, CustomStringConvertible {
        let format: FileListFormat

        private init(_ format: FileListFormat) { self.format = format }

        /// Finds a format by its name.
        ///
        /// - Parameter name: The name, such as `json`. The result is nil for any other text.
        public init?(_ name: String) {
            guard let format = FileListFormat(rawValue: name) else { return nil }
            self.format = format
        }

        /// One line for each file, like `ls -l` and `tar tv`.
        public static let text = Format(.text)
        /// JSON, as `docs/json.md` describes it.
        public static let json = Format(.json)
        /// A specification for mtree, gomtree and bsdtar. It leaves out what a layer hides.
        public static let mtree = Format(.mtree)

        /// All formats.
        public static let all = FileListFormat.allCases.map { Format($0) }

        /// The name.
        public var description: String { format.rawValue }
    }

    /// The layout of a list as text.
    public struct Style: Hashable, Sendable {
        /// Whether the layers are described first, and lines have the digests of their layers.
        public var isLong: Bool
        /// Whether lines are paths and nothing else.
        public var hasOnlyPaths: Bool
        /// Whether lines end in NUL and names are not escaped.
        public var endsInNUL: Bool

        /// Creates a layout.
        ///
        /// - Parameters:
        ///   - isLong: See ``isLong``.
        ///   - hasOnlyPaths: See ``hasOnlyPaths``.
        ///   - endsInNUL: See ``endsInNUL``.
        public init(isLong: Bool = false, hasOnlyPaths: Bool = false, endsInNUL: Bool = false) {
            self.isLong = isLong
            self.hasOnlyPaths = hasOnlyPaths
            self.endsInNUL = endsInNUL
        }

        var fileListStyle: FileListStyle {
            var style = FileListStyle()
            (style.isLong, style.hasOnlyPaths, style.endsInNUL) = (isLong, hasOnlyPaths, endsInNUL)
            return style
        }
    }

    /// Writes a list of files piece by piece.
    ///
    /// - Parameters:
    ///   - path: The path in the image, as in ``list(_:_:_:)``.
    ///   - options: Which files are listed.
    ///   - format: The format.
    ///   - style: The layout of text.
    ///   - sink: Receives the pieces, in order. They need not be UTF-8, since names need not be.
    /// - Throws: ``Verifier/Error`` as in ``list(_:_:_:)``, before the first piece, and errors of `sink`, immediately.
    public func write(
        _ path: String = "/", _ options: ListOptions = ListOptions(), as format: Format, style: Style = Style(),
        to sink: ([UInt8]) throws -> Void
    ) throws {
        let start = try find(path, options)
        guard let image else { return }
        var writer = format.format.writer(
            ListedImage(image.image.record, outcome: outcome.model, isFromTables: isFromTables), style.fileListStyle)
        var bytes: [UInt8] = []
        writer.begin(&bytes)
        try list(start, options) { file throws(any Error) in
            writer.add(file, to: &bytes)
            guard bytes.count >= 64 << 10 else { return }
            try sink(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        writer.end(&bytes)
        try sink(bytes)
    }
}
