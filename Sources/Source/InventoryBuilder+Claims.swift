// layerverify: reading documents and adding their claims.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

extension ImageTree {
    /// Reads a document at one location, or at several in an archive: then all copies must be equal.
    func document(
        _ blobs: [BlobIndex], algorithms: [DigestAlgorithm] = [], isMap: Bool = false,
        _ builder: inout InventoryBuilder
    ) -> Result<JSONDocument, DocumentFault> {
        var result = Result<JSONDocument, DocumentFault>.failure(.unread(.missing))
        var contents: Set<ContentDigest> = []
        // A copy that could not be read may differ from the others.
        var unread: DocumentFault?
        for blob in blobs {
            result = builder.document(blob, algorithms: algorithms, isMap: isMap)
            if case .failure(let fault) = result, fault.leavesOpen { unread = fault }
            if let digest = builder.facts(of: blob)?.digests.first { contents.insert(digest) }
        }
        if contents.count > 1, let blob = blobs.first {
            let path = builder.inventory.blobs[blob].path
            builder.add(
                Finding(
                    .archiveEntryAmbiguous, "\(blobs.count) entries of this name differ; the last was read",
                    at: Place(path)))
        }
        return unread.map { .failure($0) } ?? result
    }
}

extension InventoryBuilder {
    /// Adds a finding that two documents of one root disagree, unless a part of their content is unknown.
    mutating func addDisagreement(_ finding: Finding, image: Int? = nil) {
        if current.notes.isWhole { add(finding, image: image) }
    }

    // Documents

    /// Adds findings about a document that could not be read. The claims about its blob report the state of the blob.
    mutating func add(
        _ fault: DocumentFault, reading place: Place, digest: ContentDigest?, image: Int? = nil
    ) {
        for finding in findings(for: fault, reading: place, digest: digest) { add(finding, image: image) }
    }

    /// The findings that say why a document could not be read.
    func findings(for fault: DocumentFault, reading place: Place, digest: ContentDigest?) -> [Finding] {
        switch fault {
        case .unread(let ending):
            // A document with a digest has a claim, whose verdict reports it.
            return digest == nil ? [Finding(ending, at: place)].compactMap { $0 } : []
        case .overBudget: return []
        case .tooLarge(let byteCount):
            let limit = JSONDocument.maximumByteCount
            return [
                Finding(
                    .documentTooLarge, "the document has \(byteCount) bytes, more than \(limit); it was not read",
                    at: place, digest: digest, expected: "at most \(limit)", actual: "\(byteCount)")
            ]
        case .notKept(let byteCount):
            return [
                Finding(
                    .documentTooLarge,
                    "the document of \(byteCount) bytes came in a stream that is read once, and was not kept: documents take more than \(StreamKeeper.documentByteCount) bytes in all",
                    at: place, digest: digest, hint: "save the archive to a file, uncompressed, and give that")
            ]
        case .json(let fault):
            let code: FindingCode
            switch fault.code {
            case .invalid: code = .jsonInvalid
            case .duplicateKey: code = .jsonDuplicateKey
            case .tooDeep: code = .jsonTooDeep
            case .tooLarge: code = .documentTooLarge
            }
            return [
                Finding(
                    code, "\(fault.message), line \(fault.line) column \(fault.column) (byte \(fault.offsetBytes))",
                    at: Place(place.path, fault.pointer), digest: digest)
            ]
        }
    }

    /// Spec: image-index.md and manifest.md §schemaVersion: MUST be 2.
    mutating func checkSchemaVersion(
        _ root: JSONValue, at place: Place, digest: ContentDigest?, image: Int? = nil
    ) {
        guard root["schemaVersion"]?.uint64 != 2 else { return }
        let actual = root["schemaVersion"]?.rawText ?? "missing"
        add(
            Finding(
                .schemaVersionInvalid, "schemaVersion must be 2, \(root["schemaVersion"].contradiction)",
                at: place.appending("schemaVersion"),
                digest: digest, expected: "2", actual: actual), image: image)
    }

    /// Spec: manifest.md §mediaType: if present, it equals the type in the descriptor.
    mutating func checkMediaType(
        of root: JSONValue, is expected: MediaType, at place: Place, digest: ContentDigest?, image: Int? = nil
    ) {
        guard let value = root.member(ignoringCase: "mediaType"), !value.isNull else { return }
        guard value.string?.lowercased() != expected.description.lowercased(), value.string != "" else { return }
        add(
            Finding(
                .mediaTypeContradiction, "the document calls itself \(value.rawText), its descriptor \(expected)",
                at: place.appending("mediaType"), digest: digest, expected: expected.description,
                actual: value.string ?? value.rawText), image: image)
    }

    /// Compares the platform of an image's config with that of an index entry.
    ///
    /// A variant or a version that only one side has is not a contradiction.
    mutating func checkPlatform(of image: Int, against claimed: Platform, at place: Place) {
        let record = inventory.images.withoutLists(image)
        guard record.kind == .image, !claimed.isUnknown, let actual = record.platform else { return }
        let (a, b) = (claimed.normalized, actual.normalized)
        let differs =
            a.os != b.os || a.architecture != b.architecture
            || (claimed.variant != nil && actual.variant != nil && a.variant != b.variant)
            || (claimed.osVersion != nil && actual.osVersion != nil && claimed.osVersion != actual.osVersion)
        guard differs else { return }
        let (expected, found) = (claimed.detailed, actual.detailed)
        add(
            Finding(
                .platformMismatch, "the index says \(expected), the config \(found)", at: place.appending("platform"),
                digest: record.imageID, expected: expected, actual: found), image: image)
    }

