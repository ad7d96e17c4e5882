// layerverify: the progress of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The progress of a run.
public struct VerifyProgress: Hashable, Sendable {
    /// The number of stored bytes read so far.
    public var doneByteCount: UInt64
    /// The estimated number of stored bytes to read. It changes as files are longer or shorter than claimed, or
    /// missing.
    public var totalByteCount: UInt64
    /// The number of unique blobs read to their end.
    public var doneBlobCount: Int
    /// The number of unique blobs to read.
    public var totalBlobCount: Int
    /// Seconds since the run began.
    public var elapsedSeconds: Double
    /// The number of documents (indexes, manifests, configs) read so far. They are read before the blobs, whose numbers
    /// are not known until then. 0 once blobs are read.
    public var documentCount: Int
    /// The number of files and folders that the search for images has examined, before any document is read; 0 from
    /// then on.
    public var searchedFileCount: Int
    /// The number of image stores that the search has found; 0 once it has ended.
    public var imageStoreCount: Int

    /// Creates a value, for tests of observers.
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

/// Receives the progress of a run.
///
/// Concurrency: called on any thread, about ten times per second; calls never overlap. It must return quickly.
public typealias ProgressObserver = @Sendable (VerifyProgress) -> Void
