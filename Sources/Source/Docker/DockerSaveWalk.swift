// layerverify: the walk through the output of docker save.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// Walks `manifest.json` of a docker-save archive: configs, layers, and the names of images.
///
/// It makes at least the checks of `docker load`: the document and every config and layer exist, the number of layers
/// is that of the diffIDs, every layer decodes to its diffID, and every tag is a reference with a tag.
///
/// Spec: Docker Image Specification v1.2 §Combined Image JSON + Filesystem Changeset Format.
struct DockerSaveWalk {
    let tree: any ImageTree
    /// Whether an image layout is next to `manifest.json`: its images are the same and are not listed twice.
    let hasLayout: Bool
    /// The configs of all images, for `Parent`.
    private var configDigests: Set<ContentDigest> = []
    private var parents: [(digest: String, place: Place, image: Int)] = []
    /// The images of that image layout, by full name.
    private var layoutNames = LayoutNames()
    /// By the hash of a tag's full name: the config and the hash of the platform that the tag was last assigned to.
    /// There may be 100 000 tags.
    private var tagged: [Int: (config: BlobIndex?, platform: Int)] = [:]

    init(tree: any ImageTree, hasLayout: Bool) {
        self.tree = tree
        self.hasLayout = hasLayout
    }

    /// Reads the whole archive into `builder`.
    mutating func walk(_ builder: inout InventoryBuilder) {
        let place = Place("manifest.json")
        let blobs = builder.blobs(at: "manifest.json", in: tree, expectedByteCount: 0)
        switch tree.document(blobs, &builder) {
        case .failure(let fault):
            builder.add(fault, reading: place, digest: nil)
        case .success(let document):
            guard let entries = document.root.array else {
                builder.add(
                    Finding(
                        .dockerManifestInvalid, "manifest.json must be an array, not \(document.root.rawText)",
                        at: place))
                return
            }
            if hasLayout { layoutNames = LayoutNames(of: builder) }
            var isEmpty = true
            let layoutHasImages = builder.current.hasLayoutImages
            for (index, entry) in entries.enumerated() {
                isEmpty = false
                guard builder.countDescriptor(at: place.appending(index)) else { break }
                walkImage(entry, at: place.appending(index), &builder)
            }
            if hasLayout, builder.selection.isEverything {
                compareEmptiness(isEmpty, layoutHasImages: layoutHasImages, at: place, &builder)
            }
        }
        checkParents(&builder)
        RepositoriesWalk(tree: tree).check(&builder)
    }

    /// Compares a view without images with one that has some.
    ///
    /// Spec: none. It is a warning if only index.json is empty, because Docker 25.0 wrote that for untagged images.
    private func compareEmptiness(
        _ isEmpty: Bool, layoutHasImages: Bool, at place: Place, _ builder: inout InventoryBuilder
    ) {
        if isEmpty, layoutHasImages {
            builder.addDisagreement(
                Finding(.viewsDisagree, "manifest.json lists no image, index.json leads to some", at: place))
        }
        if !isEmpty, builder.current.notes.layoutIsEmpty {
            builder.add(
                Finding(
                    .viewEmpty, "index.json lists no image, manifest.json does: some tools will find nothing",
                    at: Place("index.json", "/manifests")))
        }
    }

    // One image

