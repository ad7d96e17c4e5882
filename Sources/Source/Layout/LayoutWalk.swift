// layerverify: the walk from the index to the layers of an image layout.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// Walks an OCI image layout from the index over manifests and configs, and adds the claims about every blob.
///
/// Spec: OCI image-spec v1.1.1 image-layout.md, image-index.md, manifest.md, config.md.
struct LayoutWalk {
    let tree: any ImageTree
    /// The indexes on the current path, to detect cycles, and the entries that led to them.
    var indexesAbove: [BlobIndex] = []
    var entriesAbove: [Place] = []
    /// The results of the manifests and indexes already read: a second tag for one adds a name, not an image.
    var walked: [BlobIndex: WalkedDocument] = [:]
    /// The media types in documents whose descriptors do not say manifest or index; nil if a document's own type does
    /// not say so either.
    var ownNames: [BlobIndex: String?] = [:]

    /// Deeper indexes are not followed. The specification names no limit; real indexes have one or two levels.
    static let maximumIndexDepth = 16

    /// How the walk reached a descriptor.
    struct Context {
        var place: Place
        var references: [String] = []
        /// The platform of the index entry above it.
        var platform: Platform?
        var isAttestation = false
        /// Whether a name or digest on the path matches the selection.
        var isNamed = false
    }

    init(tree: any ImageTree) { self.tree = tree }

    /// The path of a blob in a layout.
    static func path(of digest: ContentDigest) -> String { "blobs/\(digest.algorithmName)/\(digest.encoded)" }

    // The layout

    /// Reads the whole layout into `builder`.
    mutating func walk(_ builder: inout InventoryBuilder) {
        checkLayoutFile(&builder)
        let place = Place("index.json")
        let blobs = builder.blobs(at: "index.json", in: tree, expectedByteCount: 0)
        switch tree.document(blobs, &builder) {
        case .failure(.unread(.missing)):
            builder.add(Finding(.indexMissing, "the layout has no index.json", at: place))
        case .failure(let fault):
            builder.add(fault, reading: place, digest: nil)
        case .success(let document):
            _ = walkIndex(document.root, Context(place: place), digest: nil, &builder)
        }
    }

