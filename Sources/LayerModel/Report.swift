// layerverify: the report of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Everything a run has to say, in the order of the images.
///
/// Memory: images and findings are made when somebody looks at them, so that a report of 100 000 is no larger than what
/// it is drawn up from.
package struct Report: Sendable {
    package var outcome: Outcome
    package var roots: [RootRecord]
    package var images: LazyList<ImageReport>
    package var findings: LazyList<Finding>
    package var summary: Summary

    package init(
        outcome: Outcome, roots: [RootRecord], images: LazyList<ImageReport>, findings: LazyList<Finding>,
        summary: Summary
    ) {
        self.outcome = outcome
        self.roots = roots
        self.images = images
        self.findings = findings
        self.summary = summary
    }

    /// True if the fast path and the reference path disagree on some blob.
    package var hasInternalError: Bool { findings.contains { $0.code == .fastPathDisagrees } }
}

/// A list whose elements are made each time when somebody looks at them.
package struct LazyList<Element: Sendable>: RandomAccessCollection, ExpressibleByArrayLiteral, Sendable {
    package let endIndex: Int
    private let make: @Sendable (Int) -> Element

    package init(count: Int, _ make: @escaping @Sendable (Int) -> Element) {
        endIndex = count
        self.make = make
    }

    package init(_ elements: [Element]) { self.init(count: elements.count) { elements[$0] } }

    package init(arrayLiteral elements: Element...) { self.init(elements) }

    package var startIndex: Int { 0 }
    package subscript(place: Int) -> Element { make(place) }
}

extension LazyList: Equatable where Element: Equatable {
    package static func == (one: Self, other: Self) -> Bool { one.elementsEqual(other) }
}

/// What is known of one image.
package struct ImageReport: Hashable, Sendable {
    package var record: ImageRecord
    package var outcome: Outcome
    package var layers: [LayerReport]
    /// The findings about the image but about none of its layers: places in `Report.findings`.
    package var findings: [Int]

    package init(record: ImageRecord, outcome: Outcome, layers: [LayerReport], findings: [Int]) {
        self.record = record
        self.outcome = outcome
        self.layers = layers
        self.findings = findings
    }
}

/// What is known of one layer.
package struct LayerReport: Hashable, Sendable {
    package var record: LayerRecord
    package var outcome: Outcome
    /// As the bytes show; nil if they were not read.
    package var compression: Compression?
    /// The bytes of the blob as read, else as claimed.
    package var size: UInt64?
    /// The uncompressed bytes; nil unless decoding reached the end.
    package var uncompressedSize: UInt64?
    /// The chain of this layer and those below it, over the diffIDs that the config claims; nil without them.
    package var chainID: ContentDigest?
    /// Places in `Report.findings`.
    package var findings: [Int]

    package init(
        record: LayerRecord, outcome: Outcome, compression: Compression? = nil, size: UInt64? = nil,
        uncompressedSize: UInt64? = nil, chainID: ContentDigest? = nil, findings: [Int] = []
    ) {
        self.record = record
        self.outcome = outcome
        self.compression = compression
        self.size = size
        self.uncompressedSize = uncompressedSize
        self.chainID = chainID
        self.findings = findings
    }
}

/// The figures of a run.
package struct Summary: Hashable, Sendable {
    package var imageCount = 0
    package var verifiedImageCount = 0
    package var refutedImageCount = 0
    package var undeterminedImageCount = 0
    /// Unique layers of all images, and unique blobs (documents among them).
    package var layerCount = 0
    package var blobCount = 0
    package var claimCount = 0
    package var errorCount = 0
    package var warningCount = 0
    package var noteCount = 0
    /// Platforms that an index lists and that are not here.
    package var absentPlatformCount = 0
    package var unreferencedBlobCount = 0
    /// Unique blobs of types that are not known here: compared with size and digest, not looked into.
    package var opaqueBlobCount = 0
    /// Files below the paths given that were not checked, since they are not images.
    package var ignored = IgnoredFiles()
    /// Bytes read from the image, and bytes that came out of decoding (a plain layer's count once, as both).
    package var compressedByteCount: UInt64 = 0
    package var uncompressedByteCount: UInt64 = 0
    package var seconds: Double = 0

    package init() {}
}
