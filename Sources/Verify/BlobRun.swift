// layerverify: reading and judging the blobs of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerCodec
package import LayerModel
internal import LayerPipeline
internal import LayerSystem

/// Reads the blobs of one run, judges them, and confirms refutations on the reference path.
struct BlobRun {
    let opener: any BlobOpener
    let options: PipelineOptions
    let cancellation: Verifier.Cancellation?
    let observer: ProgressObserver?
    let start: ContinuousClock.Instant
    let trace: RunTrace?
    private let offers: @Sendable (DigestAlgorithm) -> Bool
    private let crew: WorkCrew

    init(
        _ verifier: Verifier, opener: any BlobOpener, cancellation: Verifier.Cancellation?, progress: ProgressObserver?,
        start: ContinuousClock.Instant, trace: RunTrace?
    ) {
        self.opener = opener
        self.trace = trace
        offers = verifier.offers
        var options = PipelineOptions(
            jobCount: verifier.jobCount,
            expansionLimit: verifier.options.expansionLimit,
            codecOptions: CodecOptions(
                maximumWindowByteCount: UInt64(clamping: verifier.options.maximumWindowByteCount)),
            fastCodec: verifier.fastCodec, isNice: verifier.options.hasLowPriority)
        // The search for members reads some bytes twice.
        if verifier.options.hasLowPriority || verifier.options.maximumBytesPerSecond != nil {
            options.readsInParts = false
        }
        self.options = options
        crew = options.makeCrew()
        self.cancellation = cancellation
        observer = progress
        self.start = start
    }

    /// Facts in the order of `requests`, and findings in the order of the images.
    ///
    /// - Parameter complete: is called with all findings, before they are sorted.
    func audit(
        _ inventory: Inventory, requests: [BlobRequest]? = nil,
        completing complete: (inout FindingList) -> Void = { _ in }
    ) -> (facts: FactsList, findings: FindingList) {
        var facts = inventory.knownFacts
        var plan = requests == nil ? Plan(inventory) : nil
        let count = requests?.count ?? plan?.blobs.count ?? 0
        // Each pipeline begins with its largest blob. Sorting the batches as well makes the largest blobs of the run
        // come first.
        var order = (0..<count).map { UInt32($0) }
        let batchCount = Pipeline.batchBlobCount(jobCount: options.jobCount)
        if let plan, count > batchCount {
            let sizes = plan.blobs.map { inventory.blobs[Int($0)].expectedByteCount }
            order.sort { sizes[Int($0)] != sizes[Int($1)] ? sizes[Int($0)] > sizes[Int($1)] : $0 < $1 }
        }
        func request(_ place: UInt32) -> BlobRequest {
            if let requests { return requests[Int(place)] }
            guard let plan else { preconditionFailure("there is a plan where there are no requests") }
            let planned = plan.request(Int(plan.blobs[Int(place)]))
            return planned.limited(to: offers, comparing: inventory.blobs[planned.blob].facts)
        }
        let total = RunTotal(
            blobCount: count, byteCount: order.reduce(0) { $0 &+ request($1).expectedByteCount })
        var options = options
        let blobs = inventory.blobs
        if let trace {
            options.tracer = { record in trace.add(record) { blobs[$0].path } }
        }
        for start in stride(from: 0, to: count, by: batchCount) {
            let batch = order[start..<min(start + batchCount, count)].map { request($0) }
            total.begin(byteCount: batch.reduce(0) { $0 &+ $1.expectedByteCount })
            for (request, read) in zip(batch, readAll(batch, options, total, path: { blobs[$0].path })) {
                facts[request.blob] = read.merged(into: facts[request.blob])
            }
        }
        let judgingStart = ContinuousClock.now
        var judge = Judge(inventory, facts: facts)
        facts = []
        order.sort()
        let doubtful = order.filter { judge.wantsReference(request($0).blob) }
        var findings = inventory.findings
        var disagreements: [LocatedFinding] = []
        for start in stride(from: 0, to: doubtful.count, by: batchCount) {
            let batch = doubtful[start..<min(start + batchCount, doubtful.count)].map { request($0) }
            disagreements += confirm(batch, options, inventory, &judge)
        }
        plan = nil
        judge.addFindings(to: &findings)
        for finding in disagreements {
            findings.append(
                findings.intern(finding.finding), root: finding.finding.root, image: finding.image,
                layer: finding.layer, order: .max)
        }
        Consequences.mergeTruncation(&findings)
        Consequences.mark(&findings, in: inventory, facts: judge.facts)
        complete(&findings)
        findings.finish()
        findings.sort()
        trace?.add(TraceRecord(.judge, worker: nil, since: judgingStart))
        return (judge.facts, findings)
    }

    // The fast path

    private func readAll(
        _ requests: [BlobRequest], _ options: PipelineOptions, _ total: RunTotal,
        path: @escaping @Sendable (BlobIndex) -> String
    ) -> [BlobFacts] {
        guard !requests.isEmpty else { return [] }
        let box = FactsBox()
        let pipeline = Pipeline(requests, opener: opener, options: options, crew: crew, isCancelled: isCancelled) {
            facts in
            box.facts.withLock { $0 = facts }
        }
        let ticker = observer.map { ProgressTicker(pipeline, after: total, $0, start: start, path: path) }
        pipeline.start()
        crew.runAll()
        ticker?.stop()
        total.add(pipeline.progress)
        return box.facts.withLock { $0 }
    }