    // Claims

    /// Adds the claims of a descriptor about the stored bytes: size and digest.
    mutating func claim(
        _ descriptor: Descriptor, about blobs: [BlobIndex], at place: Place, image: Int? = nil, layer: Int? = nil
    ) {
        for blob in blobs {
            if let size = descriptor.size {
                add(Claim(.size(size), about: blob, at: place.appending("size"), image: image, layer: layer))
            }
            add(
                Claim(
                    .digest(descriptor.digest), about: blob, at: place.appending("digest"), image: image, layer: layer))
        }
        if descriptor.digest.algorithm == nil {
            add(.digestUnsupported(descriptor.digest, at: place.appending("digest")), image: image, layer: layer)
        }
    }

    /// Adds the claims of a descriptor's media type about a layer's stream.
    ///
    /// Outside of images, files of every kind are labelled as plain tar, so that type claims nothing there.
    mutating func claimStream(
        _ descriptor: Descriptor, about blobs: [BlobIndex], at place: Place, isImage: Bool, image: Int?, layer: Int?
    ) {
        if isImage, let table = TOCClaim(annotations: descriptor.annotations) {
            for blob in blobs {
                add(
                    TOCRecord(table, about: blob, at: place.appending("annotations"), image: image, layer: layer))
            }
        }
        let promised: Compression
        switch descriptor.mediaType.kind {
        case .layer(let compression?), .nondistributableLayer(let compression?): promised = compression
        case .index, .manifest, .imageConfig, .empty, .layer, .nondistributableLayer, .other: return
        }
        guard isImage || promised != .none else { return }
        for blob in blobs {
            add(
                Claim(
                    .compression(promised, mediaType: descriptor.mediaType), about: blob,
                    at: place.appending("mediaType"), image: image, layer: layer))
            add(Claim(.intactStream, about: blob, at: place.appending("mediaType"), image: image, layer: layer))
        }
    }

    /// Checks the content that a descriptor embeds against its digest and size.
    ///
    /// Spec: descriptor.md §Embedded Content.
    mutating func checkData(_ descriptor: Descriptor, at place: Place, image: Int? = nil, layer: Int? = nil) {
        guard let data = descriptor.data else { return }
        let place = place.appending("data")
        if let size = descriptor.size, size != UInt64(byteCount: data.count) {
            add(
                Finding(
                    .dataMismatch, "the embedded data has \(data.count) bytes, the descriptor claims \(size)",
                    at: place, digest: descriptor.digest, expected: "\(size)", actual: "\(data.count)"),
                image: image, layer: layer)
        }
        guard let algorithm = descriptor.digest.algorithm else { return }
        let (actual, isFastMethodWrong) = digester.digest(of: data, algorithm, claimed: descriptor.digest)
        if isFastMethodWrong { add(.fastDigestDisagrees("the embedded data", at: place)) }
        // A digest that cannot be computed is not checked; the claim about the blob reports it.
        if let actual, actual != descriptor.digest {
            add(
                Finding(
                    .dataMismatch, "the embedded data has another digest than the descriptor claims", at: place,
                    digest: descriptor.digest, expected: descriptor.digest.description, actual: actual.description),
                image: image, layer: layer)
        }
    }
}

extension Finding {
    /// The finding that the fast method of hashing gave a wrong digest of `what`; the reference decided.
    static func fastDigestDisagrees(_ what: String, at place: Place) -> Finding {
        Finding(
            .fastPathDisagrees, "the fast path and the reference path give different digests of \(what)", at: place,
            hint: "LAYERVERIFY_DISABLE turns a fast path off; please report this with the output of --version")
    }

    static func digestUnsupported(_ digest: ContentDigest, at place: Place) -> Finding {
        Finding(
            .digestUnsupported, "\(digest.algorithmName) cannot be computed here, so the digest was not checked",
            at: place, digest: digest)
    }

    /// The finding about a file without a descriptor; nil if the file is fine.
    init?(_ ending: ReadEnding, at place: Place) {
        switch ending {
        case .complete:
            return nil
        case .missing:
            self.init(.blobMissing, "the file is not there", at: place)
        case .outsideImage:
            self.init(.blobOutsideImage, "the path leads out of the image", at: place)
        case .linkNotFollowed(let target):
            self = .linkNotFollowed(target, "the file", at: place)
        case .notRegularFile(let kind):
            self.init(.blobNotRegular, "the file is a \(kind.rawValue), not a regular file", at: place)
        case .cutOff(let atByte):
            self.init(.archiveTruncated, "the archive ends within the file, at its byte \(atByte)", at: place)
        case .unsupportedEntry:
            self.init(
                .archiveEntryUnsupported, "the entry is a sparse file or the like, which is not read here", at: place)
        case .unindexed:
            self.init(.blobUnreadable, "the file is not among the entries of the archive that were read", at: place)
        case .unreadable(let errno, let atByte):
            self.init(.blobUnreadable, "\(ErrorText.describe(errno)) at byte \(atByte)", at: place)
        case .changed:
            self.init(.blobChanged, "the file changed while it was read", at: place)
        case .oversized(let byteCount):
            self.init(.documentTooLarge, "the file has \(byteCount) bytes and was not read", at: place)
        case .cancelled:
            self.init(.interrupted, "the run was interrupted before the file was read", at: place)
        }
    }
}

extension Platform {
    /// The platform with the version of the system, if known.
    var detailed: String { description + (osVersion.map { " (\($0))" } ?? "") }
}