    private mutating func walkImage(_ entry: JSONValue, at place: Place, _ builder: inout InventoryBuilder) {
        guard entry.object != nil else {
            builder.add(
                Finding(.dockerManifestInvalid, "an image must be an object, not \(entry.rawText)", at: place))
            return
        }
        let (tags, tagFindings) = readTags(entry.member(ignoringCase: "RepoTags"), at: place.appending("RepoTags"))
        if let observer = builder.observer, observer.depth != .images {
            return observer.note(SelectableEntry(view: .dockerManifest, place: place, names: tags))
        }
        guard builder.isSelected(place) || isTwinOfSelected(entry, &builder) else { return }
        let configPlace = place.appending("Config")
        guard let configPath = entry.member(ignoringCase: "Config")?.string, !configPath.isEmpty else {
            builder.add(
                Finding(
                    .dockerManifestInvalid,
                    "Config must be the path of a config, \(entry.member(ignoringCase: "Config").contradiction)",
                    at: configPlace))
            return
        }
        let path = ArchivePath.normalized(configPath)
        let configBlobs = builder.blobs(at: path, in: tree, expectedByteCount: 0)
        let named = Self.digest(named: path)
        let read = builder.config(configBlobs, in: tree, at: Place(path), digest: named, isOCI: false)
        var config: ParsedConfig?
        if case .success(let parsed) = read { config = parsed }
        if case .failure(let fault) = read, fault.leavesOpen, builder.selection.platform != nil {
            // It is not known whether the image is selected, so nothing is claimed about it.
            return builder.add(fault, reading: Place(path), digest: nil)
        }
        guard builder.selection.accepts(config?.platform) else { return }
        let actual = configBlobs.last.flatMap { builder.facts(of: $0)?.digests.first { $0.algorithm == .sha256 } }
        builder.noteSelected(at: place)
        builder.observer?.note(
            SelectableEntry(
                view: .dockerManifest, place: place, names: tags, imageID: named ?? actual,
                platform: config?.platform))
        if let actual { configDigests.insert(actual) }
        let layoutImage = hasLayout ? builder.current.image(withConfig: configBlobs) : nil
        let image =
            layoutImage
            ?? builder.addImage(
                ImageRecord(
                    root: builder.root, kind: .image, references: tags, platform: config?.platform,
                    imageID: named ?? actual, configBlob: configBlobs.first, place: place))
        if layoutImage != nil {
            builder.addReferences(tags, to: image)
        } else if hasLayout, builder.selection.isEverything, builder.current.hasLayoutImages {
            builder.addDisagreement(
                Finding(
                    .viewsDisagree, "manifest.json has an image that index.json does not lead to", at: configPlace,
                    actual: path), image: image)
        }
        // What was not selected of the layout may be this image.
        let isPartial = hasLayout && layoutImage == nil && !builder.selection.isEverything
        builder.compareImageID(named ?? actual, config: configBlobs, of: image, isPartial: isPartial)
        for finding in tagFindings + Self.memberFindings(entry, at: place) { builder.add(finding, image: image) }
        checkNames(
            tags, of: image, config: configBlobs.first, config?.platform, at: place.appending("RepoTags"), &builder)
        for blob in configBlobs {
            if let named { builder.add(Claim(.name(named), about: blob, at: configPlace, image: image)) }
        }
        switch read {
        case .failure(.unread(let ending)):
            if named == nil, let finding = Finding(ending, at: configPlace) { builder.add(finding, image: image) }
        case .failure(let fault):
            builder.add(fault, reading: Place(path), digest: named, image: image)
        case .success:
            // If there is an image layout, its walk has already reported the findings of the config.
            guard layoutImage == nil, !hasLayout || builder.current.notes.isWhole else { break }
            for finding in config?.findings ?? [] { builder.add(finding, image: image) }
            if config?.isNoImage == true {
                builder.add(
                    Finding(.configInvalid, "the config is an empty object", at: Place(path), digest: named),
                    image: image)
            }
        }
        if let parent = entry.member(ignoringCase: "Parent")?.string, !parent.isEmpty {
            parents.append((parent, place.appending("Parent"), image))
        }
        let layers = DockerLayers(
            tree: tree, entry: entry, place: place, configPlace: Place(path), image: image,
            isOfLayout: layoutImage != nil)
        layers.walk(config, &builder)
    }

    /// Whether an entry is the other view of an image of the layout that is selected by its digest, or by a name that
    /// `RepoTags` lacks.
    private func isTwinOfSelected(_ entry: JSONValue, _ builder: inout InventoryBuilder) -> Bool {
        guard hasLayout, let config = entry.member(ignoringCase: "Config")?.string else { return false }
        let path = ArchivePath.normalized(config)
        guard case .at = tree.locate(path), builder.mentions(path, in: tree) else { return false }
        return builder.current.image(withConfig: builder.blobs(at: path, in: tree, expectedByteCount: 0)) != nil
    }

    /// The digest in the name of a config: `<hex>.json`, `sha256:<hex>` (kaniko), `blobs/sha256/<hex>`.
    static func digest(named path: String) -> ContentDigest? {
        var name = Substring(path)
        if name.hasPrefix("blobs/sha256/") {
            name = name.dropFirst("blobs/sha256/".count)
        } else if name.hasPrefix("sha256:") {
            name = name.dropFirst("sha256:".count)
        }
        if name.hasSuffix(".json") { name = name.dropLast(".json".count) }
        do throws(ContentDigest.GrammarError) {
            return try ContentDigest(parsing: "sha256:" + name)
        } catch {
            // Other names, such as Jib's `config.json`, contain no digest.
            return nil
        }
    }

