// layerverify: the progress of an asynchronous run as a sequence.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// The progress of one asynchronous run, as a sequence that ends with the run.
    ///
    /// ```swift
    /// let updates = Verifier.ProgressUpdates()
    /// async let verification = verifier.verify(imagesIn: ["alpine/"], progress: updates)
    /// for await progress in updates { print(progress.doneByteCount, "of", progress.totalByteCount) }
    /// let result = await verification
    /// ```
    ///
    /// Values come about ten times per second, while folders are searched, documents are read, and blobs are read. Only the
    /// newest value is kept: a slow consumer misses values and delays nothing. The last value, with what was read in the end,
    /// is not missed. Give each run a sequence of its own, and iterate over it once.
    public struct ProgressUpdates: AsyncSequence, Sendable {
        private let stream: AsyncStream<Progress>
        private let continuation: AsyncStream<Progress>.Continuation

        /// Creates the sequence of a run that has not begun.
        public init() {
            (stream, continuation) = AsyncStream.makeStream(of: Progress.self, bufferingPolicy: .bufferingNewest(1))
        }

        /// Returns an iterator over the values that come from now on.
        ///
        /// - Returns: The only iterator that the sequence may have.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: stream.makeAsyncIterator()) }

        func send(_ progress: Progress) { continuation.yield(progress) }

        /// Ends the sequence. Values that were sent before are still delivered.
        func finish() { continuation.finish() }

        /// Waits for the values of ``Verifier/ProgressUpdates``.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var base: AsyncStream<Progress>.Iterator

            /// Waits for the next value.
            ///
            /// - Returns: The next value; nil once the run has ended.
            public mutating func next() async -> Progress? { await base.next() }

            /// Waits for the next value.
            ///
            /// - Parameter actor: The actor on which the caller runs.
            /// - Returns: The next value; nil once the run has ended.
            public mutating func next(isolation actor: isolated (any Actor)?) async -> Progress? {
                await base.next(isolation: actor)
            }
        }
    }
}
