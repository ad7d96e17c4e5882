// layerverify: what was computed of one layer file.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The digests and sizes of one layer file, which nothing claims anything about.
///
/// What could not be computed is nil, and `finding` says why.
package struct LayerDigestRecord: Hashable, Sendable {
    /// The path as the user gave it.
    package var path: String
    /// The bytes of the file.
    package var size: UInt64?
    package var digest: ContentDigest?
    package var uncompressedSize: UInt64?
    /// Of the uncompressed bytes; equal to `digest` for a plain layer.
    package var diffID: ContentDigest?
    package var compression: Compression?
    /// The chain of this layer upon those before it; nil unless that was asked for, or after a layer without a diffID.
    package var chainID: ContentDigest?
    /// `.verified`: read to the end, and the stream is intact by its own checksums.
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

    /// That of all files together; nothing at all is undetermined.
    package var outcome: Outcome {
        guard let first = records.first else { return .undetermined }
        return records.dropFirst().reduce(first.outcome) { $0.joined(with: $1.outcome) }
    }

    /// True if the fast path and the reference path disagree on some file.
    package var hasInternalError: Bool { records.contains { $0.finding?.code == .fastPathDisagrees } }
}