    private var isCancelled: @Sendable () -> Bool {
        let cancellation = cancellation
        return { cancellation?.isCancelled ?? false }
    }

    // The reference path

    /// Reads doubtful blobs again with the reference decoders, one blob at a time in each job.
    ///
    /// Returns: the blobs in which the reference path finds no fault.
    private func confirm(
        _ requests: [BlobRequest], _ options: PipelineOptions, _ inventory: Inventory, _ judge: inout Judge
    ) -> [LocatedFinding] {
        guard !requests.isEmpty else { return [] }
        let wereRefuted = requests.map { judge.isRefuted($0.blob) }
        let first = requests.map { judge.facts[$0.blob]?.uncompressed?.ending }
        let confirmed = ReferenceRun(requests, opener: opener, options: options, isCancelled: isCancelled).run(crew)
        for ((request, ending), read) in zip(zip(requests, first), confirmed) {
            let again = (judge.facts[request.blob].map { $0.replaced(by: read) } ?? read).disputed(by: ending)
            judge.facts[request.blob] = again.merged(into: inventory.blobs[request.blob].facts)
        }
        let judge = judge
        return zip(requests, wereRefuted).compactMap { request, wasRefuted in
            guard wasRefuted, let facts = judge.facts[request.blob], facts.reading == .complete,
                !judge.isRefuted(request.blob), !facts.isDisputedZstd
            else { return nil }
            let blob = inventory.blobs[request.blob]
            let claim = judge.firstClaim(about: request.blob)
            var finding = Finding(
                .fastPathDisagrees,
                "the fast path refuted \(blob.path), the reference path finds nothing wrong with it",
                at: Place(blob.path),
                digest: facts.digests.first,
                hint: "LAYERVERIFY_DISABLE turns a fast path off; please report this with the output of --version")
            finding.root = blob.root
            return LocatedFinding(finding, image: claim?.image, layer: claim?.layer)
        }
    }
}

/// The progress of the pipelines of a run that have ended, and the total amount of work.
///
/// ## Concurrency
/// `state` is guarded by its mutex.
final class RunTotal: Sendable {
    let blobCount: Int
    private let state: Locked<State>

    private struct State {
        var done = PipelineProgress()
        /// The expected bytes of the blobs that no pipeline has received yet.
        var pendingByteCount: UInt64
    }

    init(blobCount: Int, byteCount: UInt64) {
        self.blobCount = blobCount
        state = Locked(State(pendingByteCount: byteCount))
    }

    /// Moves the expected size of blobs, in bytes, from `pendingByteCount` to the pipeline that now reads them and
    /// counts them itself.
    func begin(byteCount: UInt64) { state.withLock { $0.pendingByteCount -= min($0.pendingByteCount, byteCount) } }

    func add(_ progress: PipelineProgress) { state.withLock { $0.done = Self.sum($0.done, progress) } }

    /// The progress of the run, including that of a pipeline that is not in `done` yet.
    func with(_ progress: PipelineProgress) -> PipelineProgress {
        let state = state.withLock { $0 }
        var result = Self.sum(state.done, progress)
        result.totalBlobCount = blobCount
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

/// Receives the facts of the pipeline.
private final class FactsBox: Sendable {
    let facts = Locked<[BlobFacts]>([])
}

extension BlobFacts {
    /// The facts of the reference path about a stream whose ending differs on the fast path.
    ///
    /// The strict decoder of zstd refuses more streams than libzstd, by rules of the specification and of other
    /// decoders. A stream that it refuses and libzstd accepts is disputed: neither refuted nor verified. The same holds
    /// for a stream that only some versions of libzstd accept.
    func disputed(by fast: StreamEnding?) -> BlobFacts {
        guard compression == .zstd, case .corrupt(let atByte, let fault) = fast, fault != .decoder else { return self }
        let dispute: StreamDispute
        switch (uncompressed?.ending, fault) {
        case (.complete, .longZeroCount), (.corrupt, .longZeroCount): dispute = .zstdZeroCount
        case (.complete, _): dispute = .zstdRule
        default: return self
        }
        var result = self
        result.uncompressed?.ending = .disputed(atByte: atByte, dispute)
        return result
    }

    /// Whether `disputed(by:)` marked the stream as disputed by a rule of zstd.
    var isDisputedZstd: Bool {
        switch uncompressed?.ending {
        case .disputed(_, .zstdRule), .disputed(_, .zstdZeroCount): true
        default: false
        }
    }

    /// The facts of a blob that was read again. If it was present in one read and missing in the other, it has changed.
    package func replaced(by read: BlobFacts) -> BlobFacts {
        guard read.reading != reading, !read.reading.leavesOpen else { return read }
        return BlobFacts(reading: .changed, uncompressed: uncompressed.map { _ in UncompressedFacts(ending: .unread) })
    }
}