    private func checkLayoutFile(_ builder: inout InventoryBuilder) {
        let place = Place("oci-layout")
        let blobs = builder.blobs(at: "oci-layout", in: tree, expectedByteCount: 0)
        switch tree.document(blobs, &builder) {
        case .failure(.unread(.missing)):
            builder.add(
                Finding(
                    .layoutInvalid, "the layout has no oci-layout file", at: place,
                    hint: #"the file must contain {"imageLayoutVersion": "1.0.0"}"#))
        case .failure(let fault):
            builder.add(fault, reading: place, digest: nil)
        case .success(let document):
            let version = document.root["imageLayoutVersion"]
            guard let text = version?.string, text.hasPrefix("1.") else {
                let actual = version?.rawText ?? "missing"
                builder.add(
                    Finding(
                        .layoutInvalid, "imageLayoutVersion must be 1.0.0, \(version.contradiction)",
                        at: place.appending("imageLayoutVersion"), expected: "1.0.0", actual: actual))
                return
            }
        }
    }

    private func noteNothing(at place: Place, _ builder: inout InventoryBuilder) {
        builder.add(Finding(.nothingReferenced, "index.json lists no image", at: place))
    }

    // Indexes

    /// Walks an index.
    ///
    /// Returns: the images below it.
    ///
    /// - Parameter digest: the digest of the index; nil for index.json, which no descriptor names.
    mutating func walkIndex(
        _ root: JSONValue, _ context: Context, digest: ContentDigest?, _ builder: inout InventoryBuilder
    ) -> [Int] {
        let place = context.place
        guard root.object != nil else {
            builder.add(
                Finding(.indexInvalid, "an index must be an object, not \(root.rawText)", at: place, digest: digest))
            return []
        }
        builder.checkSchemaVersion(root, at: place, digest: digest)
        checkMembers(of: root, KnownMembers.index, at: place, .indexInvalid, digest: digest, image: nil, &builder)
        checkSubject(
            root.member(ignoringCase: "subject"), at: place.appending("subject"), .indexInvalid, image: nil, &builder)
        if digest == nil { checkIndexType(root, at: place, &builder) }
        for key in ["config", "layers", "fsLayers"] where root.member(ignoringCase: key).map({ !$0.isNull }) == true {
            builder.add(
                Finding(
                    .documentConfusion, "the index has a member \(key), which belongs in a manifest",
                    at: place.appending(key),
                    digest: digest))
        }
        let list = place.appending("manifests")
        switch root["manifests"] {
        case nil:
            builder.add(Finding(.indexInvalid, "the index has no manifests", at: list, digest: digest))
            return []
        case let value? where value.isNull:
            let code: FindingCode = digest == nil ? .indexManifestsNull : .indexInvalid
            builder.add(Finding(code, "manifests must be an array, not null", at: list, digest: digest))
            if digest == nil { noteNothing(at: place, &builder) }
            return []
        case let value?:
            guard let entries = value.array else {
                builder.add(
                    Finding(.indexInvalid, "manifests must be an array, not \(value.rawText)", at: list, digest: digest)
                )
                return []
            }
            guard value.count <= ParsedDescriptor.maximumListCount else {
                builder.add(
                    Finding(
                        .indexInvalid, "manifests is not a list of descriptors: it has \(value.count) entries",
                        at: list,
                        digest: digest))
                return []
            }
            if digest == nil, !entries.contains(where: { _ in true }) { noteNothing(at: place, &builder) }
            return walkEntries(entries, context, list, &builder)
        }
    }

    /// Spec: image-index.md §mediaType: if present, it must be that of an index. index.json has no descriptor that is
    /// checked against it.
    private func checkIndexType(_ root: JSONValue, at place: Place, _ builder: inout InventoryBuilder) {
        guard let value = root.member(ignoringCase: "mediaType"), !value.isNull, value.string != "" else { return }
        guard value.string.map({ MediaType($0).kind }) != .index else { return }
        builder.add(
            Finding(
                .mediaTypeContradiction, "index.json calls itself \(value.rawText)", at: place.appending("mediaType"),
                expected: "application/vnd.oci.image.index.v1+json", actual: value.string ?? value.rawText))
    }

    private mutating func walkEntries(
        _ entries: JSONArray, _ context: Context, _ list: Place, _ builder: inout InventoryBuilder
    ) -> [Int] {
        var images: [Int] = []
        // Indexes that are listed many times and list other indexes many times have few images but very many paths to
        // them.
        var seen: Set<Int> = []
        var absent: [AbsentEntry] = []
        var hasPresent = false
        var named: [NamedPlatform: ContentDigest] = [:]
        for (index, entry) in entries.enumerated() {
            let (parsed, below) = read(entry, index, context, list, builder)
            guard builder.countDescriptor(at: parsed.place) else {
                // Some of the entries that are not read may be present.
                hasPresent = true
                break
            }
            guard isWanted(parsed, below, builder) else { continue }
            for finding in parsed.findings { builder.add(finding) }
            guard let descriptor = parsed.descriptor else { continue }
            if indexesAbove.isEmpty { checkName(descriptor, at: parsed.place, &named, &builder) }
            if !isFollowed(descriptor, builder.observer) {
                observe(descriptor, below, [], &builder)
                continue
            }
            entriesAbove.append(parsed.place)
            let followed = follow(descriptor, below, &builder)
            entriesAbove.removeLast()
            switch followed {
            case .present(let found):
                note(found, by: descriptor, below, &builder)
                images += found.filter { seen.insert($0).inserted }
                hasPresent = true
            case .absent(let blobs):
                absent.append(AbsentEntry(index: index, entry: entry, blobs: blobs))
            }
        }
        for absent in absent {
            let (parsed, below) = read(absent.entry, absent.index, context, list, builder)
            guard let descriptor = parsed.descriptor else { continue }
            let found = reportAbsent(descriptor, absent.blobs, below, hasSiblings: hasPresent, &builder)
            note(found, by: descriptor, below, &builder)
            images += found
        }
        return images
    }

    /// Reads an entry of an index. Returns: the entry, and the context of what it leads to.
    private func read(
        _ entry: JSONValue, _ index: Int, _ context: Context, _ list: Place, _ builder: InventoryBuilder
    ) -> (ParsedDescriptor, Context) {
        let parsed = ParsedDescriptor(entry, at: list.appending(index), missing: .indexInvalid)
        var below = context
        below.place = parsed.place
        if let descriptor = parsed.descriptor {
            if let platform = descriptor.platform { below.platform = platform }
            let names = Self.names(descriptor)
            below.references = context.references + names.filter { !context.references.contains($0) }
            below.isNamed = context.isNamed || builder.isSelected(parsed.place)
            below.isAttestation =
                descriptor.annotations["vnd.docker.reference.type"] == "attestation-manifest"
                || descriptor.platform?.isUnknown == true
        }
        return (parsed, below)
    }

    /// What identifies one manifest in an index.
    private struct NamedPlatform: Hashable {
        let tag: String
        /// `docker save` writes the bare tag, whatever the repository is, and the full name as another annotation.
        let fullName: String?
        let platform: Platform?
    }

    /// Reports one name for several manifests: readers differ in which one they use.
    ///
    /// Spec: annotations.md restricts only the grammar of `ref.name`; umoci refuses such a name as ambiguous.
    private func checkName(
        _ descriptor: Descriptor, at place: Place, _ named: inout [NamedPlatform: ContentDigest],
        _ builder: inout InventoryBuilder
    ) {
        guard descriptor.mediaType.kind == .index || descriptor.mediaType.kind == .manifest,
            let tag = descriptor.annotations["org.opencontainers.image.ref.name"], !tag.isEmpty
        else { return }
        let name = NamedPlatform(
            tag: tag, fullName: descriptor.annotations["io.containerd.image.name"], platform: descriptor.platform)
        guard let first = named[name] else {
            named[name] = descriptor.digest
            return
        }
        guard first != descriptor.digest else { return }
        builder.add(
            Finding(
                .referenceTwice, "the name \(tag) is given to two manifests: tools differ on which one they pick",
                at: place, digest: descriptor.digest, actual: tag))
    }

    /// The names that an index entry gives to an image.
    private static func names(_ descriptor: Descriptor) -> [String] {
        ["io.containerd.image.name", "org.opencontainers.image.ref.name"].compactMap { descriptor.annotations[$0] }
    }

    /// An entry whose blob is missing. It is parsed again when it is reported, because there may be 30 000 of them.
    private struct AbsentEntry {
        let index: Int
        let entry: JSONValue
        let blobs: [BlobIndex]
    }

    enum Followed {
        case present([Int])
        case absent([BlobIndex])
    }

    /// Reports a missing manifest. It is allowed if the entry has a platform and the index has other entries that are
    /// present.
    private func reportAbsent(
        _ descriptor: Descriptor, _ blobs: [BlobIndex], _ context: Context, hasSiblings: Bool,
        _ builder: inout InventoryBuilder
    ) -> [Int] {
        let digest = descriptor.digest
        if hasSiblings, let platform = descriptor.platform {
            let finding = Finding(
                .platformAbsent, "\(platform) is listed but missing; it was not checked", at: context.place,
                digest: digest, expected: platform.description)
            builder.add(builder.selection.requiresAllPlatforms ? finding.refuting() : finding)
            builder.noteAbsent(AbsentPlatform(platform: platform, digest: digest, place: context.place))
            return []
        }
        let image = builder.addImage(
            ImageRecord(
                root: builder.root, kind: descriptor.mediaType.kind == .manifest ? .image : .blob,
                references: context.references, platform: context.platform, manifestDigest: digest,
                manifestBlob: blobs.first, place: context.place))
        builder.claim(descriptor, about: blobs, at: context.place, image: image)
        return [image]
    }
}
