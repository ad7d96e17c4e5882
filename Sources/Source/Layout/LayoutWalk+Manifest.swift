// layerverify: the walk from a manifest to its layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

extension LayoutWalk {
    /// Reads a manifest and its config.
    ///
    /// Returns: the image; empty if its platform is not selected or not known.
    func followManifest(
        _ descriptor: Descriptor, _ blobs: [BlobIndex], _ read: Result<JSONDocument, DocumentFault>,
        _ context: Context, _ builder: inout InventoryBuilder
    ) -> [Int] {
        let place = Place(Self.path(of: descriptor.digest))
        var record = ImageRecord(
            root: builder.root, kind: context.isAttestation ? .attestation : .artifact,
            references: context.references, platform: context.platform, manifestDigest: descriptor.digest,
            manifestBlob: blobs.first, place: context.place)
        if case .failure(let fault) = read, fault.leavesOpen, isPlatformOpen(context, builder) {
            builder.add(fault, reading: place, digest: nil)
            return []
        }
        guard case .success(let document) = read else {
            record.kind = context.isAttestation ? .attestation : .image
            let image = builder.addImage(record)
            builder.claim(descriptor, about: blobs, at: context.place, image: image)
            if case .failure(let fault) = read {
                builder.add(fault, reading: place, digest: descriptor.digest, image: image)
            }
            return [image]
        }
        let root = document.root
        guard root.object != nil else {
            record.kind = context.isAttestation ? .attestation : .image
            let image = builder.addImage(record)
            builder.claim(descriptor, about: blobs, at: context.place, image: image)
            builder.add(
                Finding(
                    .manifestInvalid, "a manifest must be an object, not \(root.rawText)", at: place,
                    digest: descriptor.digest), image: image)
            return [image]
        }
        var config = readConfig(
            root["config"], at: place.appending("config"), underDockerLayers: Self.hasDockerLayers(root["layers"]),
            &builder)
        if let fault = config.openFault, isPlatformOpen(context, builder) {
            builder.add(fault, reading: config.place, digest: nil)
            return []
        }
        if Self.hasOnlyOtherBlobs(root["layers"]) { config.forgetImage() }
        let configPlatform = config.parsed?.platform
        guard context.platform != nil || builder.selection.accepts(configPlatform) else { return [] }
        // An entry marked as an attestation whose manifest has an image config and layers of a file system is run as an
        // image.
        if let parsed = config.parsed, !parsed.isNoImage { record.kind = .image }
        if config.isLost, !Self.hasOnlyOtherBlobs(root["layers"]), !context.isAttestation { record.kind = .image }
        if record.kind == .image, let configPlatform { record.platform = configPlatform }
        record.imageID = config.isImageConfig ? config.descriptor?.digest : nil
        record.configBlob = config.blobs.first
        record.isConfigOpaque = config.isOpaque

        let image = builder.addImage(record)
        let type = root.member(ignoringCase: "artifactType")?.string ?? config.descriptor?.mediaType.description
        builder.note(
            type.flatMap { LayerIndexFormat(artifactType: $0) }, at: place, digest: descriptor.digest, image: image)
        builder.claim(descriptor, about: blobs, at: context.place, image: image)
        builder.checkSchemaVersion(root, at: place, digest: descriptor.digest, image: image)
        builder.checkMediaType(
            of: root, is: descriptor.mediaType, at: place, digest: descriptor.digest, image: image)
        checkMembers(
            of: root, KnownMembers.manifest, at: place, .manifestInvalid, digest: descriptor.digest, image: image,
            &builder)
        for key in ["manifests", "fsLayers"] where root.member(ignoringCase: key).map({ !$0.isNull }) == true {
            let other = key == "manifests" ? "an index" : "a manifest of schema 1"
            builder.add(
                Finding(
                    .documentConfusion, "the manifest has a member \(key), which belongs in \(other)",
                    at: place.appending(key),
                    digest: descriptor.digest), image: image)
        }
        for var finding in config.findings {
            if finding.code == .manifestInvalid { finding.digest = descriptor.digest }
            builder.add(finding, image: image)
        }
        if let configDescriptor = config.descriptor {
            builder.claim(configDescriptor, about: config.blobs, at: place.appending("config"), image: image)
            builder.checkData(configDescriptor, at: place.appending("config"), image: image)
        }
        if let platform = context.platform { builder.checkPlatform(of: image, against: platform, at: context.place) }
        checkSubject(
            root.member(ignoringCase: "subject"), at: place.appending("subject"), .manifestInvalid, image: image,
            &builder)
        let diffIDs = record.kind == .image ? config.parsed?.diffIDs : nil
        walkLayers(root["layers"], at: place.appending("layers"), image: image, config: config, diffIDs, &builder)
        return [image]
    }

    /// Whether the image's own platform decides if it is selected. If that platform cannot be read, the image may not
    /// be selected, so nothing about it is refuted.
    private func isPlatformOpen(_ context: Context, _ builder: InventoryBuilder) -> Bool {
        builder.selection.platform != nil && context.platform == nil
    }

    // The config

