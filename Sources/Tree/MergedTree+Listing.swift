// layerverify: listing the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension MergedTree {
    /// Lists what is at a place, and, if it is a directory, what is in it: each directory before what is in it, names sorted by
    /// their bytes.
    ///
    /// - Parameters:
    ///   - isRecursive: whether directories in it are listed as well.
    ///   - includesHidden: whether files that a layer hides, whiteouts and opaque markers are listed as well.
    ///   - includesContent: whether what is in a directory is listed.
    package func list<Failure: Error>(
        _ start: Found, isRecursive: Bool, includesHidden: Bool, includesContent: Bool = true,
        _ body: (ListedFile) throws(Failure) -> Void
    ) throws(Failure) {
        var path = start.path
        var top = Level(of: start.place, in: self, includesHidden, byteCount: path.count)
        let name = path.split(separator: UInt8(ascii: "/")).last ?? []
        for file in files(at: start.place, path, name, includesHidden, &top.inherited, parent: InheritedAttributes()) {
            try body(file)
        }
        guard includesContent else { return }
        var levels = [top]
        while let last = levels.indices.last {
            path.removeLast(path.count - levels[last].byteCount)
            guard let (name, place) = levels[last].children.next() else {
                levels.removeLast()
                continue
            }
            if !path.isEmpty { path.append(UInt8(ascii: "/")) }
            path += name
            var level = Level(of: place, in: self, includesHidden, byteCount: path.count)
            let parent = levels[last].inherited
            for file in files(at: place, path, name, includesHidden, &level.inherited, parent: parent) {
                try body(file)
            }
            if isRecursive, !level.children.isEmpty { levels.append(level) }
        }
    }

    /// A directory that is being listed.
    private struct Level {
        var children: MergedChildren
        var inherited = InheritedAttributes()
        /// Of the path.
        let byteCount: Int

        init(of place: Place, in tree: MergedTree, _ includesHidden: Bool, byteCount: Int) {
            children = MergedChildren(of: place, in: tree, includesHidden: includesHidden)
            self.byteCount = byteCount
        }
    }

    /// What is at a place, the upper layer first.
    private func files(
        at place: Place, _ path: [UInt8], _ name: ArraySlice<UInt8>, _ includesHidden: Bool,
        _ inherited: inout InheritedAttributes, parent: InheritedAttributes
    ) -> [ListedFile] {
        func file(_ item: Item, hiddenBy: Int?) -> ListedFile {
            self.file(at: path, item, hiddenBy: hiddenBy) { item in
                inherited.attributes(of: item, at: path, named: name, in: self, parent: parent)
            }
        }
        let seen = seen(place)
        guard includesHidden else { return seen.map { [file($0, hiddenBy: nil)] } ?? [] }
        var files: [ListedFile] = []
        // The attributes of merged directories are hidden by those of the next one that has some.
        var covering: Int?
        for item in place.visible {
            let layer = layers[item.layer]
            let hasAttributes = layer.attributes(of: item.node) != nil
            if item == seen {
                files.append(file(item, hiddenBy: nil))
            } else if hasAttributes, let covering {
                files.append(file(item, hiddenBy: covering))
            }
            if hasAttributes { covering = item.layer }
            if layer.isOpaque(item.node) { files.append(ListedFile(path: path, kind: .opaque, layer: item.layer)) }
        }
        files += place.whiteouts.map { ListedFile(path: path, kind: .whiteout, layer: $0.layer) }
        for (item, by) in place.hidden {
            files.append(file(item, hiddenBy: by))
            if layers[item.layer].isOpaque(item.node) {
                files.append(ListedFile(path: path, kind: .opaque, layer: item.layer, hiddenBy: by))
            }
        }
        return files.sorted { $0.layer > $1.layer }
    }

    /// What is seen at a place: of merged directories the uppermost that has an entry. Those without leave the attributes as they
    /// are, as in containerd.
    func seen(_ place: Place) -> Item? {
        place.visible.first { layers[$0.layer].attributes(of: $0.node) != nil } ?? place.visible.last
    }

    private func file(
        at path: [UInt8], _ item: Item, hiddenBy: Int?, inherited: (Item) -> TreeAttributes?
    ) -> ListedFile {
        let layer = layers[item.layer]
        let content = kind(of: item) == .outerLink ? outerTarget(of: item) ?? item : item
        let source = layers[content.layer]
        let attributes = source.attributes(of: content.node) ?? inherited(item)
        var file = ListedFile(
            path: path, kind: ListedFile.Kind(kind(of: content)), layer: item.layer, hiddenBy: hiddenBy,
            attributes: attributes.map { ListedFile.Attributes($0) } ?? .ofImpliedDirectory)
        // Of a hard link to nothing the size is not known.
        if kind(of: content) == .file { file.byteCount = attributes?.byteCount }
        file.device = attributes?.device.map { ListedFile.Device(major: $0.major, minor: $0.minor) }
        if file.kind == .symbolicLink { file.target = source.target(of: content.node).map { Array($0) } }
        file.hardLink = layer.hardLinkTarget(of: item.node).map { layer.path(of: $0) }
        if kind(of: item) == .outerLink { file.hardLink = layer.target(of: item.node).map { Array($0) } }
        file.sha256 = source.digest(of: content.node).map { Array($0) }
        file.headerOffset = layer.headerOffset(of: item.node)
        return file
    }

    /// Where the content of a file is.
    package struct Content: Hashable, Sendable {
        /// The index of the layer, base first.
        package var layer: Int
        /// In bytes from the beginning of the uncompressed layer.
        package var offset: UInt64
        package var byteCount: UInt64
        /// A sparse file: its content is stored in pieces.
        package var isSparse: Bool
    }

    /// The content of the file at a place; nil if there is none.
    package func content(of place: Place) -> Content? {
        guard let item = place.visible.first else { return nil }
        let file = kind(of: item) == .outerLink ? outerTarget(of: item) ?? item : item
        let layer = layers[file.layer]
        guard let offset = layer.dataOffset(of: file.node), let attributes = layer.attributes(of: file.node) else {
            return nil
        }
        return Content(
            layer: file.layer, offset: offset, byteCount: attributes.byteCount, isSparse: attributes.isSparse)
    }
}

extension ListedFile.Kind {
    fileprivate init(_ kind: TreeKind) {
        self =
            switch kind {
            case .absent, .file, .outerLink: .file
            case .directory: .directory
            case .symbolicLink: .symbolicLink
            case .characterDevice: .characterDevice
            case .blockDevice: .blockDevice
            case .fifo: .fifo
            case .whiteout: .whiteout
            }
    }
}

extension ListedFile.Attributes {
    fileprivate init(_ attributes: TreeAttributes) {
        self.init(
            mode: attributes.mode, userID: attributes.userID, groupID: attributes.groupID, seconds: attributes.seconds,
            nanoseconds: attributes.nanoseconds, hasExtendedAttributes: attributes.hasExtendedAttributes)
    }
}
