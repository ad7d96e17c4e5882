// layerverify: what a descriptor in an index leads to.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// The result of a manifest or index that was already read.
struct WalkedDocument {
    /// Nearly all documents are manifests and lead to at most one image, so they need no array.
    private enum Images {
        case none
        case one(Int)
        case several([Int])
    }

    private let found: Images
    private let isIndex: Bool
    /// Whether all that is below an index was selected, not only some entries.
    let isWhole: Bool
    /// The hash of the media type of the first descriptor, which other descriptors must match; nil if the document has
    /// no `mediaType`.
    private let typeHash: Int?

    init(
        as mediaType: MediaType, _ read: Result<JSONDocument, DocumentFault>, _ images: [Int], isNamed: Bool
    ) {
        isWhole = isNamed || mediaType.kind != .index
        found = images.isEmpty ? .none : images.count == 1 ? .one(images[0]) : .several(images)
        isIndex = mediaType.kind == .index
        var ownType: JSONValue?
        if case .success(let document) = read { ownType = document.root.member(ignoringCase: "mediaType") }
        typeHash = ownType?.string?.isEmpty ?? true ? nil : Self.hash(of: mediaType)
    }

    var images: [Int] {
        switch found {
        case .none: []
        case .one(let image): [image]
        case .several(let images): images
        }
    }

    /// False if a descriptor gives the document another media type than the first descriptor did.
    func fits(_ mediaType: MediaType) -> Bool {
        isIndex == (mediaType.kind == .index) && (typeHash ?? Self.hash(of: mediaType)) == Self.hash(of: mediaType)
    }

    private static func hash(of mediaType: MediaType) -> Int { mediaType.description.lowercased().hashValue }
}

