// layerverify: the digests of layer files as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// The digests of layer files, in the order in which they were given.
public struct DigestReport: Sendable {
    package let report: LayerDigestReport
    /// One entry per file.
    public let files: [File]
    /// ``Verification/Outcome/verified``: every file was read to its end, and every stream is intact by its own checksums.
    public let outcome: Verification.Outcome
    /// Whether the fast path and the reference path disagree on a file.
    public let hasInternalError: Bool

    package init(_ report: LayerDigestReport) {
        self.report = report
        files = report.records.map { File($0) }
        outcome = Verification.Outcome(report.outcome)
        hasInternalError = report.hasInternalError
    }

    /// The columns of the text report.
    public enum Columns: Hashable, Sendable {
        /// Digest, diffID, size, uncompressed size, compression, path.
        case standard
        /// The same columns, with the chainID before the path.
        case withChainIDs
    }

    /// Writes the report piece by piece; as text unless `format` is one of ``Verification/Format/general``.
    ///
    /// - Parameters:
    ///   - format: The format.
    ///   - columns: The columns of text.
    ///   - sink: Receives the pieces, in order.
    /// - Throws: Errors of `sink`, immediately.
    public func write<Failure: Error>(
        as format: Verification.Format, columns: Columns = .standard, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try format.renderer.write(report, in: ReportStyle(showsChainIDs: columns == .withChainIDs), to: sink)
    }

    /// Makes the JSON report. Its schema is a contract: `docs/schema`, and `docs/json.md`.
    ///
    /// - Returns: The bytes of the report, UTF-8, with a newline at the end.
    /// - Complexity: O(*n*) in the number of files.
    public func json() -> [UInt8] {
        var bytes: [UInt8] = []
        write(as: .json) { piece in bytes.append(contentsOf: piece.utf8) }
        return bytes
    }

    /// The digests and sizes of one layer file. Members are nil if they could not be computed.
    public struct File: Hashable, Sendable {
        private let record: LayerDigestRecord

        init(_ record: LayerDigestRecord) { self.record = record }

        /// The path as it was given.
        public var path: String { record.path }
        /// The size of the file in bytes.
        public var size: Int? { record.size.map { Int(clamping: $0) } }
        /// The digest of the stored bytes.
        public var digest: BlobDigest? { record.digest.map { BlobDigest($0) } }
        /// The size of the uncompressed content in bytes.
        public var uncompressedSize: Int? { record.uncompressedSize.map { Int(clamping: $0) } }
        /// The digest of the uncompressed content.
        public var diffID: BlobDigest? { record.diffID.map { BlobDigest($0) } }
        /// The compression, detected by the first bytes.
        public var compression: Verification.Layer.Compression? {
            record.compression.map { Verification.Layer.Compression($0) }
        }
        /// The chainID of this layer and all layers before it. Spec: image-spec config.md §Layer ChainID.
        public var chainID: BlobDigest? { record.chainID.map { BlobDigest($0) } }
        /// ``Verification/Outcome/verified`` if the file was read to its end and the stream is intact by its own checksums.
        public var outcome: Verification.Outcome { Verification.Outcome(record.outcome) }
        /// The code of the finding; nil if there is none.
        public var code: Verification.Finding.Code? { record.finding.map { Verification.Finding.Code($0.code) } }
        /// The message of the finding, one line; nil if there is none.
        public var message: String? { record.finding?.message }
    }
}
