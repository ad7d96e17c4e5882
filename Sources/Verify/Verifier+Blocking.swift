// layerverify: the facade for code without tasks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// Verifies like ``verify(imagesIn:progress:trace:)``, and blocks the calling thread until the run has ended.
    ///
    /// - Parameters:
    ///   - sources: The images, and folders in which images are searched for.
    ///   - cancellation: Ends the run early.
    ///   - progress: Called about ten times per second, and never on two threads at once. While images are searched for and
    ///     documents are read, the calling thread calls it. While blobs are read, a thread of the run that computes nothing
    ///     calls it, and at the end the calling thread once more. It must return quickly.
    ///   - trace: Receives the actions of the threads.
    /// - Returns: The verdicts, in the order of the sources.
    public func verifyBlocking(
        imagesIn sources: [Source], cancellation: Cancellation? = nil,
        progress: (@Sendable (Progress) -> Void)? = nil, trace: TraceSink? = nil
    ) -> Verification {
        Verification(
            runVerification(of: sources, cancellation: cancellation, progress: progress, trace: trace), kind: .verdicts)
    }

    /// Reads documents like ``inspect(imagesIn:progress:)``, and blocks the calling thread until the run has ended.
    ///
    /// - Parameters:
    ///   - sources: The images, and folders in which images are searched for.
    ///   - cancellation: Ends the run early.
    ///   - progress: Called on the calling thread, about ten times per second. It must return quickly.
    /// - Returns: What the documents claim, in the order of the sources.
    public func inspectBlocking(
        imagesIn sources: [Source], cancellation: Cancellation? = nil,
        progress: (@Sendable (Progress) -> Void)? = nil
    ) -> Verification {
        Verification(runInspection(of: sources, cancellation: cancellation, progress: progress), kind: .claims)
    }

    /// Computes digests like ``computeDigests(of:chaining:progress:trace:)``, and blocks the calling thread until the run has
    /// ended.
    ///
    /// - Parameters:
    ///   - files: Layers, plain or compressed.
    ///   - chaining: Whether to compute chainIDs, with the files as the layers of one image, base first.
    ///   - cancellation: Ends the run early.
    ///   - progress: Called about ten times per second, and never on two threads at once: by a thread of the run that
    ///     computes nothing, and at the end once more by the calling thread. It must return quickly.
    ///   - trace: Receives the actions of the threads.
    /// - Returns: The digests, in the order of the files.
    public func computeDigestsBlocking(
        of files: [Source], chaining: Chaining = .none, cancellation: Cancellation? = nil,
        progress: (@Sendable (Progress) -> Void)? = nil, trace: TraceSink? = nil
    ) -> DigestReport {
        DigestReport(
            runDigest(of: files, chaining: chaining, cancellation: cancellation, progress: progress, trace: trace))
    }

    /// Reads files like ``readFiles(in:digestsFiles:fromTables:progress:trace:)``, and blocks the calling thread until the run has ended.
    ///
    /// - Parameters:
    ///   - source: The image, or a folder that has one.
    ///   - digestsFiles: Whether to compute the SHA-256 of each file.
    ///   - fromTables: Whether to list what tables of contents say, without reading the layers.
    ///   - cancellation: Ends the run early.
    ///   - progress: Called about ten times per second, and never on two threads at once. It must return quickly.
    ///   - trace: Receives the actions of the threads.
    /// - Returns: The files, and the verdict on the image.
    public func readFilesBlocking(
        in source: Source, digestsFiles: Bool = false, fromTables: Bool = false, cancellation: Cancellation? = nil,
        progress: (@Sendable (Progress) -> Void)? = nil, trace: TraceSink? = nil
    ) -> ImageFiles {
        runFiles(
            in: source, digestsFiles: digestsFiles, fromTables: fromTables, cancellation: cancellation,
            progress: progress, trace: trace)
    }
}
