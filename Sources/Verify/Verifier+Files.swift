// layerverify: a run that reads the files in the layers of one image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSource
internal import LayerSystem
internal import LayerTree

extension Verifier {
    /// Verifies the image that the options select, and reads the files in its layers in the same pass.
    ///
    /// If the options do not select exactly one image, no layers are read.
    func runFiles(
        in given: Source, digestsFiles: Bool, cancellation: Cancellation?, progress: ProgressObserver?,
        trace sink: TraceSink?
    ) -> ImageFiles {
        let start = ContinuousClock.now
        let trace = RunTrace(sink, start: start, workerCount: jobCount, recordsTimeline: false)
        defer { trace?.finish() }
        let trees = LayerTrees(digestsFiles: digestsFiles)
        var reading = self
        reading.layerConsumers = trees.consumers
        let consumers = reading.runConsumers()
        let sources = RunSources(
            reading, [given], cancellation: cancellation, progress: progress, start: start, isVerification: true,
            consumers: consumers)
        var builder = sources.makeBuilder()
        var inventories: [Inventory] = []
        for found in sources.found {
            sources.walk(found, &builder)
            inventories.append(builder.endRoot())
        }
        sources.noteRun(&builder)
        var candidates = ImageCandidates()
        for inventory in inventories { candidates.add(inventory) }
        let one = candidates.one
        var report = RunReport(reading, sources, builder.inventory, readsLayers: one != nil)
        var layers: [ImageFiles.Layer] = []
        if let one {
            let bytes = LayerBytes.of(
                one.image, locations: { inventories[one.root].blobs[$0].location }, opener: sources.opener,
                options: pipelineOptions)
            let run = BlobRun(
                reading, opener: sources.opener, cancellation: cancellation, progress: progress, start: start,
                trace: trace, consumers: consumers, noteStart: { sources.progress.end() })
            for inventory in inventories { run.add(inventory) }
            var root = 0
            while var judged = run.next(isEnd: true, findingByteCount: report.findingByteCount) {
                if root == one.root {
                    layers = zip(one.image.layers, bytes).map { layer, bytes in
                        ImageFiles.Layer(
                            tree: trees.tree(of: layer.blob.flatMap { judged.facts[$0] }), bytes: bytes,
                            history: layer.createdBy)
                    }
                }
                report.append(&judged)
                root += 1
            }
        } else {
            for inventory in inventories {
                var judged = JudgedRoot(documentsOf: inventory, findingByteCount: report.findingByteCount)
                report.append(&judged)
            }
        }
        report.append(ofRun: builder.inventory)
        var result = report.report()
        result.summary.seconds = (ContinuousClock.now - start).seconds
        return ImageFiles(
            Verification(result, kind: one == nil ? .claims : .verdicts), image: one?.number, layers: layers,
            isSeveral: candidates.count > 1)
    }
}

/// The images of a run, of which one is to be chosen. Entries that list the same layers count as one.
private struct ImageCandidates {
    struct Candidate {
        /// The index in the inventory's run of image stores.
        var root: Int
        /// The index among all images.
        var number: Int
        var image: ImageRecord
    }

    private(set) var first: Candidate?
    private(set) var count = 0
    private var rootCount = 0
    private var imageCount = 0

    /// The image, if there is exactly one.
    var one: Candidate? { count == 1 ? first : nil }

    mutating func add(_ inventory: Inventory) {
        for image in inventory.images {
            defer { imageCount += 1 }
            guard image.kind == .image else { continue }
            if let first, first.root == rootCount, first.image.layers.map({ $0.blob }) == image.layers.map({ $0.blob })
            {
                continue
            }
            count += 1
            if first == nil { first = Candidate(root: rootCount, number: imageCount, image: image) }
        }
        rootCount += 1
    }
}
