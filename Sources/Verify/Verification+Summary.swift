// layerverify: the numbers of a run as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// The numbers of a run.
    public struct Summary: Hashable, Sendable {
        private let summary: LayerModel.Summary

        init(_ summary: LayerModel.Summary) { self.summary = summary }

        /// Manifests of all kinds.
        public var imageCount: Int { summary.imageCount }
        /// Manifests with every claim that could be checked true, and none undetermined.
        public var verifiedImageCount: Int { summary.verifiedImageCount }
        /// Manifests with a refuted claim.
        public var refutedImageCount: Int { summary.refutedImageCount }
        /// Manifests with a claim that could not be checked, and none refuted.
        public var undeterminedImageCount: Int { summary.undeterminedImageCount }
        /// The number of paths that are refuted by a finding about none of their images, such as damaged archives.
        public var refutedPathCount: Int { summary.refutedRootCount }
        /// The number of paths that are undetermined by such a finding, such as files that are not recognised.
        public var undeterminedPathCount: Int { summary.undeterminedRootCount }
        /// Unique layers of all images.
        public var layerCount: Int { summary.layerCount }
        /// Unique blobs, including documents.
        public var blobCount: Int { summary.blobCount }
        /// Claims that were compared with facts.
        public var claimCount: Int { summary.claimCount }
        /// Findings that decide the outcome.
        public var errorCount: Int { summary.errorCount }
        /// Warnings: no claim is false, but tools may fail or disagree.
        public var warningCount: Int { summary.warningCount }
        /// Notes.
        public var noteCount: Int { summary.noteCount }
        /// Counts the findings that do not count, by what waived them.
        ///
        /// - Parameter source: ``Verifier/Options/ignoreRules`` from options or files, or ``Verifier/Options/baseline``.
        /// - Returns: The number of findings.
        public func waivedCount(by source: Waiver.Source) -> Int { summary.waived[source.modelled] }
        /// Platforms that an index lists and whose manifests are missing.
        public var absentPlatformCount: Int { summary.absentPlatformCount }
        /// Blobs that no document references. They were checked against their names.
        public var unreferencedBlobCount: Int { summary.unreferencedBlobCount }
        /// Unique blobs of unknown types: size and digest are compared, the content is not parsed.
        public var opaqueBlobCount: Int { summary.opaqueBlobCount }
        /// Files and symbolic links below the given paths that were not checked, since they are not images.
        public var ignoredFileCount: Int { summary.ignored.count }
        /// The paths of the first thousand of these, or fewer if they are long. They are untrusted text and not escaped.
        public var ignoredPaths: [String] { summary.ignored.paths }
        /// Stored bytes that were read.
        public var compressedByteCount: Int { Int(clamping: summary.compressedByteCount) }
        /// Bytes that decoders produced.
        public var uncompressedByteCount: Int { Int(clamping: summary.uncompressedByteCount) }
        /// The duration of the run in seconds.
        public var seconds: Double { summary.seconds }
    }
}
