// layerverify: the blobs that a run had to read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
package import LayerModel
internal import LayerPipeline
package import LayerSystem

/// The blobs that the pipeline read in a run, for measurements. Documents that are not also layers are left out: they
/// are hashed as they are parsed.
package struct RunWork: Sendable {
    /// The work on one blob.
    package struct Blob: Sendable {
        package let location: BlobLocation
        /// The location of the blob, for messages.
        package let path: String
        package let compression: Compression
        package let byteCount: UInt64
        /// The size of the decoder's output; nil if the blob was not decoded.
        package let uncompressedByteCount: UInt64?
        /// The algorithms over the stored bytes.
        package let algorithms: [DigestAlgorithm]
        /// The algorithms over the uncompressed bytes.
        package let uncompressedAlgorithms: [DigestAlgorithm]
    }

    package let blobs: [Blob]
    /// Opens the blobs again.
    package let opener: any BlobOpener

    init(_ blobs: [Blob], opener: any BlobOpener) {
        self.blobs = blobs
        self.opener = opener
    }
}

extension JudgedRoot {
    /// The blobs that the pipeline read.
    var work: [RunWork.Blob] {
        Plan(inventory).requests.compactMap { request in
            guard let facts = facts[request.blob], let compression = facts.compression else { return nil }
            let isDecoded = compression != .none && request.diffIDAlgorithms != nil
            return RunWork.Blob(
                location: request.location, path: inventory.blobs[request.blob].path, compression: compression,
                byteCount: facts.byteCount,
                uncompressedByteCount: isDecoded ? facts.uncompressed?.byteCount : nil,
                algorithms: request.wanted.compressedAlgorithms(for: compression),
                uncompressedAlgorithms: isDecoded ? request.diffIDAlgorithms ?? [] : [])
        }
    }
}

extension Verifier {
    /// Verifies like `verify`, and also returns the blobs that were read.
    package func verifyNotingWork(
        _ paths: [String], cancellation: Verifier.Cancellation?
    ) -> (report: Verification, work: RunWork) {
        var work: RunWork?
        let report = runVerification(
            of: paths.map { .path($0) }, cancellation: cancellation, progress: nil, trace: nil, noteWork: { work = $0 })
        guard let work else { preconditionFailure("a run tells what it read") }
        return (Verification(report, kind: .verdicts), work)
    }
}
