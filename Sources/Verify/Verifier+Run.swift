// layerverify: a run from its sources to its report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerModel
internal import LayerSource
internal import LayerSystem

extension Verifier {
    /// Runs source, plan, pipeline and verdict, for one image store after another.
    ///
    /// - Parameter noteWork: receives the blobs that were read, after the run.
    func runVerification(
        of given: [Source], cancellation: Cancellation?, progress: ProgressObserver?, trace sink: TraceSink?,
        noteWork: ((RunWork) -> Void)? = nil
    ) -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let trace = RunTrace(
            sink, start: start, workerCount: jobCount, recordsTimeline: options.recordsTimeline)
        defer { trace?.finish() }
        let consumers = runConsumers()
        let sources = RunSources(
            self, given, cancellation: cancellation, progress: progress, start: start, isVerification: true,
            consumers: consumers)
        var builder = sources.makeBuilder()
        var report = RunReport(self, sources, builder.inventory)
        var work: [RunWork.Blob] = []
        let run = BlobRun(
            self, opener: sources.opener, cancellation: cancellation, progress: progress, start: start, trace: trace,
            consumers: consumers, noteStart: { sources.progress.end() })
        func takeJudged(isEnd: Bool) {
            while var judged = run.next(isEnd: isEnd, findingByteCount: report.findingByteCount) {
                if noteWork != nil { work += judged.work }
                report.append(&judged)
            }
        }
        var walkStart = start
        for found in sources.found {
            sources.walk(found, &builder)
            var inventory = builder.endRoot()
            if options.contents != .full { inventory.tableRecords = [] }
            run.add(inventory)
            trace?.add(TraceRecord(.gather, worker: nil, since: walkStart))
            takeJudged(isEnd: false)
            walkStart = clock.now
        }
        takeJudged(isEnd: true)
        sources.noteRun(&builder)
        report.append(ofRun: builder.inventory)
        var result = report.report()
        let end = clock.now
        result.summary.seconds = (end - start).seconds
        result.timeline = trace?.timeline(until: end)
        noteWork?(RunWork(work, opener: sources.opener))
        return result
    }

    /// Runs the source alone: reads the documents, and no layers.
    func runInspection(of given: [Source], cancellation: Cancellation?, progress: ProgressObserver?) -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let sources = RunSources(
            self, given, cancellation: cancellation, progress: progress, start: start, isVerification: false)
        var builder = sources.makeBuilder()
        var report = RunReport(self, sources, builder.inventory, readsLayers: false)
        for found in sources.found {
            sources.walk(found, &builder)
            var judged = JudgedRoot(documentsOf: builder.endRoot(), findingByteCount: report.findingByteCount)
            report.append(&judged)
        }
        sources.noteRun(&builder)
        report.append(ofRun: builder.inventory)
        var result = report.report()
        result.summary.seconds = (clock.now - start).seconds
        return result
    }

    /// The reading rate of the options; nil for no limit.
    func readingPace(_ cancellation: Cancellation?) -> ReadingPace? {
        options.maximumBytesPerSecond.map {
            ReadingPace(bytesPerSecond: UInt64(clamping: $0)) { cancellation?.isCancelled ?? false }
        }
    }

    func paced(_ store: BlobStore, _ pace: ReadingPace?) -> any BlobOpener {
        pace.map { PacedOpener(store, $0) } ?? store
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