extension LayoutWalk {
    mutating func follow(
        _ descriptor: Descriptor, _ context: Context, _ builder: inout InventoryBuilder
    ) -> Followed {
        let path = Self.path(of: descriptor.digest)
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: descriptor.size ?? 0)
        guard let blob = blobs.first else { return .absent(blobs) }
        builder.checkData(descriptor, at: context.place)
        switch descriptor.mediaType.kind {
        case .index, .manifest:
            break
        case .imageConfig, .empty, .layer, .nondistributableLayer, .other:
            switch tree.kind(of: path) {
            case .absent: return .absent(blobs)
            case .found: return .present([opaqueEntry(descriptor, blobs, context, &builder)])
            case .unreadable(let ending):
                builder.add(.unread(ending), reading: Place(path), digest: nil)
                return .present([])
            }
        }
        if let known = walked[blob], known.isWhole || !context.isNamed {
            if !known.fits(descriptor.mediaType) {
                builder.add(
                    Finding(
                        .mediaTypeContradiction,
                        "the descriptor calls \(descriptor.mediaType) what is something else by another descriptor",
                        at: context.place.appending("mediaType"), digest: descriptor.digest,
                        actual: descriptor.mediaType.description))
            }
            return .present(revisit(known.images, descriptor, blobs, context, &builder))
        }
        if indexesAbove.contains(blob) {
            builder.add(
                Finding(.indexCycle, "the index contains itself", at: context.place, digest: descriptor.digest))
            return .present([])
        }
        let read = tree.document(
            blobs, algorithms: descriptor.digest.algorithm.map { [$0] } ?? [], &builder)
        if case .failure(.unread(.missing)) = read { return .absent(blobs) }
        let images: [Int]
        if descriptor.mediaType.kind == .index {
            images = followIndex(descriptor, blobs, read, context, &builder)
        } else {
            images = followManifest(descriptor, blobs, read, context, &builder)
        }
        walked[blob] = WalkedDocument(as: descriptor.mediaType, read, images, isNamed: context.isNamed)
        if images.count > 1 { builder.keepList(of: images.count) }
        return .present(images)
    }

    /// Applies another descriptor of a manifest or index that was already read: it makes the same claims about it and
    /// adds names.
    private func revisit(
        _ images: [Int], _ descriptor: Descriptor, _ blobs: [BlobIndex], _ context: Context,
        _ builder: inout InventoryBuilder
    ) -> [Int] {
        builder.claim(descriptor, about: blobs, at: context.place, image: images.count == 1 ? images[0] : nil)
        for image in images {
            // Each path to an image counts toward the limit, because each takes time.
            guard builder.countDescriptor(at: context.place) else { break }
            builder.addReferences(context.references, to: image)
            if let platform = descriptor.platform {
                builder.checkPlatform(of: image, against: platform, at: context.place)
            }
        }
        return images
    }

    private mutating func followIndex(
        _ descriptor: Descriptor, _ blobs: [BlobIndex], _ read: Result<JSONDocument, DocumentFault>,
        _ context: Context, _ builder: inout InventoryBuilder
    ) -> [Int] {
        builder.claim(descriptor, about: blobs, at: context.place)
        guard indexesAbove.count < Self.maximumIndexDepth else {
            builder.add(
                Finding(
                    .indexTooDeep, "indexes nest deeper than \(Self.maximumIndexDepth) levels", at: context.place,
                    digest: descriptor.digest))
            return []
        }
        let path = Self.path(of: descriptor.digest)
        switch read {
        case .failure(let fault):
            builder.add(fault, reading: Place(path), digest: descriptor.digest)
            return []
        case .success(let document):
            var below = context
            below.place = Place(path)
            builder.checkMediaType(
                of: document.root, is: descriptor.mediaType, at: below.place, digest: descriptor.digest)
            indexesAbove.append(contentsOf: blobs.prefix(1))
            defer { indexesAbove.removeLast() }
            return walkIndex(document.root, below, digest: descriptor.digest, &builder)
        }
    }

    private mutating func opaqueEntry(
        _ descriptor: Descriptor, _ blobs: [BlobIndex], _ context: Context, _ builder: inout InventoryBuilder
    ) -> Int {
        // An index may list any blob: BuildKit's local cache lists layers and a cache config.
        let image = builder.addImage(
            ImageRecord(
                root: builder.root, kind: .blob, references: context.references, platform: nil,
                manifestDigest: descriptor.digest, place: context.place))
        let layer = LayerRecord(
            blob: blobs.first, digest: descriptor.digest, size: descriptor.size, mediaType: descriptor.mediaType,
            path: Self.path(of: descriptor.digest))
        builder.updateImage(image) { $0.layers = [layer] }
        builder.claim(descriptor, about: blobs, at: context.place, image: image, layer: 0)
        builder.claimStream(descriptor, about: blobs, at: context.place, isImage: false, image: image, layer: 0)
        checkHiddenManifest(descriptor, blobs, at: context.place, image: image, &builder)
        return image
    }

    /// Reports a document whose own media type is that of a manifest or an index while its descriptor's is not. Readers
    /// that use the document's type run it, readers that use the descriptor's skip it.
    private mutating func checkHiddenManifest(
        _ descriptor: Descriptor, _ blobs: [BlobIndex], at place: Place, image: Int, _ builder: inout InventoryBuilder
    ) {
        guard let blob = blobs.last, let name = ownName(blobs, blob, descriptor.digest.algorithm, &builder) else {
            return
        }
        builder.add(
            Finding(
                .mediaTypeContradiction,
                "the document calls itself \(name), its descriptor \(descriptor.mediaType)",
                at: Place(Self.path(of: descriptor.digest)).appending("mediaType"), digest: descriptor.digest,
                expected: descriptor.mediaType.description, actual: name), image: image)
    }

    /// The media type in a document, if it is that of a manifest or an index. Each document is parsed once.
    private mutating func ownName(
        _ blobs: [BlobIndex], _ blob: BlobIndex, _ algorithm: DigestAlgorithm?, _ builder: inout InventoryBuilder
    ) -> String? {
        if let known = ownNames[blob] { return known }
        var name: String?
        if builder.beginsAsObject(blobs),
            case .success(let document) = tree.document(blobs, algorithms: algorithm.map { [$0] } ?? [], &builder),
            let text = document.root.member(ignoringCase: "mediaType")?.string
        {
            switch MediaType(text).kind {
            case .index, .manifest: name = text
            case .imageConfig, .empty, .layer, .nondistributableLayer, .other: break
            }
        }
        ownNames[blob] = .some(name)
        return name
    }
}