    /// Members that Docker cannot decode: `Parent` is a string, `LayerSources` a map of descriptors.
    private static func memberFindings(_ entry: JSONValue, at place: Place) -> [Finding] {
        var findings: [Finding] = []
        func expect(_ name: String, _ type: String, _ isRight: (JSONValue) -> Bool) {
            guard let value = entry.member(ignoringCase: name), !value.isNull, !isRight(value) else { return }
            findings.append(
                Finding(
                    .dockerManifestInvalid, "\(name) must be \(type), not \(value.rawText)", at: place.appending(name)))
        }
        expect("Parent", "a string") { $0.string != nil }
        expect("LayerSources", "an object of descriptors") { sources in
            sources.object?.allSatisfy { _, source in source.object != nil || source.isNull } == true
        }
        return findings
    }

    // Names

    private func readTags(_ value: JSONValue?, at place: Place) -> ([String], [Finding]) {
        guard let value, !value.isNull else { return ([], []) }
        guard let array = value.array else {
            return (
                [], [Finding(.dockerManifestInvalid, "RepoTags must be an array, not \(value.rawText)", at: place)]
            )
        }
        guard value.count <= ParsedDescriptor.maximumListCount else {
            return (
                [],
                [
                    Finding(
                        .dockerManifestInvalid, "RepoTags is not a list of names: it has \(value.count) entries",
                        at: place
                    )
                ]
            )
        }
        var tags: [String] = []
        var findings: [Finding] = []
        for (index, value) in array.enumerated() {
            guard let tag = value.string, ReferenceGrammar.hasNameAndTag(tag) else {
                // One finding is enough to refute the image.
                guard findings.count < 100 else { continue }
                findings.append(
                    Finding(
                        .dockerReferenceInvalid, "a RepoTags entry must be name:tag, not \(value.rawText)",
                        at: place.appending(index), actual: value.rawText))
                continue
            }
            tags.append(tag)
        }
        return (tags, findings)
    }

    /// Checks that each name is assigned to one image, and to the same one in both views.
    private mutating func checkNames(
        _ tags: [String], of image: Int, config: BlobIndex?, _ platform: Platform?, at place: Place,
        _ builder: inout InventoryBuilder
    ) {
        // For an image that index.json does not lead to, another finding is reported.
        let isOfLayout = builder.inventory.images.withoutLists(image).manifestBlob != nil
        let platformHash = platform.hashValue
        for (index, tag) in tags.enumerated() {
            guard builder.countDescriptor(at: place.appending(index)) else { return }
            let name = ReferenceGrammar.fullName(of: tag)
            if isOfLayout, layoutNames.lead(name, elsewhereThan: image) {
                builder.addDisagreement(
                    Finding(
                        .viewsDisagree, "\(tag) is another image in index.json", at: place.appending(index), actual: tag
                    ),
                    image: image)
            }
            // The images of one name for several platforms may share it.
            if builder.current.notes.isWhole, let first = tagged[name.hashValue], first.config != config,
                first.platform == platformHash
            {
                builder.add(
                    Finding(
                        .dockerReferenceTwice, "the tag \(tag) is used twice: docker load assigns it to the last image",
                        at: place.appending(index), actual: tag), image: image)
            }
            tagged[name.hashValue] = (config, platformHash)
        }
    }

    private func isThere(_ parent: String) -> Bool {
        do throws(ContentDigest.GrammarError) {
            return configDigests.contains(try ContentDigest(parsing: parent))
        } catch {
            return false
        }
    }

    private func checkParents(_ builder: inout InventoryBuilder) {
        // The parent may be among the images that were not read.
        guard builder.selection.isEverything, builder.current.notes.isComplete else { return }
        for parent in parents where !isThere(parent.digest) {
            builder.add(
                Finding(
                    .dockerParentMissing, "the parent \(parent.digest) is not in the archive", at: parent.place,
                    actual: parent.digest), image: parent.image)
        }
    }
}
