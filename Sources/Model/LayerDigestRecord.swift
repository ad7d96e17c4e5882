// layerverify: the computed digests of one layer file.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The digests and sizes of one layer file, without any claims about it.
///
/// A value that could not be computed is nil, and `finding` says why.
package struct LayerDigestRecord: Hashable, Sendable {
    /// The path as the user gave it.
    package var path: String
    /// The size of the file in bytes.
    package var size: UInt64?
    package var digest: ContentDigest?
    package var uncompressedSize: UInt64?
    /// The digest of the uncompressed bytes; equal to `digest` for an uncompressed layer.
    package var diffID: ContentDigest?
    package var compression: Compression?
    /// The chainID of this layer on top of the layers before it; nil unless it was requested, and after a layer without
    /// a diffID.
    package var chainID: ContentDigest?
    /// `.verified` if the file was read to its end and the stream is intact by its own checksums.
    package var outcome: Outcome
    package var finding: Finding?

    package init(
        path: String, size: UInt64? = nil, digest: ContentDigest? = nil, uncompressedSize: UInt64? = nil,
        diffID: ContentDigest? = nil, compression: Compression? = nil, chainID: ContentDigest? = nil,
        outcome: Outcome = .undetermined, finding: Finding? = nil
    ) {
        self.path = path
        self.size = size
        self.digest = digest
        self.uncompressedSize = uncompressedSize
        self.diffID = diffID
        self.compression = compression
        self.chainID = chainID
        self.outcome = outcome
        self.finding = finding
    }
}

/// The digests of several files, in the order in which they were given.
package struct LayerDigestReport: Hashable, Sendable {
    package var records: [LayerDigestRecord]
    package var seconds: Double

    package init(records: [LayerDigestRecord], seconds: Double = 0) {
        self.records = records
        self.seconds = seconds
    }

    /// The outcome of all files together; undetermined if there are none.
    package var outcome: Outcome {
        guard let first = records.first else { return .undetermined }
        return records.dropFirst().reduce(first.outcome) { $0.joined(with: $1.outcome) }
    }

    /// True if the fast path and the reference path disagree on some file.
    package var hasInternalError: Bool { records.contains { $0.finding?.code == .fastPathDisagrees } }
}
