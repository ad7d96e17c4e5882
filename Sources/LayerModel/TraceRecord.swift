// layerverify: who did what when.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One thing that a run did in one go, on one thread.
package struct TraceRecord: Sendable {
    /// What it was.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Finding images and reading their documents.
        case gather
        /// Reading a block, and decoding it if it is compressed; hashing blocks of other blobs beside that.
        case read
        /// Hashing blocks of one or several blobs in lockstep.
        case hash
        /// Reading a small blob from beginning to end: decoding, hashing, all.
        case whole
        /// Comparing facts with claims.
        case judge
        /// Reading a blob again by the reference path.
        case confirm
    }

    /// What was done with one blob.
    package struct Part: Sendable {
        package let blob: BlobIndex
        /// Bytes taken: read, or hashed.
        package let byteCount: UInt64
        /// Bytes that came out of decoding.
        package let producedByteCount: UInt64
        /// Whether the bytes were hashed in the gaps of decoding other ones.
        package let isBeside: Bool

        package init(_ blob: BlobIndex, byteCount: UInt64, producedByteCount: UInt64 = 0, isBeside: Bool = false) {
            self.blob = blob
            self.byteCount = byteCount
            self.producedByteCount = producedByteCount
            self.isBeside = isBeside
        }
    }

    package let kind: Kind
    /// The worker's number from 0; nil for the thread that called.
    package let worker: Int?
    package let start: ContinuousClock.Instant
    package let end: ContinuousClock.Instant
    package let parts: [Part]

    package init(
        _ kind: Kind, worker: Int?, since start: ContinuousClock.Instant, parts: [Part] = []
    ) {
        self.kind = kind
        self.worker = worker
        self.start = start
        end = .now
        self.parts = parts
    }
}

/// Takes what a run did, from any thread, several at once.
package typealias Tracer = @Sendable (TraceRecord) -> Void
