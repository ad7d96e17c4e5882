// layerverify: images, layers and findings as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The final state of an image, a layer or a run.
public enum VerifyOutcome: String, Hashable, Sendable, CaseIterable {
    /// Every claim that could be checked is true, and none was left undetermined.
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

/// One manifest that was found: an image, an artifact or an attestation.
public struct VerifiedImage: Sendable {
    let image: ImageReport
    let report: Report

    /// The path of its image store, as it was given or found.
    public var path: String { root?.path ?? "" }
    /// The form of the image store: `oci-layout`, `docker-archive`, …
    public var form: String { root?.form.rawValue ?? ImageForm.unknown.rawValue }
    /// `image`, `artifact`, `attestation` or `blob`.
    public var kind: String { image.record.kind.rawValue }
    /// The names of the image in its store.
    public var references: [String] { image.record.references }
    /// The platform as `os/architecture[/variant]`; nil if unknown.
    public var platform: String? { image.record.platform?.description }
    /// The claimed digest of the config; nil if there is no config.
    public var imageID: String? { image.record.imageID?.description }
    /// The claimed digest of the manifest; nil if there is no manifest.
    public var manifestDigest: String? { image.record.manifestDigest?.description }
    /// The outcome of the manifest, the config, and all layers together.
    public var outcome: VerifyOutcome { VerifyOutcome(image.outcome) }
    /// The layers, base first.
    public var layers: [VerifiedLayer] { image.layers.map { VerifiedLayer(layer: $0, report: report) } }
    /// The findings about the image that are not about one of its layers.
    public var findings: [VerifyFinding] { VerifyFinding.findings(at: image.findings, of: report) }

    private var root: RootRecord? {
        report.roots.indices.contains(image.record.root) ? report.roots[image.record.root] : nil
    }
}

/// One layer of an image, or one blob of an artifact.
public struct VerifiedLayer: Sendable {
    let layer: LayerReport
    let report: Report

    /// The claimed digest of the blob.
    public var digest: String? { layer.record.digest?.description }
    /// The claimed digest of the uncompressed layer.
    public var diffID: String? { layer.record.diffID?.description }
    /// The chainID of the diffIDs up to this layer. Spec: image-spec config.md §Layer ChainID.
    public var chainID: String? { layer.chainID?.description }
    /// The claimed media type.
    public var mediaType: String? { layer.record.mediaType?.description }
    /// The compression, detected by the first bytes; nil if they were not read.
    public var compression: String? { layer.compression?.rawValue }
    /// The size of the blob in bytes, or the claimed size if it was not read.
    public var size: UInt64? { layer.size ?? layer.record.size }
    /// The size of the uncompressed layer in bytes; nil unless decoding reached the end.
    public var uncompressedSize: UInt64? { layer.uncompressedSize }
    /// The command that made the layer, from the history in the config; long ones are truncated.
    public var createdBy: String? { layer.record.createdBy }
    /// The outcome of checking the layer.
    public var outcome: VerifyOutcome { VerifyOutcome(layer.outcome) }
    /// The findings about this layer.
    public var findings: [VerifyFinding] { VerifyFinding.findings(at: layer.findings, of: report) }
}
