// layerverify: what is wrong with the table of contents of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with the table of contents (TOC) of a layer. Its entries are compared with those of the tar.
package struct TOCFault: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Annotations of eStargz and of zstd:chunked at the same layer: podman refuses it.
        case twoFormats
        /// The annotations describe a TOC, and there is none where it must be.
        case missing
        /// The TOC does not have the digest that an annotation gives.
        case digestDiffers
        /// The TOC is not a JSON document of the form that is read.
        case malformed
        /// Two entries of the TOC have one path.
        case pathTwice
        /// An entry of the tar is not in the TOC.
        case entryMissing
        /// An entry of the TOC is not in the tar.
        case entryNotInTar
        /// A property of an entry differs.
        case entryDiffers
        /// A digest in the TOC is not that of the content in the tar.
        case contentDiffers
        /// The TOC leads to other bytes of the layer than those of the content in the tar.
        case offsetDiffers
        /// The TOC has no digest for some content.
        case digestMissing
        /// The tar-split data does not have the digest that the TOC gives.
        case tarSplitDiffers
        /// The tar-split data does not give the tar of the layer, or is malformed.
        case tarSplitOfOtherTar
        /// The end of the layer says that the TOC is elsewhere than an annotation says.
        case footerDiffers
        /// An annotation gives another number of uncompressed bytes than the layer has.
        case uncompressedSizeDiffers
        /// The TOC is not read: it is too large, of a kind that is not known, or in another image.
        case notChecked
    }

    package enum Severity: Hashable, Sendable {
        /// Some runtimes cannot load the layer, or load other files from it than all others do.
        case refute
        /// All runtimes can load the layer; those that use TOCs must read all of it.
        case warning
        case undetermined
        /// Some runtimes may use something that is not checked here.
        case note
    }

    package var kind: Kind
    package var severity: Severity
    /// The path of the entry as written; empty if the fault is not about an entry.
    package var path: [UInt8]
    /// What differs: `mode`, `offset`; empty if the kind says it all.
    package var property: String
    /// What the TOC, or the annotation, says; empty if there is nothing to show.
    package var expected: String
    /// What the tar, or the layer, has; empty if there is nothing to show.
    package var actual: String
    /// The offset of the entry's header in bytes of the uncompressed layer; nil if the fault is not about an entry of the tar.
    package var headerOffset: UInt64?
    /// How many further faults of this kind the layer has.
    package var furtherCount = 0

    package init(
        _ kind: Kind, _ severity: Severity, path: [UInt8] = [], property: String = "", expected: String = "",
        actual: String = "", headerOffset: UInt64? = nil
    ) {
        self.kind = kind
        self.severity = severity
        self.path = path
        self.property = property
        self.expected = expected
        self.actual = actual
        self.headerOffset = headerOffset
    }
}
