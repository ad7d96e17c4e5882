// layerverify: reading and judging the blobs of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerCodec
internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

/// Reads and judges the blobs of a run, one image store after another.
///
/// `add` takes the image stores as they are walked, and `next` gives them back in the same order when they are judged.
/// The stores in between are limited, so that the memory of a run does not depend on their number. Blobs of several
/// stores are read at a time, and while the next store is walked.
///
/// ## Concurrency
/// Used by one thread, which belongs to the crew of the run: it reads blobs as well while too many wait.
final class BlobRun {
    private let opener: any BlobOpener
    private let options: PipelineOptions
    private let cancellation: Verifier.Cancellation?
    private let observer: ProgressObserver?
    private let start: ContinuousClock.Instant
    private let trace: RunTrace?
    /// Called before the first blob is read.
    private let noteStart: () -> Void
    private let offers: @Sendable (DigestAlgorithm) -> Bool
    private let findsFooters: Bool
    private let crew: WorkCrew
    private let roots = OpenRoots()
    private let total = RunTotal()
    /// Nil until there is a blob to read, and after the last one.
    private var reading: (pipeline: Pipeline, ticker: ProgressTicker?)?

    /// No further image store is walked while this many are open, or while their inventories take this many bytes.
    private static let maximumRootCount = 64
    private static let maximumByteCount = 8 << 20
    /// The number of blobs that are submitted at a time, and that may wait then.
    private static let submittedBlobCount = 4096
    /// The number of blobs for each job that are left to the other threads when this one walks the next store.
    private static let leftBlobCount = 32

    /// - Parameters:
    ///   - consumers: what is done with the bytes of blobs besides hashing them.
    ///   - noteStart: called before the first blob is read. From then on the run tells the observer of its progress.
    init(
        _ verifier: Verifier, opener: any BlobOpener, cancellation: Verifier.Cancellation?, progress: ProgressObserver?,
        start: ContinuousClock.Instant, trace: RunTrace?, consumers: @escaping ConsumerFactory = { _ in [] },
        noteStart: @escaping () -> Void = {}
    ) {
        self.opener = opener
        self.noteStart = noteStart
        self.trace = trace
        offers = verifier.offers
        findsFooters = verifier.options.contents == .full
        var options = verifier.pipelineOptions
        options.consumers = consumers
        // The searches for members and blocks read some bytes twice.
        if verifier.options.hasLowPriority || verifier.options.maximumBytesPerSecond != nil {
            options.readsInChunks = false
            options.blockCutting = nil
        }
        self.options = options
        crew = options.makeCrew()
        self.cancellation = cancellation
        observer = progress
        self.start = start
    }

    /// Adds an image store that was walked, or the files of `digest`.
    ///
    /// - Parameter requests: the blobs to read; nil for those that the claims require.
    func add(_ inventory: Inventory, requests: [BlobRequest]? = nil) {
        let requests =
            requests.map { BlobRequests($0, of: inventory) } ?? BlobRequests(planning: inventory, offers: offers)
        let root = roots.add(inventory, requests)
        guard root.requestCount > 0 else { return }
        total.add(blobCount: root.requestCount, byteCount: root.expectedByteCount)
        let pipeline = reading?.pipeline ?? startPipeline()
        for start in stride(from: 0, to: root.requestCount, by: Self.submittedBlobCount) {
            let part = root.runRequests(start..<min(start + Self.submittedBlobCount, root.requestCount))
            total.begin(byteCount: part.reduce(0) { $0 &+ $1.expectedByteCount })
            pipeline.submit(part)
            pipeline.work(untilWaiting: Self.submittedBlobCount)
        }
    }

    /// The next image store, judged; nil if another one should be walked first, or if there is none.
    ///
    /// - Parameters:
    ///   - isEnd: whether all were added.
    ///   - findingByteCount: the limit in bytes for its findings.
    func next(isEnd: Bool, findingByteCount: Int) -> JudgedRoot? {
        if isEnd { finishReading() }
        guard let first = roots.first else { return nil }
        if !first.isRead {
            guard isFull else { return nil }
            reading?.pipeline.work(untilWaiting: Self.leftBlobCount * options.jobCount)
            crew.run { !first.isRead }
        }
        roots.removeFirst()
        return judge(first, findingByteCount: findingByteCount)
    }

    private var isFull: Bool {
        roots.count >= Self.maximumRootCount || roots.byteCount >= Self.maximumByteCount
    }

    // The fast path

    private func startPipeline() -> Pipeline {
        let (roots, crew) = (roots, crew)
        var options = options
        if let trace {
            options.tracer = { record in trace.add(record) { roots.path(ofBlob: $0) ?? "" } }
        }
        let pipeline = Pipeline(opener: opener, options: options, crew: crew, isCancelled: isCancelled) {
            request, facts in
            if roots.take(facts, ofBlob: request.blob) { crew.wakeCaller() }
        }
        noteStart()
        let ticker = observer.map {
            ProgressTicker(pipeline, of: total, $0, start: start, path: { roots.path(ofBlob: $0) })
        }
        reading = (pipeline, ticker)
        return pipeline
    }

    /// Reads what is left, and releases the memory of the pipeline.
    private func finishReading() {
        guard let reading else { return }
        total.end()
        reading.pipeline.finishSubmitting()
        crew.runAll()
        reading.ticker?.stop()
        self.reading = nil
    }

    private var isCancelled: @Sendable () -> Bool {
        let cancellation = cancellation
        return { cancellation?.isCancelled ?? false }
    }

    // The verdict

    private func judge(_ root: OpenRoot, findingByteCount: Int) -> JudgedRoot {
        let start = ContinuousClock.now
        var options = options
        if let trace {
            options.tracer = { record in trace.add(record) { root.inventory.blobs[$0].path } }
        }
        let reference = ReferenceRun(opener: opener, options: options, crew: crew, isCancelled: isCancelled)
        let tables = TOCRun(
            opener: opener, options: options, findsFooters: findsFooters, isCancelled: isCancelled)
        let judged = JudgedRoot(
            root, confirming: reference, tables: tables, findingByteCount: findingByteCount)
        trace?.add(TraceRecord(.judge, worker: nil, since: start))
        return judged
    }
}

extension Verifier {
    /// The options of the run in the form that the pipeline takes.
    var pipelineOptions: PipelineOptions {
        PipelineOptions(
            jobCount: jobCount, coreCount: CPUBudget.available(), expansionLimit: options.expansionLimit,
            codecOptions: CodecOptions(maximumWindowByteCount: UInt64(clamping: options.maximumWindowByteCount)),
            fastCodec: fastCodec,
            isNice: options.hasLowPriority)
    }
}
