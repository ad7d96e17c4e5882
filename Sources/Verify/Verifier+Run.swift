// layerverify: a run from its sources to its report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerCodec
internal import LayerDigest
internal import LayerModel
internal import LayerPipeline
internal import LayerSource
internal import LayerSystem

extension Verifier {
    /// Runs source, plan, pipeline and verdict.
    ///
    /// - Parameter noteWork: receives the blobs that were read, after the run.
    func runVerification(
        of sources: [Source], cancellation: Cancellation?, progress: ProgressObserver?, trace sink: TraceSink?,
        noteWork: ((RunWork) -> Void)? = nil
    ) -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let trace = RunTrace(
            sink, start: start, workerCount: jobCount, recordsTimeline: options.recordsTimeline)
        defer { trace?.finish() }
        let (inventory, store) = gather(sources, cancellation, progress, start: start, isVerification: true)
        trace?.add(TraceRecord(.gather, worker: nil, since: start))
        let run = BlobRun(
            self, opener: store, cancellation: cancellation, progress: progress, start: start, trace: trace)
        var waivers = Waivers()
        let audited = run.audit(inventory) { waivers = tolerance.waivers(for: &$0, in: inventory) }
        var report = Verdicts.report(
            inventory, facts: audited.facts, located: audited.findings, isStrict: options.isStrict, waivers: waivers,
            chainID: { ChainID.next(parent: $0, diffID: $1) })
        report.summary.ignored = inventory.ignored
        let end = clock.now
        report.summary.seconds = (end - start).seconds
        report.timeline = trace?.timeline(until: end)
        noteWork?(RunWork(inventory, facts: audited.facts, opener: store))
        return report
    }

    /// Runs the source alone: reads the documents, and no layers.
    func runInspection(of sources: [Source], cancellation: Cancellation?, progress: ProgressObserver?) -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let (inventory, _) = gather(sources, cancellation, progress, start: start, isVerification: false)
        let facts = inventory.knownFacts
        var findings = inventory.findings
        Judge(inventory, facts: facts).addFindings(to: &findings, readsLayers: false)
        Consequences.mark(&findings, in: inventory, facts: facts)
        let waivers = tolerance.waivers(for: &findings, in: inventory, readsLayers: false)
        findings.finish()
        findings.sort()
        var report = Verdicts.report(
            inventory, facts: facts, located: findings, isStrict: options.isStrict, waivers: waivers,
            chainID: { ChainID.next(parent: $0, diffID: $1) })
        report.summary.ignored = inventory.ignored
        report.summary.seconds = (clock.now - start).seconds
        return report
    }

    private var tolerance: Tolerance {
        Tolerance(
            rules: options.ignoreRules.map { $0.rule }, known: options.baseline?.known,
            expectedDigests: expectedDigests,
            today: today)
    }

    /// Finds the images at the paths and reads their documents.
    ///
    /// - Parameter isVerification: whether too few images are a finding.
    private func gather(
        _ sources: [Source], _ cancellation: Cancellation?, _ progress: ProgressObserver?,
        start: ContinuousClock.Instant, isVerification: Bool
    ) -> (Inventory, any BlobOpener) {
        let teller = GatherProgress(progress, since: start)
        let watch = WalkWatch(
            isCancelled: { cancellation?.isCancelled ?? false }, noteDocuments: { teller.note(documentCount: $0) },
            noteSearch: { teller.note(searchedFileCount: $0, imageStoreCount: $1) })
        let limits = SearchLimits(
            maximumFileCount: options.maximumFileCount, staysOnFileSystem: options.staysOnFileSystem)
        var finder = ImageFinder(watch: watch, links: options.symbolicLinks.links, limits: limits)
        for source in sources { finder.find(source.path) }
        let store = paced(finder.store, cancellation)
        var selection = Selection(
            platform: platform, references: options.references.map { $0.description },
            requiresAllPlatforms: options.requiresAllPlatforms)
        if !expectedDigests.isEmpty {
            selection.expectedDigests = ExpectedDigests(expectedDigests, areClaimsChecked: isVerification)
        }
        let offers = offers
        let digester = DocumentDigester(
            fast: { offers($1) ? .of($0, $1) : nil }, reference: { offers($1) ? .reference(of: $0, $1) : nil })
        var searched = sources.map { SearchedPath(path: $0.description) }
        for (root, found) in finder.found.enumerated() where found.source != nil {
            searched[found.pathIndex].roots.append(root)
        }
        let survey = StoreSurvey(finder.found, opener: store, digester: digester, watch: watch)
        selection = ReferenceResolver.resolve(selection, in: survey, paths: searched.map { $0.roots })
        var builder = InventoryBuilder(selection: selection, opener: store, digester: digester, watch: watch)
        builder.noteIgnored(finder.ignored)
        for found in finder.found {
            walk(found, watch, &builder)
            if isVerification, !options.allowsEmpty, found.source != nil { builder.noteNothingListed() }
        }
        guard !watch.isOver else {
            builder.noteUnexpectedDigests(isOver: true)
            return (builder.inventory, store)
        }
        builder.noteNothingSelected(at: searched, survey)
        builder.noteUnexpectedDigests(isOver: false)
        if isVerification { builder.noteTooFewImages(minimum: options.minimumImageCount) }
        return (builder.inventory, store)
    }

    /// Reads the documents of one image store.
    private func walk(_ found: ImageFinder.Found, _ watch: WalkWatch, _ builder: inout InventoryBuilder) {
        func begin(_ finding: Finding, _ builder: inout InventoryBuilder) {
            builder.beginRoot(found.record)
            builder.add(finding)
        }
        if let finding = found.finding { return begin(finding, &builder) }
        let interrupted = Finding(
            .interrupted, "the run was interrupted before the image was looked at", at: Place(""))
        guard !watch.isOver else { return begin(interrupted, &builder) }
        do throws(LookupFault) {
            guard let tree = try found.openTree(), let source = found.source else {
                return builder.beginRoot(found.record)
            }
            guard !watch.isOver else { return begin(interrupted, &builder) }
            builder.beginRoot(found.record, indexByteCount: tree.byteCount)
            for finding in tree.findings { builder.add(finding) }
            source.walk(tree, &builder)
        } catch {
            begin(.cannotOpenAgain(error), &builder)
        }
    }

    /// The store, limited to the reading rate of the options.
    private func paced(_ store: BlobStore, _ cancellation: Cancellation?) -> any BlobOpener {
        guard let rate = options.maximumBytesPerSecond else { return store }
        return PacedOpener(
            store, ReadingPace(bytesPerSecond: UInt64(clamping: rate)) { cancellation?.isCancelled ?? false })
    }

    /// Runs the pipeline over files without claims.
    func runDigest(
        of files: [Source], chaining: Chaining, cancellation: Cancellation?, progress: ProgressObserver?,
        trace sink: TraceSink?
    ) -> LayerDigestReport {
        let clock = ContinuousClock()
        let start = clock.now
        let trace = RunTrace(sink, start: start, workerCount: jobCount, recordsTimeline: false)
        defer { trace?.finish() }
        var inventory = Inventory()
        for (index, file) in files.enumerated() {
            let path = file.path.text
            inventory.roots.append(RootRecord(path: path, form: .unknown))
            inventory.blobs.append(
                BlobRecord(
                    root: index, path: path, location: .range(root: index, offset: 0, byteCount: .max),
                    expectedByteCount: file.path.fileByteCount ?? 0))
            inventory.claims.append(Claim(.intactStream, about: index, at: Place(path)))
        }
        let store = paced(BlobStore(roots: files.map { .file($0.path) }), cancellation)
        let run = BlobRun(
            self, opener: store, cancellation: cancellation, progress: progress, start: start, trace: trace)
        let audited = run.audit(inventory, requests: Self.digestRequests(inventory))
        // The first error of each file.
        var errors: [RootIndex: Finding] = [:]
        for located in audited.findings
        where located.finding.severity == .error && errors[located.finding.root] == nil {
            errors[located.finding.root] = located.finding
        }
        var records = files.indices.map { Self.record(files[$0].description, audited.facts[$0], errors[$0]) }
        if chaining == .layersOfOneImage {
            var chain: ContentDigest?
            for index in records.indices {
                guard let diffID = records[index].diffID else { break }
                chain = ChainID.next(parent: chain, diffID: diffID)
                records[index].chainID = chain
            }
        }
        return LayerDigestReport(records: records, seconds: (clock.now - start).seconds)
    }

    private static func digestRequests(_ inventory: Inventory) -> [BlobRequest] {
        inventory.blobs.enumerated().map { index, blob in
            BlobRequest(
                blob: index, location: blob.location, expectedByteCount: blob.expectedByteCount,
                digestAlgorithms: [.sha256], diffIDAlgorithms: [.sha256])
        }
    }

    private static func record(_ path: String, _ facts: BlobFacts?, _ finding: Finding?) -> LayerDigestRecord {
        var record = LayerDigestRecord(path: path, finding: finding)
        guard let facts, facts.reading == .complete else { return record }
        record.size = facts.byteCount
        record.digest = facts.digests.first
        record.compression = facts.compression
        if let stream = facts.uncompressed, let diffID = stream.digests.first {
            record.uncompressedSize = stream.byteCount
            record.diffID = diffID
        }
        record.outcome = finding?.outcome ?? (record.diffID == nil ? .undetermined : .verified)
        return record
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
