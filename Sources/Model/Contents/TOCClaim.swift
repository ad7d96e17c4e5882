// layerverify: what annotations say about the table of contents of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What the annotations of a layer's descriptor say about a table of contents (TOC) in the layer: a second list of its files, by
/// which some runtimes read the files that they need without the rest of the layer. All others read the tar.
///
/// The texts are as written. A layer without any of the digests has no TOC that a runtime would use.
///
/// Sources: stargz-snapshotter docs/estargz.md; containers/storage pkg/chunked.
package struct TOCClaim: Hashable, Sendable {
    /// The digest of the TOC, uncompressed. It belongs to eStargz, and to the zstd layers of stargz-snapshotter.
    package var documentDigest: String?
    /// The number of bytes that the layer decodes to.
    package var uncompressedByteCount: String?
    /// The digest of the TOC of zstd:chunked, compressed.
    package var compressedDigest: String?
    /// Where the TOC of zstd:chunked is: `offset:length:uncompressed length:type`.
    package var position: String?
    /// Where the tar-split data of zstd:chunked is: `offset:length:uncompressed length`.
    package var tarSplitPosition: String?
    /// The names of the annotations of zstd:chunked are the first ones, which new runtimes do not read.
    package var hasFirstNames = false
    /// No annotation has the digest of a TOC, and the end of the layer says that there is one.
    package var isOfFooter = false

    /// The names of all annotations that are read here.
    package static let annotations: Set<String> = Set(
        [documentDigestName, uncompressedByteCountName]
            + [prefix, firstPrefix].flatMap { [$0 + checksumName, $0 + positionName, $0 + tarSplitName] })

    private static let documentDigestName = "containerd.io/snapshot/stargz/toc.digest"
    private static let uncompressedByteCountName = "io.containers.estargz.uncompressed-size"
    private static let prefix = "io.github.containers.zstd-chunked."
    private static let firstPrefix = "io.containers.zstd-chunked."
    private static let checksumName = "manifest-checksum"
    private static let positionName = "manifest-position"
    private static let tarSplitName = "tarsplit-position"

    /// Makes a claim without any of the texts.
    package init() {}

    /// What is known of a TOC that only the end of a layer speaks of.
    package static let ofFooter = {
        var claim = TOCClaim()
        claim.isOfFooter = true
        return claim
    }()

    /// Reads annotations; nil if they have no digest of a TOC.
    package init?(annotations: [String: String]) {
        documentDigest = annotations[Self.documentDigestName]
        uncompressedByteCount = annotations[Self.uncompressedByteCountName]
        hasFirstNames = annotations[Self.prefix + Self.checksumName] == nil
        let prefix = hasFirstNames ? Self.firstPrefix : Self.prefix
        compressedDigest = annotations[prefix + Self.checksumName]
        position = annotations[prefix + Self.positionName]
        tarSplitPosition = annotations[prefix + Self.tarSplitName]
        guard documentDigest != nil || compressedDigest != nil else { return nil }
    }
}
