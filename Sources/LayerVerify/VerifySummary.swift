// layerverify: the figures of a run as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The figures of a run.
public struct VerifySummary: Hashable, Sendable {
    private let summary: Summary

    init(_ summary: Summary) { self.summary = summary }

    /// Manifests of all kinds.
    public var imageCount: Int { summary.imageCount }
    /// Those of which every claim that could be checked holds, and none is undetermined.
    public var verifiedImageCount: Int { summary.verifiedImageCount }
    /// Those of which a claim is refuted.
    public var refutedImageCount: Int { summary.refutedImageCount }
    /// Those of which something could not be checked.
    public var undeterminedImageCount: Int { summary.undeterminedImageCount }
    /// The number of paths without an image that are refuted, such as damaged archives.
    public var refutedPathCount: Int { summary.refutedRootCount }
    /// The number of paths without an image that are undetermined, such as files that are not recognised.
    public var undeterminedPathCount: Int { summary.undeterminedRootCount }
    /// Unique layers of all images.
    public var layerCount: Int { summary.layerCount }
    /// Unique blobs, documents among them.
    public var blobCount: Int { summary.blobCount }
    /// Claims that were compared with facts.
    public var claimCount: Int { summary.claimCount }
    /// Findings that decide the outcome.
    public var errorCount: Int { summary.errorCount }
    /// Findings that somebody will stumble over.
    public var warningCount: Int { summary.warningCount }
    /// Findings that are worth knowing.
    public var noteCount: Int { summary.noteCount }
    /// Platforms that an index lists and that were not there to check.
    public var absentPlatformCount: Int { summary.absentPlatformCount }
    /// Blobs that no document references; they were checked against their names.
    public var unreferencedBlobCount: Int { summary.unreferencedBlobCount }
    /// Unique blobs of types that are not known here: compared with size and digest, not looked into.
    public var opaqueBlobCount: Int { summary.opaqueBlobCount }
    /// Files and symbolic links below the paths given that were not checked, since they are not images.
    public var ignoredFileCount: Int { summary.ignored.count }
    /// The paths of the first thousand of these, or fewer if they are long.
    public var ignoredPaths: [String] { summary.ignored.paths }
    /// Bytes read, as they lie in the images.
    public var compressedByteCount: UInt64 { summary.compressedByteCount }
    /// Bytes that came out of decoding.
    public var uncompressedByteCount: UInt64 { summary.uncompressedByteCount }
    /// The time of the run.
    public var seconds: Double { summary.seconds }
}
