// layerverify: reading and judging the blobs of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LayerAudit
internal import LayerCodec
internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

/// Reads the blobs of one run, judges them, and has the reference path confirm what would be refuted.
struct BlobRun {
    let opener: any BlobOpener
    let options: PipelineOptions
    let cancellation: Cancellation?
    let observer: ProgressObserver?
    let start: ContinuousClock.Instant

    init(
        _ verifier: Verifier, opener: any BlobOpener, cancellation: Cancellation?, progress: ProgressObserver?,
        start: ContinuousClock.Instant
    ) {
        self.opener = opener
        options = PipelineOptions(
            jobCount: min(verifier.options.jobs ?? CPUBudget.available(), 1024),
            expansionLimit: verifier.options.expansionLimit,
            codecOptions: CodecOptions(maximumWindowByteCount: verifier.options.maximumWindowByteCount),
            fastCodec: verifier.fastCodec)
        self.cancellation = cancellation
        observer = progress
        self.start = start
    }

    /// Facts and findings, in the order of the images.
    func audit(
        _ inventory: Inventory, requests: [BlobRequest]? = nil
    ) -> (facts: [BlobFacts?], findings: [LocatedFinding]) {
        let requests = requests ?? Plan(inventory).requests
        var facts = inventory.blobs.map { $0.facts }
        for (request, read) in zip(requests, readAll(requests)) {
            facts[request.blob] = facts[request.blob].map { $0.merged(with: read) } ?? read
        }
        let refuted = Judge(inventory, facts: facts).refutedBlobs()
        let doubtful = requests.filter { refuted.contains($0.blob) }
        let disagreements = confirm(doubtful, inventory, &facts)
        let judge = Judge(inventory, facts: facts)
        var findings = inventory.findings + judge.findings() + disagreements
        Consequences.mergeTruncation(&findings)
        Consequences.mark(&findings, in: inventory, facts: facts)
        return (facts, Self.inOrder(findings))
    }

    private static func inOrder(_ findings: [LocatedFinding]) -> [LocatedFinding] {
        func key(_ index: Int) -> (Int, Int, Int, Int) {
            let located = findings[index]
            // Sorting is not stable in general, so the place in the list is the last criterion.
            return (located.finding.root, located.image ?? -1, located.layer ?? -1, index)
        }
        return findings.indices.sorted { key($0) < key($1) }.map { findings[$0] }
    }

    // The fast path

    private func readAll(_ requests: [BlobRequest]) -> [BlobFacts] {
        guard !requests.isEmpty else { return [] }
        let box = FactsBox()
        let group = DispatchGroup()
        group.enter()
        let pipeline = Pipeline(requests, opener: opener, options: options, isCancelled: isCancelled) { facts in
            box.facts.withLock { $0 = facts }
            group.leave()
        }
        let ticker = observer.map { ProgressTicker(pipeline, $0, start: start) }
        pipeline.start()
        // The caller asked for a blocking call. No thread that computes ever waits.
        group.wait()
        ticker?.stop()
        return box.facts.withLock { $0 }
    }

    private var isCancelled: @Sendable () -> Bool {
        let cancellation = cancellation
        return { cancellation?.isCancelled ?? false }
    }

    // The reference path

    /// Reads doubtful blobs again, with the reference decoders, one after another in each of the run's jobs.
    ///
    /// Returns: the blobs of which the reference says that nothing is wrong with them.
    private func confirm(
        _ requests: [BlobRequest], _ inventory: Inventory, _ facts: inout [BlobFacts?]
    ) -> [LocatedFinding] {
        guard !requests.isEmpty else { return [] }
        let confirmed = ReferenceRun(requests, opener: opener, options: options, isCancelled: isCancelled).run()
        for (request, read) in zip(requests, confirmed) { facts[request.blob] = read }
        let refuted = Judge(inventory, facts: facts).refutedBlobs()
        return zip(requests, confirmed).compactMap { request, read in
            guard read.reading == .complete, !refuted.contains(request.blob) else { return nil }
            let blob = inventory.blobs[request.blob]
            let claim = inventory.claims.first { $0.blob == request.blob }
            var finding = Finding(
                .fastPathDisagrees,
                "the fast path refuted \(blob.path), the reference path finds nothing wrong with it",
                at: Place(blob.path),
                digest: read.digests.first,
                hint: "LAYERVERIFY_DISABLE turns a fast path off; please report this with the output of --version")
            finding.root = blob.root
            return LocatedFinding(finding, image: claim?.image, layer: claim?.layer)
        }
    }
}

/// Where the pipeline leaves its facts.
private final class FactsBox: Sendable {
    let facts = Locked<[BlobFacts]>([])
}

extension BlobFacts {
    /// The facts of a document that is a layer, too: what was parsed stays, what decoding told is added.
    func merged(with read: BlobFacts) -> BlobFacts {
        guard read.reading == reading, read.byteCount == byteCount else { return read }
        var result = read
        result.digests = digests + read.digests.filter { new in digests.allSatisfy { $0.algorithm != new.algorithm } }
        return result
    }
}
