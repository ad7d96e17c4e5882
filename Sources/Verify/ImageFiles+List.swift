// layerverify: listing the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerTree

extension ImageFiles {
    /// Which files are listed.
    public struct ListOptions: Hashable, Sendable {
        /// Whether directories in the directory are listed as well.
        public var isRecursive: Bool
        /// Whether files that a layer hides, whiteouts and opaque markers are listed as well.
        public var includesHidden: Bool
        /// Whether the directory itself is listed.
        public var includesDirectory: Bool
        /// Whether what is in the directory is listed.
        public var includesContent: Bool
        /// The index of the only layer to look at, base first; nil for all layers together.
        public var layer: Int?

        /// Creates options.
        ///
        /// - Parameters:
        ///   - isRecursive: See ``isRecursive``.
        ///   - includesHidden: See ``includesHidden``.
        ///   - includesDirectory: See ``includesDirectory``.
        ///   - includesContent: See ``includesContent``.
        ///   - layer: See ``layer``.
        public init(
            isRecursive: Bool = false, includesHidden: Bool = false, includesDirectory: Bool = false,
            includesContent: Bool = true, layer: Int? = nil
        ) {
            self.isRecursive = isRecursive
            self.includesHidden = includesHidden
            self.includesDirectory = includesDirectory
            self.includesContent = includesContent
            self.layer = layer
        }
    }

    /// Lists a file, or the files in a directory, sorted by the bytes of their names.
    ///
    /// - Parameters:
    ///   - path: The path in the image. Symbolic links on the way are followed within the root, and so is one at the end if a slash
    ///     comes after it.
    ///   - options: Which files are listed.
    ///   - body: Receives the files.
    /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/filesUnknown`` if there is no image or a layer was not read, and with
    ///   ``Verifier/Error/Code/fileMissing`` if nothing is at the path.
    public func list(
        _ path: String = "/", _ options: ListOptions = ListOptions(), _ body: (Entry) -> Void
    ) throws(Verifier.Error) {
        let start = try find(path, options)
        list(start, options) { body(Entry(file: $0)) }
    }

    /// A place to list.
    package struct Start {
        let tree: MergedTree
        let found: MergedTree.Found
    }

    /// Finds a path.
    package func find(_ path: String, _ options: ListOptions) throws(Verifier.Error) -> Start {
        let tree = try tree(ofLayer: options.layer)
        return Start(tree: tree, found: try Self.find(path, in: tree, followsLast: false, options.findsHidden))
    }

    /// Lists what is at a place, and in it.
    package func list<Failure: Error>(
        _ start: Start, _ options: ListOptions, _ body: (ListedFile) throws(Failure) -> Void
    ) throws(Failure) {
        let path = start.found.path
        // A file is listed itself; of a directory what is in it.
        let omitsStart = !options.includesDirectory && start.tree.isDirectory(start.found)
        try start.tree.list(
            start.found, isRecursive: options.isRecursive, includesHidden: options.findsHidden,
            includesContent: options.includesContent
        ) { file throws(Failure) in
            if omitsStart, file.path == path, file.kind != .whiteout, file.kind != .opaque { return }
            var file = file
            if let layer = options.layer { file.layer = layer }
            try body(file)
        }
    }

    func tree(ofLayer number: Int?) throws(Verifier.Error) -> MergedTree {
        guard image != nil else {
            throw Verifier.Error(.filesUnknown, hasSeveralImages ? "several images are selected" : "no image was found")
        }
        guard !hasReachedLimit else {
            throw Verifier.Error(
                .filesUnknown,
                "the layers have more files than can be kept in memory: at most \(LayerTrees.limitText)")
        }
        if let number {
            guard layers.indices.contains(number) else {
                throw Verifier.Error(
                    .fileMissing, "the image has no layer \(number + 1); it has \(layers.count)")
            }
            guard let tree = layers[number].tree else { throw unread(number) }
            return MergedTree([tree])
        }
        var trees: [LayerTree] = []
        for (number, layer) in layers.enumerated() {
            guard let tree = layer.tree else { throw unread(number) }
            trees.append(tree)
        }
        return MergedTree(trees)
    }

    private func unread(_ layer: Int) -> Verifier.Error {
        guard !isFromTables else {
            return Verifier.Error(
                .filesUnknown,
                "layer \(layer + 1) has no table of contents that can be used, so its files are not known")
        }
        return Verifier.Error(
            .filesUnknown, "layer \(layer + 1) was not read to its end, so it is not known which files the image has")
    }

    static func find(
        _ path: String, in tree: MergedTree, followsLast: Bool, _ findsHidden: Bool
    ) throws(Verifier.Error) -> MergedTree.Found {
        do throws(MergedTree.LookupFault) {
            return try tree.find(Array(path.utf8), followsLast: followsLast, findsHidden: findsHidden)
        } catch {
            let message =
                switch error {
                case .missing(let path): "there is no '/\(TerminalText.shortened(path))' in the image"
                case .danglingLink(let link, let missing):
                    "the link '/\(TerminalText.shortened(link))' leads to '/\(TerminalText.shortened(missing))', which does not exist in the image"
                case .notADirectory(let path): "'/\(TerminalText.shortened(path))' is not a directory"
                case .linkLoop: "'\(TerminalText.shortened(Array(path.utf8)))' leads through too many symbolic links"
                }
            throw Verifier.Error(.fileMissing, message)
        }
    }
}

extension ImageFiles.ListOptions {
    /// A single layer is shown with its marks.
    var findsHidden: Bool { includesHidden || layer != nil }
}

extension ImageFiles {
    /// A file in an image, or one that a layer of it hides.
    public struct Entry: Hashable, Sendable {
        package let file: ListedFile

        /// The bytes of the path, without a slash at the beginning; empty for the root.
        public var pathBytes: [UInt8] { file.path }
        /// The path, without a slash at the beginning, with U+FFFD in place of what is not UTF-8. It is untrusted text and not
        /// escaped.
        public var path: String { String(decoding: file.path, as: UTF8.self) }
        /// The kind of the file, by the names of mtree(5), or `whiteout` or `opaque`.
        public var kind: String { file.kind.rawValue }
        /// The index of the layer that it comes from, base first.
        public var layer: Int { file.layer }
        /// The index of the layer that hides it; nil if it is visible.
        public var hiddenBy: Int? { file.hiddenBy }
        /// The permissions, setuid, setgid and sticky; nil for a whiteout or an opaque marker.
        public var mode: UInt16? { file.attributes?.mode }
        /// The owner; nil for a whiteout or an opaque marker.
        public var userID: UInt32? { file.attributes?.userID }
        /// The group; nil for a whiteout or an opaque marker.
        public var groupID: UInt32? { file.attributes?.groupID }
        /// The modification time in whole seconds since 1970; nil if it is not known, as for a directory without an entry.
        public var modificationSeconds: Int64? { file.attributes?.seconds }
        /// The size in bytes; nil of anything but a file.
        public var size: UInt64? { file.byteCount }
        /// The target of a symbolic link, with U+FFFD in place of what is not UTF-8. It is untrusted text and not escaped.
        public var target: String? { file.target.map { String(decoding: $0, as: UTF8.self) } }
        /// The path of an earlier name of the same file.
        public var hardLink: String? { file.hardLink.map { String(decoding: $0, as: UTF8.self) } }
        /// The digest of the content; nil if it was not computed.
        public var digest: BlobDigest? {
            file.sha256.map { BlobDigest(ContentDigest(.sha256, bytes: $0)) }
        }
    }
}
