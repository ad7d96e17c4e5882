// layerverify: images, layers and findings as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// What is known of an image, a layer or a run in the end.
public enum VerifyOutcome: String, Hashable, Sendable, CaseIterable {
    /// Every claim that could be checked holds, and none was left undetermined.
    case verified
    /// Something could not be checked, and nothing is refuted.
    case undetermined
    /// At least one claim is refuted.
    case refuted

    init(_ outcome: Outcome) {
        self =
            switch outcome {
            case .verified: .verified
            case .undetermined: .undetermined
            case .refuted: .refuted
            }
    }
}

/// One manifest that was found: an image, an artifact, an attestation.
public struct VerifiedImage: Sendable {
    let image: ImageReport
    let report: Report

    /// Where it was found, as that path was given.
    public var path: String { root?.path ?? "" }
    /// The form of that place: `oci-layout`, `docker-archive`, …
    public var form: String { root?.form.rawValue ?? ImageForm.unknown.rawValue }
    /// `image`, `artifact`, `attestation` or `blob`.
    public var kind: String { image.record.kind.rawValue }
    /// The names it goes by.
    public var references: [String] { image.record.references }
    /// `os/architecture[/variant]`.
    public var platform: String? { image.record.platform?.description }
    /// The digest that names the config.
    public var imageID: String? { image.record.imageID?.description }
    /// The digest that names the manifest.
    public var manifestDigest: String? { image.record.manifestDigest?.description }
    /// That of the manifest, the config, and all layers together.
    public var outcome: VerifyOutcome { VerifyOutcome(image.outcome) }
    /// The layers, base first.
    public var layers: [VerifiedLayer] { image.layers.map { VerifiedLayer(layer: $0, report: report) } }
    /// The findings about the image and about none of its layers.
    public var findings: [VerifyFinding] { VerifyFinding.findings(at: image.findings, of: report) }

    private var root: RootRecord? {
        report.roots.indices.contains(image.record.root) ? report.roots[image.record.root] : nil
    }
}

/// One layer of an image, or one blob of an artifact.
public struct VerifiedLayer: Sendable {
    let layer: LayerReport
    let report: Report

    /// The digest of the blob as claimed.
    public var digest: String? { layer.record.digest?.description }
    /// The digest of the uncompressed layer as claimed.
    public var diffID: String? { layer.record.diffID?.description }
    /// The chain of the diffIDs up to this layer.
    public var chainID: String? { layer.chainID?.description }
    /// The media type as claimed.
    public var mediaType: String? { layer.record.mediaType?.description }
    /// How the bytes are compressed; nil if they were not read.
    public var compression: String? { layer.compression?.rawValue }
    /// The bytes of the blob as read, else as claimed.
    public var size: UInt64? { layer.size ?? layer.record.size }
    /// The uncompressed bytes; nil unless decoding reached the end.
    public var uncompressedSize: UInt64? { layer.uncompressedSize }
    /// The command that made it, as the config's history says, perhaps cut.
    public var createdBy: String? { layer.record.createdBy }
    /// What came of checking it.
    public var outcome: VerifyOutcome { VerifyOutcome(layer.outcome) }
    /// The findings about this layer.
    public var findings: [VerifyFinding] { VerifyFinding.findings(at: layer.findings, of: report) }
}
