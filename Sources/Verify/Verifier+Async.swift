// layerverify: the facade for async code.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem

extension Verifier {
    /// Verifies all images in the sources: folders or archives, in every supported form.
    ///
    /// Errors of files are findings, including a path that does not exist and a disk that fails. All faults are reported,
    /// not just the first. If the task is cancelled, the run ends early and its report says so. No thread of Swift's
    /// cooperative pool is blocked, unless the system provides no other thread.
    ///
    /// - Parameters:
    ///   - sources: The images, and folders in which images are searched for.
    ///   - progress: Receives the progress of the run, and ends with it.
    ///   - trace: Receives the actions of the threads.
    /// - Returns: The verdicts, in the order of the sources.
    public func verify(
        imagesIn sources: [Source], progress: ProgressUpdates? = nil, trace: TraceSink? = nil
    ) async -> Verification {
        await run(progress) {
            verifyBlocking(imagesIn: sources, cancellation: $0, progress: $1, trace: trace)
        }
    }

    /// Reads the documents of the images in the sources, and no layers.
    ///
    /// If the task is cancelled, the run ends early and its report says so. No thread of Swift's cooperative pool is
    /// blocked, unless the system provides no other thread.
    ///
    /// - Parameters:
    ///   - sources: The images, and folders in which images are searched for.
    ///   - progress: Receives the progress of the run, and ends with it.
    /// - Returns: What the documents claim, in the order of the sources.
    public func inspect(imagesIn sources: [Source], progress: ProgressUpdates? = nil) async -> Verification {
        await run(progress) { inspectBlocking(imagesIn: sources, cancellation: $0, progress: $1) }
    }

    /// Computes the digests and sizes of layer files, in one pass over each file.
    ///
    /// If the task is cancelled, the run ends early, and files that were not read are undetermined. No thread of Swift's
    /// cooperative pool is blocked, unless the system provides no other thread.
    ///
    /// - Parameters:
    ///   - files: Layers, plain or compressed.
    ///   - chaining: Whether to compute chainIDs, with the files as the layers of one image, base first.
    ///   - progress: Receives the progress of the run, and ends with it.
    ///   - trace: Receives the actions of the threads.
    /// - Returns: The digests, in the order of the files.
    public func computeDigests(
        of files: [Source], chaining: Chaining = .none, progress: ProgressUpdates? = nil, trace: TraceSink? = nil
    ) async -> DigestReport {
        await run(progress) {
            computeDigestsBlocking(of: files, chaining: chaining, cancellation: $0, progress: $1, trace: trace)
        }
    }

    /// Reads the files in the layers of one image, and verifies the image in the same pass.
    ///
    /// Every layer is read once. Nothing is unpacked: what is kept are names and attributes, about 100 bytes for each file. If the
    /// options do not select exactly one image, no layers are read.
    ///
    /// With `fromTables` the files are those that the tables of contents of the layers list (eStargz, zstd:chunked), and the layers
    /// are not read. The tables have the digests that the manifest gives; whether the layers have these files is not verified, so
    /// ``ImageFiles/outcome`` is undetermined at best.
    ///
    /// - Parameters:
    ///   - source: The image, or a folder that has one.
    ///   - digestsFiles: Whether to compute the SHA-256 of each file; with `fromTables`, whether to take it from them.
    ///   - fromTables: Whether to list what tables of contents say, without reading the layers.
    ///   - progress: Receives the progress of the run, and ends with it.
    ///   - trace: Receives the actions of the threads.
    /// - Returns: The files, and the verdict on the image.
    public func readFiles(
        in source: Source, digestsFiles: Bool = false, fromTables: Bool = false, progress: ProgressUpdates? = nil,
        trace: TraceSink? = nil
    ) async -> ImageFiles {
        await run(progress) {
            readFilesBlocking(
                in: source, digestsFiles: digestsFiles, fromTables: fromTables, cancellation: $0, progress: $1,
                trace: trace)
        }
    }

    /// Runs a blocking body on a thread outside of Swift's cooperative pool, or on the calling thread if the system
    /// provides no other one.
    func run<Value: Sendable>(
        _ updates: ProgressUpdates?, _ body: @escaping @Sendable (Cancellation, ProgressObserver?) -> Value
    ) async -> Value {
        let cancellation = Cancellation()
        var observer: ProgressObserver?
        if let updates { observer = { updates.send($0) } }
        defer { updates?.finish() }
        let work: @Sendable () -> Value = { [observer] in body(cancellation, observer) }
        let hasLowPriority = options.hasLowPriority
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Value, Never>) in
                let run: @Sendable () -> Void = { continuation.resume(returning: work()) }
                let isStarted = SystemThread.start {
                    if hasLowPriority { BackgroundPriority.adopt() }
                    run()
                }
                if !isStarted { run() }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }
}
