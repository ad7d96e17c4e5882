// layerverify: the digests of layer files as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// The digests of layer files, in the order in which they were given.
public struct DigestReport: Sendable {
    package let report: LayerDigestReport

    package init(_ report: LayerDigestReport) { self.report = report }

    /// `.verified`: every file was read to its end, and every stream is intact by its own checksums.
    public var outcome: VerifyOutcome { VerifyOutcome(report.outcome) }
    /// One entry per file.
    public var files: [DigestedFile] { report.records.map { DigestedFile($0) } }
    /// Whether the fast path and the reference path disagree on a file.
    public var hasInternalError: Bool { report.hasInternalError }

    /// The columns of the text report.
    public enum Columns: Hashable, Sendable {
        /// Digest, diffID, size, uncompressed size, compression, path.
        case standard
        /// The same columns, with the chainID before the path.
        case withChainIDs
    }

    /// Writes the report piece by piece; as text unless `format` is one of `OutputFormat.general`.
    ///
    /// Throws: errors of `sink`, immediately.
    public func write<Failure: Error>(
        as format: OutputFormat, columns: Columns = .standard, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try format.renderer.write(report, in: ReportStyle(showsChainIDs: columns == .withChainIDs), to: sink)
    }
}

/// The digests and sizes of one layer file. Members are nil if they could not be computed.
public struct DigestedFile: Hashable, Sendable {
    private let record: LayerDigestRecord

    init(_ record: LayerDigestRecord) { self.record = record }

    /// The path as it was given to `Verifier.digest`.
    public var path: String { record.path }
    /// The size of the file in bytes.
    public var size: UInt64? { record.size }
    /// The digest of the stored bytes, `sha256:` and 64 hexadecimal digits.
    public var digest: String? { record.digest?.description }
    /// The size of the uncompressed content in bytes.
    public var uncompressedSize: UInt64? { record.uncompressedSize }
    /// The digest of the uncompressed content.
    public var diffID: String? { record.diffID?.description }
    /// The compression, detected by the first bytes: `none`, `gzip`, `zstd`, …
    public var compression: String? { record.compression?.rawValue }
    /// The chainID of this layer and all layers before it. Spec: image-spec config.md §Layer ChainID.
    public var chainID: String? { record.chainID?.description }
    /// `.verified` if the file was read to its end and the stream is intact by its own checksums.
    public var outcome: VerifyOutcome { VerifyOutcome(record.outcome) }
    /// The code of the finding; nil if there is none.
    public var code: String? { record.finding?.code.rawValue }
    /// The message of the finding, one line; nil if there is none.
    public var message: String? { record.finding?.message }
}
