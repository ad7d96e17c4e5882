// layerverify: the file "repositories" of docker-save archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// Reads `repositories`, the oldest document of docker save: names and tags, and the topmost layer of each.
///
/// Spec: Docker Image Specification v1.0 §Combined Image JSON + Filesystem Changeset Format.
struct RepositoriesWalk {
    let tree: any ImageTree

    /// At most this many parents are followed; an image has at most 127 layers.
    static let maximumChainLength = 1024

    /// Checks that every image in it exists.
    func check(_ builder: inout InventoryBuilder) {
        guard builder.selection.isEverything, builder.observer == nil else { return }
        switch tree.kind(of: "repositories") {
        case .absent: return
        case .unreadable(let ending):
            return builder.add(.unread(ending), reading: Place("repositories"), digest: nil)
        case .found: break
        }
        forEachEntry(&builder) { entry, builder in
            let what = "\(entry.name):\(entry.tag) is \(entry.id), which"
            switch lookUp(entry.id) {
            case .found: return
            case .absent:
                builder.add(
                    Finding(
                        .dockerRepositoriesMismatch, "\(what) is not in the archive", at: entry.place, actual: entry.id)
                )
            case .unreadable:
                builder.add(
                    Finding(.claimUnchecked, "\(what) could not be looked up", at: entry.place, actual: entry.id))
            }
        }
    }

    /// Lists the images of an archive that has only `repositories`: there are no digests to check its layers against.
    func walkUnclaimed(_ builder: inout InventoryBuilder) {
        var layers = UnclaimedLayers(tree: tree)
        // The image of each topmost layer: a second tag for it adds a name.
        var images: [String: Int] = [:]
        forEachEntry(&builder) { entry, builder in
            let name = entry.name + ":" + entry.tag
            if let observer = builder.observer {
                return observer.note(SelectableEntry(view: .repositories, place: entry.place, names: [name]))
            }
            guard builder.isSelected(entry.place) else { return }
            builder.noteSelected(at: entry.place)
            if let known = images[entry.id] { return builder.addReferences([name], to: known) }
            let image = builder.addImage(
                ImageRecord(root: builder.root, kind: .image, references: [name], place: entry.place))
            images[entry.id] = image
            var chain: [String] = []
            var seen: Set<String> = []
            var next: String? = entry.id
            while let id = next, chain.count < Self.maximumChainLength, seen.insert(id).inserted {
                guard builder.countDescriptor(at: entry.place) else { break }
                let layer = layers.layer(id, image, &builder)
                if layer.presence == .absent {
                    builder.add(
                        Finding(
                            .dockerRepositoriesMismatch, "the layer \(id) is not in the archive", at: entry.place,
                            actual: id), image: image)
                }
                guard layer.presence == .found else { break }
                chain.append(id)
                next = layer.parent
            }
            for (index, id) in chain.reversed().enumerated() { walkLayer(id, index, image, &builder) }
        }
    }

    private func walkLayer(_ id: String, _ index: Int, _ image: Int, _ builder: inout InventoryBuilder) {
        let path = id + "/layer.tar"
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: 0)
        builder.updateImage(image) { $0.layers.append(LayerRecord(blob: blobs.first, path: path)) }
        for blob in blobs {
            builder.add(Claim(.intactStream, about: blob, at: Place(path), image: image, layer: index))
        }
        builder.add(
            Finding(
                .dockerLayerUnclaimed, "nothing in the archive says what this layer should be", at: Place(path)),
            image: image, layer: index)
    }

    private struct Entry {
        let name: String
        let tag: String
        let id: String
        let place: Place
    }

    /// Calls `body` with each name and tag, up to the limit of descriptors.
    private func forEachEntry(_ builder: inout InventoryBuilder, _ body: (Entry, inout InventoryBuilder) -> Void) {
        let place = Place("repositories")
        let blobs = builder.blobs(at: "repositories", in: tree, expectedByteCount: 0)
        switch tree.document(blobs, isMap: true, &builder) {
        case .failure(let fault):
            builder.add(fault, reading: place, digest: nil)
        case .success(let document):
            guard let repositories = document.root.object else {
                builder.add(
                    Finding(
                        .dockerRepositoriesMismatch, "repositories must be an object, not \(document.root.rawText)",
                        at: place))
                return
            }
            for (name, tags) in repositories {
                let place = place.appending(name)
                guard let tags = tags.object else {
                    guard builder.countDescriptor(at: place) else { return }
                    builder.add(
                        Finding(.dockerRepositoriesMismatch, "the tags of \(name) must be an object", at: place))
                    continue
                }
                for (tag, id) in tags {
                    let place = place.appending(tag)
                    guard builder.countDescriptor(at: place) else { return }
                    guard let id = id.string else {
                        builder.add(
                            Finding(.dockerRepositoriesMismatch, "\(name):\(tag) must be a string", at: place))
                        continue
                    }
                    body(Entry(name: name, tag: tag, id: id, place: place), &builder)
                }
            }
        }
    }

    /// Looks up an ID: it is a folder in the old format, a blob since Docker 25, and a config's name in the output of
    /// some builders.
    ///
    /// Returns: what exists under one of these names.
    private func lookUp(_ id: String) -> Lookup<FileKind> {
        guard !id.contains("/"), id != "..", id != "." else { return .absent }
        let hex = id.hasPrefix("sha256:") ? String(id.dropFirst("sha256:".count)) : id
        var result = Lookup<FileKind>.absent
        let paths = [
            "\(hex)", "\(hex)/json", "\(hex)/layer.tar", "blobs/sha256/\(hex)", "\(hex).json", "sha256:\(hex)",
        ]
        for path in paths {
            let kind = tree.kind(of: path)
            if case .found = kind { return kind }
            if case .unreadable = kind { result = kind }
        }
        return result
    }
}

/// The layers of an archive without digests. Each is looked up, and its document read, only once.
private struct UnclaimedLayers {
    let tree: any ImageTree
    private var known: [String: Layer] = [:]

    enum Presence { case found, absent, unread }

    struct Layer {
        var presence: Presence
        var parent: String?
    }

    init(tree: any ImageTree) { self.tree = tree }

    /// The layer with an ID, and the ID of its parent.
    mutating func layer(_ id: String, _ image: Int, _ builder: inout InventoryBuilder) -> Layer {
        if let layer = known[id] { return layer }
        var layer = Layer(presence: .absent)
        let path = id + "/layer.tar"
        switch id.contains("/") ? .absent : tree.kind(of: path) {
        case .absent: break
        case .unreadable(let ending):
            builder.add(.unread(ending), reading: Place(path), digest: nil, image: image)
            layer.presence = .unread
        case .found: layer = Layer(presence: .found, parent: parent(of: id, &builder))
        }
        known[id] = layer
        return layer
    }

    private func parent(of id: String, _ builder: inout InventoryBuilder) -> String? {
        let path = id + "/json"
        switch tree.kind(of: path) {
        case .absent: return nil
        case .unreadable(let ending):
            builder.add(.unread(ending), reading: Place(path), digest: nil)
            return nil
        case .found: break
        }
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: 0)
        switch tree.document(blobs, &builder) {
        case .success(let document):
            return document.root["parent"]?.string
        case .failure(let fault):
            builder.add(fault, reading: Place(path), digest: nil)
            return nil
        }
    }
}
