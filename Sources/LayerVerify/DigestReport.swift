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
    /// One entry a file.
    public var files: [DigestedFile] { report.records.map { DigestedFile($0) } }
    /// Whether the fast path and the reference path disagree on some file.
    public var hasInternalError: Bool { report.hasInternalError }

    /// What the columns of the text hold.
    public enum Columns: Hashable, Sendable {
        /// Digest, diffID, size, uncompressed size, compression, path.
        case standard
        /// The same with the chainID before the path.
        case withChainIDs
    }

    /// Writes the report piece by piece.
    ///
    /// Throws: what `sink` throws, at once.
    public func write<Failure: Error>(
        as format: OutputFormat, columns: Columns = .standard, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try format.renderer.write(report, in: ReportStyle(showsChainIDs: columns == .withChainIDs), to: sink)
    }
}

/// What was computed of one layer file.
public struct DigestedFile: Hashable, Sendable {
    private let record: LayerDigestRecord

    init(_ record: LayerDigestRecord) { self.record = record }

    /// The path as it was given.
    public var path: String { record.path }
    /// The bytes of the file.
    public var size: UInt64? { record.size }
    /// The digest of the file as it is.
    public var digest: String? { record.digest?.description }
    /// The uncompressed bytes.
    public var uncompressedSize: UInt64? { record.uncompressedSize }
    /// The digest of the uncompressed bytes.
    public var diffID: String? { record.diffID?.description }
    /// How the file is compressed.
    public var compression: String? { record.compression?.rawValue }
    /// The chain of this layer upon those before it.
    public var chainID: String? { record.chainID?.description }
    /// Whether it was read to its end, and is intact by its own checksums.
    public var outcome: VerifyOutcome { VerifyOutcome(record.outcome) }
    /// The code of what is wrong.
    public var code: String? { record.finding?.code.rawValue }
    /// What is wrong, in one line for people.
    public var message: String? { record.finding?.message }
}
