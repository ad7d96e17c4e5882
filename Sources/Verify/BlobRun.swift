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
/// The stores in between are limited, so that the memory of a run does not depend on their number.
///
/// ## Concurrency
/// Used by one thread. Blobs are read by the crew of the run, to which that thread belongs.
final class BlobRun {
    private let opener: any BlobOpener
    private let options: PipelineOptions
    private let cancellation: Cancellation?
    private let observer: ProgressObserver?
    private let start: ContinuousClock.Instant
    private let trace: RunTrace?
    private let offers: @Sendable (DigestAlgorithm) -> Bool
    private let crew: WorkCrew
    private let total = RunTotal()
    /// The image stores that were added and not given back, in order.
    private var roots: [OpenRoot] = []
    /// How many of these have not been read yet: the last ones.
    private var unreadCount = 0
    /// The number of blobs that were added, and of those that wait to be read.
    private var blobCount = 0
    private var waitingCount = 0
    /// The bytes of the inventories in `roots`.
    private var openByteCount = 0

    /// No further image store is walked while so many are open, or while their inventories take so many bytes.
    private static let maximumRootCount = 64
    private static let maximumByteCount = 8 << 20

    init(
        _ verifier: Verifier, opener: any BlobOpener, cancellation: Cancellation?, progress: ProgressObserver?,
        start: ContinuousClock.Instant, trace: RunTrace?
    ) {
        self.opener = opener
        self.trace = trace
        offers = verifier.offers
        var options = PipelineOptions(
            jobCount: verifier.jobCount,
            expansionLimit: verifier.options.expansionLimit,
            codecOptions: CodecOptions(maximumWindowByteCount: verifier.options.maximumWindowByteCount),
            fastCodec: verifier.fastCodec, isNice: verifier.options.isNice)
        // The search for members reads some bytes twice.
        if verifier.options.isNice || verifier.options.maximumBytesPerSecond != nil { options.readsInParts = false }
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
        let root = OpenRoot(inventory, requests: requests, firstBlob: blobCount)
        roots.append(root)
        unreadCount += 1
        blobCount += inventory.blobs.count
        waitingCount += root.requestCount
        openByteCount += inventory.byteCount
        total.add(blobCount: root.requestCount, byteCount: root.expectedByteCount)
    }

    /// The next image store, judged; nil if another one should be walked first, or if there is none.
    ///
    /// - Parameters:
    ///   - isEnd: whether all were added.
    ///   - findingByteCount: the limit in bytes for its findings.
    func next(isEnd: Bool, findingByteCount: Int) -> JudgedRoot? {
        guard let first = roots.first else { return nil }
        if !first.isRead {
            guard isEnd || isFull else { return nil }
            readWaiting()
        }
        roots.removeFirst()
        unreadCount = min(unreadCount, roots.count)
        openByteCount -= first.inventory.byteCount
        return judge(first, findingByteCount: findingByteCount)
    }

    private var isFull: Bool {
        roots.count >= Self.maximumRootCount || openByteCount >= Self.maximumByteCount
            || waitingCount >= Pipeline.batchBlobCount(jobCount: options.jobCount)
    }

    // The fast path

    /// Reads the blobs of all image stores that were not read yet.
    private func readWaiting() {
        let waiting = Array(roots.suffix(unreadCount))
        (unreadCount, waitingCount) = (0, 0)
        var options = options
        if let trace {
            options.tracer = { record in trace.add(record) { waiting.path(ofRunBlob: $0) } }
        }
        let batchCount = Pipeline.batchBlobCount(jobCount: options.jobCount)
        var batch: [BlobRequest] = []
        for root in waiting {
            var place = 0
            while place < root.requestCount {
                let end = min(place + batchCount - batch.count, root.requestCount)
                batch += root.runRequests(place..<end)
                place = end
                if batch.count == batchCount {
                    read(batch, of: waiting, options)
                    batch = []
                }
            }
        }
        read(batch, of: waiting, options)
    }

    private func read(_ requests: [BlobRequest], of roots: [OpenRoot], _ options: PipelineOptions) {
        guard !requests.isEmpty else { return }
        total.begin(byteCount: requests.reduce(0) { $0 &+ $1.expectedByteCount })
        let pipeline = Pipeline(requests, opener: opener, options: options, crew: crew, isCancelled: isCancelled) {
            facts in
            for (request, facts) in zip(requests, facts) {
                roots.root(ofRunBlob: request.blob).take(facts, ofRunBlob: request.blob)
            }
        }
        let ticker = observer.map {
            ProgressTicker(pipeline, after: total, $0, start: start, path: { roots.path(ofRunBlob: $0) })
        }
        pipeline.start()
        crew.runAll()
        ticker?.stop()
        total.add(pipeline.progress)
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
        let judged = JudgedRoot(root, confirming: reference, findingByteCount: findingByteCount)
        trace?.add(TraceRecord(.judge, worker: nil, since: start))
        return judged
    }
}

extension [OpenRoot] {
    /// The root of a blob that is numbered among all blobs of the run.
    ///
    /// Complexity: logarithmic in the number of roots.
    fileprivate func root(ofRunBlob number: Int) -> OpenRoot {
        var (lower, upper) = (startIndex, endIndex)
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if self[middle].firstBlob <= number { lower = middle } else { upper = middle }
        }
        return self[lower]
    }

    fileprivate func path(ofRunBlob number: Int) -> String { root(ofRunBlob: number).path(ofRunBlob: number) }
}

/// The progress of the pipelines of a run that have ended, and the total amount of work so far.
///
/// ## Concurrency
/// `state` is guarded by its mutex.
final class RunTotal: Sendable {
    private let state = Locked(State())

    private struct State {
        var blobCount = 0
        var done = PipelineProgress()
        /// The expected bytes of the blobs that no pipeline has received yet.
        var pendingByteCount: UInt64 = 0
    }

    /// Adds blobs that will be read.
    func add(blobCount: Int, byteCount: UInt64) {
        state.withLock {
            $0.blobCount += blobCount
            $0.pendingByteCount &+= byteCount
        }
    }

    /// Moves the expected size of blobs, in bytes, from `pendingByteCount` to the pipeline that now reads them and
    /// counts them itself.
    func begin(byteCount: UInt64) { state.withLock { $0.pendingByteCount -= min($0.pendingByteCount, byteCount) } }

    func add(_ progress: PipelineProgress) { state.withLock { $0.done = Self.sum($0.done, progress) } }

    /// The progress of the run, including that of a pipeline that is not in `done` yet.
    func with(_ progress: PipelineProgress) -> PipelineProgress {
        let state = state.withLock { $0 }
        var result = Self.sum(state.done, progress)
        result.totalBlobCount = state.blobCount
        result.totalByteCount &+= state.pendingByteCount
        return result
    }

    private static func sum(_ one: PipelineProgress, _ other: PipelineProgress) -> PipelineProgress {
        var result = one
        result.doneByteCount &+= other.doneByteCount
        result.totalByteCount &+= other.totalByteCount
        result.doneBlobCount += other.doneBlobCount
        result.totalBlobCount += other.totalBlobCount
        result.uncompressedByteCount &+= other.uncompressedByteCount
        return result
    }
}
