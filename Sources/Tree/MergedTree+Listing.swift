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
        for file in files(at: start.place, start.path, includesHidden) { try body(file) }
        guard includesContent else { return }
        var levels = [Level(children: children(of: start.place, includesHidden: includesHidden), path: start.path)]
        while let level = levels.popLast() {
            var level = level
            guard level.next < level.children.count else { continue }
            let (name, place) = level.children[level.next]
            level.next += 1
            let path = level.path.isEmpty ? Array(name) : level.path + [UInt8(ascii: "/")] + name
            levels.append(level)
            for file in files(at: place, path, includesHidden) { try body(file) }
            guard isRecursive else { continue }
            let inner = children(of: place, includesHidden: includesHidden)
            if !inner.isEmpty { levels.append(Level(children: inner, path: path)) }
        }
    }

    private struct Level {
        var children: [(name: ArraySlice<UInt8>, place: Place)]
        var path: [UInt8]
        var next = 0
    }

    /// What is at a place, the upper layer first.
    private func files(at place: Place, _ path: [UInt8], _ includesHidden: Bool) -> [ListedFile] {
        let seen = seen(place)
        guard includesHidden else { return seen.map { [file(at: path, $0, hiddenBy: nil)] } ?? [] }
        var files: [ListedFile] = []
        for item in place.visible {
            let layer = layers[item.layer]
            if item == seen {
                files.append(file(at: path, item, hiddenBy: nil))
            } else if layer.attributes(of: item.node) != nil, let seen {
                files.append(file(at: path, item, hiddenBy: seen.layer))
            }
            if layer.isOpaque(item.node) { files.append(ListedFile(path: path, kind: .opaque, layer: item.layer)) }
        }
        files += place.whiteouts.map { ListedFile(path: path, kind: .whiteout, layer: $0.layer) }
        for (item, by) in place.hidden {
            files.append(file(at: path, item, hiddenBy: by))
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

    /// The attributes of a directory without an entry: those of the directory to which the path leads in the layers below, links
    /// included, also if an opaque marker hides it; nil if there is none. So does containerd.
    private func inheritedAttributes(at path: [UInt8], of item: Item) -> TreeAttributes? {
        guard kind(of: item) == .directory, !path.isEmpty else { return nil }
        var (path, layer) = (path, item.layer)
        while layer > 0 {
            let below = MergedTree(Array(layers[..<layer]))
            guard let found = try? below.find(path, followsLast: false), let seen = below.seen(found.place),
                kind(of: seen) == .directory
            else { return nil }
            if let attributes = layers[seen.layer].attributes(of: seen.node) { return attributes }
            (path, layer) = (found.path, seen.layer)
        }
        return nil
    }

    private func file(at path: [UInt8], _ item: Item, hiddenBy: Int?) -> ListedFile {
        let layer = layers[item.layer]
        let content = kind(of: item) == .outerLink ? outerTarget(of: item) ?? item : item
        let source = layers[content.layer]
        let attributes = source.attributes(of: content.node) ?? inheritedAttributes(at: path, of: item)
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
