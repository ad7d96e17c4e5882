// layerverify: the report of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The result of a run, in the order of the images.
///
/// Memory: images and findings are made on access, so that a report of 100 000 is no larger than the data it is made
/// from.
package struct Report: Sendable {
    package var outcome: Outcome
    package var roots: [RootRecord]
    package var images: LazyList<ImageReport>
    package var findings: LazyList<Finding>
    /// The file that each finding is about; nil of a finding about a whole root, and of one that stands for many.
    package var files: LazyList<FileReport?>
    package var summary: Summary
    /// What each thread did when; nil unless it was asked for.
    package var timeline: Timeline?

    package init(
        outcome: Outcome, roots: [RootRecord], images: LazyList<ImageReport>, findings: LazyList<Finding>,
        files: LazyList<FileReport?>? = nil, summary: Summary
    ) {
        self.outcome = outcome
        self.roots = roots
        self.images = images
        self.findings = findings
        self.files = files ?? LazyList(count: findings.count) { _ in nil }
        self.summary = summary
    }

    /// The file that a finding is about: its path on disk, or the name of an entry and the archive that has it; nil if there is none.
    package func location(of finding: Int) -> (path: String, archive: String?)? {
        guard let file = files[finding] else { return nil }
        let root = findings[finding].root
        guard roots.indices.contains(root) else { return (file.path, nil) }
        let path = roots[root].path
        guard !file.path.isEmpty else { return (path, nil) }
        if roots[root].form.isArchive { return (file.path, path) }
        return (path + (path.hasSuffix("/") ? "" : "/") + file.path, nil)
    }

    /// The same in words.
    package func pathOfFile(_ finding: Int) -> String? {
        guard let (path, archive) = location(of: finding) else { return nil }
        guard let archive else { return path }
        return "\(path) in \(archive)" + (files[finding]?.offsetBytes.map { " (at byte \($0))" } ?? "")
    }

    /// True if nothing was found to be verified, or if something that the command line asks for could not be done, such as a path
    /// that does not exist. No policy makes a success of that.
    package var isRequestUnmet: Bool {
        guard outcome == .undetermined else { return false }
        return images.isEmpty || findings.contains { $0.outcome == .undetermined && $0.code.tolerance == .never }
    }

    /// True if the fast path and the reference path disagree on some blob.
    package var hasInternalError: Bool { findings.contains { $0.code == .fastPathDisagrees } }
}

/// A list whose elements are made on each access.
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

/// The result for one image.
package struct ImageReport: Hashable, Sendable {
    package var record: ImageRecord
    package var outcome: Outcome
    package var layers: [LayerReport]
    /// The indexes in `Report.findings` of the findings about the image that are not about a layer.
    package var findings: [Int]

    package init(record: ImageRecord, outcome: Outcome, layers: [LayerReport], findings: [Int]) {
        self.record = record
        self.outcome = outcome
        self.layers = layers
        self.findings = findings
    }
}

/// The result for one layer.
package struct LayerReport: Hashable, Sendable {
    package var record: LayerRecord
    package var outcome: Outcome
    /// The compression that the bytes show; nil if they were not read.
    package var compression: Compression?
    /// The number of bytes that were read; the claimed size if none were.
    package var size: UInt64?
    /// The number of uncompressed bytes; nil unless decoding reached the end.
    package var uncompressedSize: UInt64?
    /// The chainID of this layer and those below it, from the diffIDs that the config claims; nil without them.
    package var chainID: ContentDigest?
    /// The indexes in `Report.findings` of the findings about the layer.
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

/// The counts and times of a run.
package struct Summary: Hashable, Sendable {
    package var imageCount = 0
    package var verifiedImageCount = 0
    package var refutedImageCount = 0
    package var undeterminedImageCount = 0
    /// The numbers of roots that are refuted and undetermined by findings about none of their images: damaged archives, files
    /// that are not recognised.
    package var refutedRootCount = 0
    package var undeterminedRootCount = 0
    /// Unique layers of all images, and unique blobs (including documents).
    package var layerCount = 0
    package var blobCount = 0
    package var claimCount = 0
    /// The findings that count, by severity.
    package var errorCount = 0
    package var warningCount = 0
    package var noteCount = 0
    /// The findings that do not count.
    package var waived = WaivedCounts()
    /// The number of platforms that an index lists and that are absent.
    package var absentPlatformCount = 0
    package var unreferencedBlobCount = 0
    /// The number of unique blobs of unknown types: size and digest were checked, but not the content.
    package var opaqueBlobCount = 0
    /// Unique layers of which no config claims a diffID: those of artifacts.
    package var uncheckedDiffIDCount = 0
    /// The files below the paths given that were not checked, since they are not images.
    package var ignored = IgnoredFiles()
    /// The number of bytes read from the image, and of bytes after decoding (uncompressed layers are counted once in each).
    package var compressedByteCount: UInt64 = 0
    package var uncompressedByteCount: UInt64 = 0
    package var seconds: Double = 0

    package init() {}
}
