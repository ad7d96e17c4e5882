// layerverify: the progress of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// The progress of a run.
    ///
    /// A run first searches for images, then reads documents, and then reads blobs.
    public struct Progress: Hashable, Sendable {
        /// The number of stored bytes read so far.
        public var doneByteCount: Int
        /// The estimated number of stored bytes to read. It changes as files are longer or shorter than claimed, or
        /// missing.
        public var totalByteCount: Int
        /// The number of unique blobs read to their end.
        public var doneBlobCount: Int
        /// The number of unique blobs to read.
        public var totalBlobCount: Int
        /// False while further image stores are walked, whose blobs are not in ``totalBlobCount`` and ``totalByteCount`` yet.
        public var isTotalKnown = true
        /// Seconds since the run began.
        public var elapsedSeconds: Double
        /// The number of documents (indexes, manifests, configs) read so far. They are read before the blobs, whose
        /// numbers are not known until then. 0 once blobs are read.
        public var documentCount: Int
        /// The number of files and folders that the search for images has examined, before any document is read; 0 from
        /// then on.
        public var searchedFileCount: Int
        /// The number of image stores that the search has found; 0 once it has ended.
        public var imageStoreCount: Int
        /// The number of bytes read so far of a stream: standard input or a compressed archive, which are read while images are
        /// searched for; 0 at any other time.
        public var streamedByteCount: Int
        /// The blobs that are being read, the largest first; at most ``maximumBlobsInWork`` of them. Small blobs, which
        /// are read in an instant, are left out.
        public var blobsInWork: [BlobInWork]
        /// The number of blobs that are being read, including those that are not in ``blobsInWork``.
        public var blobInWorkCount: Int

        /// The greatest number of elements of ``blobsInWork``: more than a terminal has room for.
        public static let maximumBlobsInWork = 16

        /// A blob that is being read.
        public struct BlobInWork: Hashable, Sendable {
            /// The path within the image, or that of a file given to ``Verifier/computeDigests(of:chaining:progress:trace:)``.
            /// It is untrusted text and not escaped.
            public var path: String
            /// The number of stored bytes read so far.
            public var doneByteCount: Int
            /// The number of stored bytes to read.
            public var totalByteCount: Int

            /// Creates a value, for tests of what shows progress.
            ///
            /// - Parameters:
            ///   - path: The path of the blob.
            ///   - doneByteCount: The number of bytes read so far.
            ///   - totalByteCount: The number of bytes to read.
            public init(path: String, doneByteCount: Int, totalByteCount: Int) {
                self.path = path
                self.doneByteCount = doneByteCount
                self.totalByteCount = totalByteCount
            }
        }

        /// Creates a value, for tests of what shows progress.
        ///
        /// - Parameters:
        ///   - doneByteCount: The number of bytes read so far.
        ///   - totalByteCount: The number of bytes to read.
        ///   - doneBlobCount: The number of blobs read to their end.
        ///   - totalBlobCount: The number of blobs to read.
        ///   - elapsedSeconds: The seconds since the run began.
        ///   - documentCount: The number of documents read so far.
        ///   - searchedFileCount: The number of files and folders that the search has examined.
        ///   - imageStoreCount: The number of image stores that the search has found.
        ///   - streamedByteCount: The number of bytes read so far of a stream.
        ///   - blobsInWork: The blobs that are being read.
        ///   - blobInWorkCount: Their number; nil for the number of elements of `blobsInWork`.
        public init(
            doneByteCount: Int, totalByteCount: Int, doneBlobCount: Int, totalBlobCount: Int, elapsedSeconds: Double,
            documentCount: Int = 0, searchedFileCount: Int = 0, imageStoreCount: Int = 0,
            streamedByteCount: Int = 0, blobsInWork: [BlobInWork] = [], blobInWorkCount: Int? = nil
        ) {
            self.doneByteCount = doneByteCount
            self.totalByteCount = totalByteCount
            self.doneBlobCount = doneBlobCount
            self.totalBlobCount = totalBlobCount
            self.elapsedSeconds = elapsedSeconds
            self.documentCount = documentCount
            self.searchedFileCount = searchedFileCount
            self.imageStoreCount = imageStoreCount
            self.streamedByteCount = streamedByteCount
            self.blobsInWork = blobsInWork
            self.blobInWorkCount = blobInWorkCount ?? blobsInWork.count
        }
    }
}

/// Receives the progress of a run: about ten times per second, on any thread, and never on two at once.
package typealias ProgressObserver = @Sendable (Verifier.Progress) -> Void
