// layerverify: choosing an image to compare.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerDigest
internal import LayerModel
internal import LayerSource
internal import LayerSystem
internal import StrictJSON

/// One side of a comparison: the image that was chosen, with its documents read and its layers not.
struct ComparedSide {
    /// What the report says about it.
    var image: ComparedImage
    /// The image store that has the image; nil if there is not exactly one image.
    private(set) var inventory: Inventory?
    private(set) var record: ImageRecord?
    let opener: any BlobOpener
    let rootCount: Int

    /// The number of images that are listed if there are several.
    private static let listedCount = 10

    /// Searches a source, and reads the documents of the images in it.
    ///
    /// - Parameters:
    ///   - verifier: has the options that select the image.
    ///   - readsLayers: whether the layers of a stream are read.
    ///   - progress: receives the sources, to end their progress.
    init(
        _ verifier: Verifier, _ source: Verifier.Source, cancellation: Verifier.Cancellation?,
        progress: ProgressObserver?, start: ContinuousClock.Instant, readsLayers: Bool
    ) {
        image = ComparedImage(path: source.description)
        let sources = RunSources(
            verifier, [source], cancellation: cancellation, progress: progress, start: start,
            isVerification: readsLayers, consumers: verifier.runConsumers())
        opener = sources.opener
        rootCount = sources.found.count
        var builder = sources.makeBuilder()
        var candidates = ImageCandidates(.documents)
        var otherFindings: [Finding] = []
        for found in sources.found {
            sources.walk(found, &builder)
            let inventory = builder.endRoot()
            let isFirst = candidates.count == 0
            if candidates.add(inventory) == 0 {
                otherFindings += inventory.findings.map { $0.finding }
            } else if isFirst {
                self.inventory = inventory
            }
        }
        sources.noteRun(&builder)
        sources.progress.end()
        otherFindings += builder.inventory.findings.map { $0.finding }
        for finding in otherFindings where finding.outcome != .verified { image.note(finding) }
        choose(candidates)
    }

    private mutating func choose(_ candidates: ImageCandidates) {
        let count = candidates.count
        guard count <= 1 else {
            inventory = nil
            image.troubles.append(
                "there are \(count) images here, and one is compared: choose it with --platform or --ref")
            for candidate in candidates.candidates.prefix(Self.listedCount) {
                image.troubles.append(Self.title(of: candidate.record))
            }
            if count > Self.listedCount { image.troubles.append("and \(count - Self.listedCount) more") }
            return
        }
        guard let candidate = candidates.one else {
            if image.troubles.isEmpty { image.troubles.append("no image was found here") }
            return
        }
        let record = candidate.record
        self.record = record
        image.isChosen = true
        image.form = candidate.form
        image.references = record.references
        image.platform = record.platform
        image.imageID = record.imageID
        image.manifestDigest = record.manifestDigest
        image.layerCount = record.layers.count
    }

    private static func title(of record: ImageRecord) -> String {
        let parts = [
            record.references.first, record.platform?.description,
            (record.manifestDigest ?? record.imageID)?.description,
        ]
        return parts.compactMap { $0 }.joined(separator: "  ")
    }

    /// The layers as the documents claim them.
    var claimedLayers: [ComparedLayer] {
        (record?.layers ?? []).enumerated().map { index, layer in
            var result = ComparedLayer(index: index)
            result.digest = layer.digest
            result.diffID = layer.diffID
            result.mediaType = layer.mediaType
            result.byteCount = layer.size
            result.createdBy = layer.createdBy
            return result
        }
    }

    /// Takes the inventory, so that it exists once.
    mutating func takeInventory() -> Inventory? { inventory.take() }

    /// The bytes of the manifest or the config, which have the digest that is claimed or was computed before.
    ///
    /// Throws: a message for people.
    func bytes(of blob: BlobIndex?, digest: ContentDigest?, _ name: String) throws(DocumentReadFault) -> [UInt8]? {
        guard let blob, let inventory, let digest else { return nil }
        let location = inventory.blobs[blob].location
        guard location != .memory, case .opened(let reader) = opener.open(location) else {
            throw DocumentReadFault("the \(name) of \(image.path) cannot be read")
        }
        guard reader.byteCount <= UInt64(JSONDocument.maximumByteCount) else {
            throw DocumentReadFault("the \(name) of \(image.path) is too large to be compared")
        }
        let bytes: [UInt8]
        do throws(ReadFault) {
            bytes = try reader.bytes(at: 0, upTo: JSONDocument.maximumByteCount)
        } catch {
            throw DocumentReadFault("the \(name) of \(image.path) cannot be read")
        }
        guard let algorithm = digest.algorithm, ContentDigest.of(bytes, algorithm) == digest else {
            throw DocumentReadFault("the \(name) of \(image.path) does not have its digest")
        }
        return bytes
    }
}

/// Why a document could not be compared.
struct DocumentReadFault: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

extension ComparedImage {
    /// The number of troubles that are kept.
    private static let maximumTroubleCount = 1000

    /// Adds a finding that says that the image is damaged or could not be checked.
    mutating func note(_ finding: Finding) {
        if finding.code == .interrupted { isInterrupted = true }
        guard troubles.count < Self.maximumTroubleCount else { return }
        let place = finding.place.description
        let text = (place.isEmpty ? "" : place + ": ") + finding.message + " [\(finding.code.rawValue)]"
        if !troubles.contains(text) { troubles.append(text) }
        if let actual = finding.actual, finding.code == .nothingSelected { troubles.append("there is: \(actual)") }
    }
}