    /// A manifest's config, as far as it can be read.
    struct ReadConfig {
        var descriptor: Descriptor?
        var blobs: [BlobIndex] = []
        /// Nil unless the config is an image config and valid JSON.
        var parsed: ParsedConfig?
        var findings: [Finding] = []
        var place = Place("")
        /// Why its content is not known.
        var openFault: DocumentFault?
        /// True if it should have been read as an image config, and could not be.
        var hasFailed = false

        /// Treats it as the config of something other than an image: the requirements for image configs do not apply.
        mutating func forgetImage() {
            guard parsed != nil else { return }
            parsed = nil
            findings.removeAll { $0.place.path == place.path }
        }

        /// True for an image config that is missing or damaged, so that its content is unknown.
        var isLost: Bool { descriptor?.mediaType.kind == .imageConfig && hasFailed }

        /// True for a config of which only size and digest are checked. Spec: manifest.md §config: the empty descriptor
        /// means that there is no config.
        var isOpaque: Bool {
            descriptor != nil && parsed == nil && !hasFailed && descriptor?.mediaType.kind != .empty
        }

        var isImageConfig: Bool {
            parsed.map { !$0.isNoImage } ?? (descriptor?.mediaType.kind == .imageConfig)
        }
    }

    /// - Parameter underDockerLayers: whether the manifest has layers of Docker's own media type, so that the config is
    ///   an image config.
    private func readConfig(
        _ value: JSONValue?, at place: Place, underDockerLayers: Bool, _ builder: inout InventoryBuilder
    ) -> ReadConfig {
        var config = ReadConfig()
        let parsed = ParsedDescriptor(value, at: place, missing: .manifestInvalid)
        config.findings = parsed.findings
        guard let descriptor = parsed.descriptor else { return config }
        config.descriptor = descriptor
        let path = Self.path(of: descriptor.digest)
        config.place = Place(path)
        config.blobs = builder.blobs(at: path, in: tree, expectedByteCount: descriptor.size ?? 0)
        // Spec: manifest.md §config: a config of an unknown media type must not be parsed.
        let algorithms = descriptor.digest.algorithm.map { [$0] } ?? []
        let isImageConfig = descriptor.mediaType.kind == .imageConfig
        guard isImageConfig || descriptor.mediaType.isImageConfigToDocker else { return config }
        let read = builder.config(
            config.blobs, in: tree, algorithms: algorithms, at: config.place, digest: descriptor.digest,
            isOCI: isImageConfig)
        switch read {
        case .success(let read):
            // Docker runs images whose config has another media type, which other readers treat as artifacts. Without a
            // rootfs it is an artifact.
            guard isImageConfig || underDockerLayers || read.hasRootfs else { return config }
            config.parsed = read
            config.findings += read.findings
        case .failure(let fault):
            guard isImageConfig || underDockerLayers || fault.isDuplicateKey else { return config }
            config.hasFailed = true
            if fault.leavesOpen { config.openFault = fault }
            config.findings += builder.findings(for: fault, reading: config.place, digest: descriptor.digest)
        }
        return config
    }

    /// Checks the optional members that manifests and indexes have in common.
    func checkMembers(
        of root: JSONValue, _ names: Set<String>, at place: Place, _ code: FindingCode, digest: ContentDigest?,
        image: Int?,
        _ builder: inout InventoryBuilder
    ) {
        var shape = ShapeCheck(root, at: place, names, code: code)
        _ = shape.mediaType("artifactType")
        shape.textMap("annotations")
        for finding in shape.findings(about: digest) { builder.add(finding, image: image) }
    }

    /// Spec: manifest.md and image-index.md §subject: a weak reference; its target may be missing.
    func checkSubject(
        _ value: JSONValue?, at place: Place, _ code: FindingCode, image: Int?, _ builder: inout InventoryBuilder
    ) {
        guard let value, !value.isNull else { return }
        let parsed = ParsedDescriptor(value, at: place, missing: code)
        for finding in parsed.findings { builder.add(finding, image: image) }
        guard let descriptor = parsed.descriptor else { return }
        let path = Self.path(of: descriptor.digest)
        switch tree.kind(of: path) {
        case .absent: return
        case .unreadable(let ending): builder.add(.unread(ending), reading: Place(path), digest: nil, image: image)
        case .found:
            let blobs = builder.blobs(at: path, in: tree, expectedByteCount: descriptor.size ?? 0)
            builder.claim(descriptor, about: blobs, at: place, image: image)
        }
    }

    private static func hasDockerLayers(_ layers: JSONValue?) -> Bool {
        layers?.array?.contains { layer in
            layer["mediaType"]?.string?.lowercased().hasPrefix("application/vnd.docker.image.rootfs.") == true
        } == true
    }

    // The layers

    /// Whether a manifest lists blobs but no file system layers: signatures, attestations, modules.
    private static func hasOnlyOtherBlobs(_ layers: JSONValue?) -> Bool {
        guard let layers = layers?.array else { return false }
        var isEmpty = true
        for layer in layers {
            isEmpty = false
            guard let mediaType = layer["mediaType"]?.string, !MediaType(mediaType).isLayer else { return false }
        }
        return !isEmpty
    }

