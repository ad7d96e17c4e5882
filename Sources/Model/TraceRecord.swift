// layerverify: records of a run's actions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One action of a run on one thread, with its times.
package struct TraceRecord: Sendable {
    /// The kind of action.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Finding images and reading their documents.
        case gather
        /// Reading a block, and decoding it if it is compressed; blocks of other blobs may be hashed in the gaps.
        case read
        /// Hashing blocks of one or several blobs in lockstep.
        case hash
        /// Reading the tar in blocks of a layer.
        case contents
        /// Reading, decoding and hashing a small blob from beginning to end, with the tar in it.
        case whole
        /// Comparing facts with claims.
        case judge
        /// Reading a blob again with the reference path.
        case confirm
    }

    /// The part of an action that concerns one blob.
    package struct Part: Sendable {
        package let blob: BlobIndex
        /// The number of bytes that were read or hashed.
        package let byteCount: UInt64
        /// The number of bytes that decoding produced.
        package let producedByteCount: UInt64
        /// Whether the bytes were hashed in the gaps of decoding others.
        package let isInterleaved: Bool
        package let chunks: Chunks

        /// The number of chunks inside a gzip member that were begun, at places that are guesses; that were confirmed; and
        /// that were dropped.
        package struct Chunks: Equatable, Sendable {
            package var guessed: Int
            package var confirmed: Int
            package var dropped: Int

            package init(guessed: Int = 0, confirmed: Int = 0, dropped: Int = 0) {
                self.guessed = guessed
                self.confirmed = confirmed
                self.dropped = dropped
            }
        }

        package init(
            _ blob: BlobIndex, byteCount: UInt64, producedByteCount: UInt64 = 0, isInterleaved: Bool = false,
            chunks: Chunks = Chunks()
        ) {
            self.blob = blob
            self.chunks = chunks
            self.byteCount = byteCount
            self.producedByteCount = producedByteCount
            self.isInterleaved = isInterleaved
        }
    }

    package let kind: Kind
    /// The worker's number, beginning with 0; nil for the calling thread.
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

/// Receives the actions of a run. It is called from any thread, also from several at once.
package typealias Tracer = @Sendable (TraceRecord) -> Void
