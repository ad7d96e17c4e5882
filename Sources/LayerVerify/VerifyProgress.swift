// layerverify: how far a run has come.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How far a run has come.
public struct VerifyProgress: Hashable, Sendable {
    /// The bytes read so far, as they lie in the images.
    public var doneByteCount: UInt64
    /// The bytes to read, as far as is known; it grows and shrinks as files turn out longer or shorter than claimed, or missing.
    public var totalByteCount: UInt64
    /// The unique blobs that are read to their end, and those to read.
    public var doneBlobCount: Int
    /// The unique blobs to read.
    public var totalBlobCount: Int
    /// Seconds since the run began.
    public var elapsedSeconds: Double
    /// The documents read so far: indexes, manifests, configs. They are read before the blobs, of which nothing is known
    /// meanwhile; 0 once blobs are read.
    public var documentCount: Int
    /// The files and folders that were looked at so far in search of images, before any document is read; 0 from then on.
    public var searchedFileCount: Int
    /// The image stores found so far by the search; 0 once it has ended.
    public var imageStoreCount: Int

    /// Makes a value; for tests of observers.
    public init(
        doneByteCount: UInt64, totalByteCount: UInt64, doneBlobCount: Int, totalBlobCount: Int, elapsedSeconds: Double,
        documentCount: Int = 0, searchedFileCount: Int = 0, imageStoreCount: Int = 0
    ) {
        self.doneByteCount = doneByteCount
        self.totalByteCount = totalByteCount
        self.doneBlobCount = doneBlobCount
        self.totalBlobCount = totalBlobCount
        self.elapsedSeconds = elapsedSeconds
        self.documentCount = documentCount
        self.searchedFileCount = searchedFileCount
        self.imageStoreCount = imageStoreCount
    }
}

/// Is told how far a run has come.
///
/// Concurrency: called on any thread, never on two at once, some ten times a second; it must return soon.
public typealias ProgressObserver = @Sendable (VerifyProgress) -> Void