    private func walkLayers(
        _ value: JSONValue?, at place: Place, image: Int, config: ReadConfig, _ diffIDs: [ContentDigest?]?,
        _ builder: inout InventoryBuilder
    ) {
        let manifest = builder.inventory.images.withoutLists(image).manifestDigest
        guard let value else {
            builder.add(
                Finding(.manifestInvalid, "the manifest has no layers", at: place, digest: manifest), image: image)
            return
        }
        if value.isNull {
            builder.add(
                Finding(.manifestLayersNull, "layers must be an array, not null", at: place, digest: manifest),
                image: image)
        }
        guard value.count <= ParsedDescriptor.maximumListCount else {
            builder.add(
                Finding(
                    .manifestInvalid, "layers is not a list of descriptors: it has \(value.count) entries", at: place,
                    digest: manifest), image: image)
            return
        }
        guard let entries = value.isNull ? [] : value.array.map({ Array($0) }) else {
            builder.add(
                Finding(
                    .manifestInvalid, "layers must be an array, not \(value.rawText)", at: place, digest: manifest),
                image: image)
            return
        }
        // Descriptors are parsed twice: thousands of parsed ones would take several times the memory of the document.
        let isAllLayers = entries.allSatisfy {
            ParsedDescriptor($0, at: place, missing: .manifestInvalid).descriptor?.mediaType.isLayer ?? true
        }
        if let diffIDs, diffIDs.count != entries.count {
            builder.add(
                Finding(
                    .layerCountMismatch,
                    "the manifest has \(entries.count) layers, the config \(diffIDs.count) diffIDs",
                    at: place, digest: config.descriptor?.digest, expected: "\(diffIDs.count)",
                    actual: "\(entries.count)"), image: image)
        }
        for (index, entry) in entries.enumerated() {
            let parsed = ParsedDescriptor(entry, at: place.appending(index), missing: .manifestInvalid)
            guard builder.countDescriptor(at: parsed.place) else { return }
            // If some layers have other media types, diffIDs can be assigned to layers only if there are as many of
            // both.
            let diffID = diffIDs.flatMap { isAllLayers || $0.count == entries.count ? $0 : nil }
            walkLayer(
                parsed, diffID: diffID.flatMap { index < $0.count ? $0[index] : nil },
                diffIDPlace: config.place.appending("rootfs").appending("diff_ids").appending(index), image: image,
                isImage: diffIDs != nil, createdBy: isAllLayers ? builder.createdBy(index, config.parsed) : nil, index,
                &builder)
        }
    }

    private func walkLayer(
        _ parsed: ParsedDescriptor, diffID: ContentDigest?, diffIDPlace: Place, image: Int, isImage: Bool,
        createdBy: String?, _ index: Int, _ builder: inout InventoryBuilder
    ) {
        guard let descriptor = parsed.descriptor else {
            builder.updateImage(image) { $0.layers.append(LayerRecord(blob: nil, diffID: diffID, path: "")) }
            for finding in parsed.findings { builder.add(finding, image: image, layer: index) }
            return
        }
        let path = Self.path(of: descriptor.digest)
        let blobs = builder.blobs(at: path, in: tree, expectedByteCount: descriptor.size ?? 0)
        var record = LayerRecord(
            blob: blobs.first, digest: descriptor.digest, size: descriptor.size, mediaType: descriptor.mediaType,
            diffID: diffID, path: path, createdBy: createdBy)
        if case .nondistributableLayer = descriptor.mediaType.kind { record.mayBeAbsent = true }
        builder.updateImage(image) { $0.layers.append(record) }
        for finding in parsed.findings { builder.add(finding, image: image, layer: index) }
        builder.checkData(descriptor, at: parsed.place, image: image, layer: index)
        builder.claim(descriptor, about: blobs, at: parsed.place, image: image, layer: index)
        builder.claimStream(
            descriptor, about: blobs, at: parsed.place, isImage: isImage, image: image, layer: index)
        builder.note(
            LayerIndexFormat(layer: descriptor), at: parsed.place, digest: descriptor.digest, image: image, layer: index
        )
        guard let diffID else { return }
        switch descriptor.mediaType.kind {
        case .layer(.some), .nondistributableLayer(.some):
            builder.claimDiffID(diffID, about: blobs, at: diffIDPlace, image: image, layer: index)
        case .index, .manifest, .imageConfig, .empty, .layer(nil), .nondistributableLayer(nil), .other:
            builder.add(
                Finding(
                    .claimUnchecked,
                    "what \(descriptor.mediaType) decodes to is not known here: the diffID was not checked",
                    at: diffIDPlace, digest: descriptor.digest, expected: diffID.description), image: image,
                layer: index)
        }
    }
}

extension InventoryBuilder {
    /// Adds the config's claim of the digest of a decoded layer.
    mutating func claimDiffID(
        _ diffID: ContentDigest, about blobs: [BlobIndex], at place: Place, image: Int, layer: Int
    ) {
        for blob in blobs { add(Claim(.diffID(diffID), about: blob, at: place, image: image, layer: layer)) }
        if diffID.algorithm == nil { add(.digestUnsupported(diffID, at: place), image: image, layer: layer) }
    }
}
