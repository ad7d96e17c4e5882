// layerverify: a run that reads the files in the layers of one image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSource
internal import LayerSystem
internal import LayerTree

extension Verifier {
    /// Verifies the image that the options select, and reads the files in its layers in the same pass.
    ///
    /// If the options do not select exactly one image, no layers are read.
    ///
    /// - Parameter fromTables: whether the files are those of the layers' tables of contents. No layers are read then.
    func runFiles(
        in given: Source, digestsFiles: Bool, fromTables: Bool, cancellation: Cancellation?,
        progress: ProgressObserver?,
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
            reading, [given], cancellation: cancellation, progress: progress, start: start,
            isVerification: !fromTables, consumers: consumers)
        var builder = sources.makeBuilder()
        var inventories: [Inventory] = []
        for found in sources.found {
            sources.walk(found, &builder)
            inventories.append(builder.endRoot())
        }
        sources.noteRun(&builder)
        var candidates = ImageCandidates(.files)
        for inventory in inventories { candidates.add(inventory) }
        let one = candidates.one
        let readsLayers = one != nil && !fromTables
        var report = RunReport(reading, sources, builder.inventory, readsLayers: readsLayers)
        var layers: [ImageFiles.Layer] = []
        if let one, readsLayers {
            let bytes = LayerBytes.of(
                one.record, locations: { inventories[one.root].blobs[$0].location }, opener: sources.opener,
                options: pipelineOptions)
            let run = BlobRun(
                reading, opener: sources.opener, cancellation: cancellation, progress: progress, start: start,
                trace: trace, consumers: consumers, noteStart: { sources.progress.end() })
            for inventory in inventories { run.add(inventory) }
            var root = 0
            while var judged = run.next(isEnd: true, findingByteCount: report.findingByteCount) {
                if root == one.root {
                    layers = zip(one.record.layers, bytes).map { layer, bytes in
                        ImageFiles.Layer(
                            tree: trees.tree(of: layer.blob.flatMap { judged.facts[$0] }), bytes: bytes,
                            history: layer.createdBy)
                    }
                }
                report.append(&judged)
                root += 1
            }
        } else {
            sources.progress.end()
            if let one {
                let tables = LayerTables(
                    opener: sources.opener, options: pipelineOptions.codecOptions, digestsFiles: digestsFiles,
                    isCancelled: { cancellation?.isCancelled ?? false })
                layers = tables.layers(of: one, in: inventories[one.root])
            }
            for inventory in inventories {
                var judged = JudgedRoot(documentsOf: inventory, findingByteCount: report.findingByteCount)
                report.append(&judged)
            }
        }
        report.append(ofRun: builder.inventory)
        var result = report.report()
        result.summary.seconds = (ContinuousClock.now - start).seconds
        return ImageFiles(
            Verification(result, kind: readsLayers ? .verdicts : .claims), image: one?.number, layers: layers,
            isSeveral: candidates.count > 1, isFromTables: fromTables)
    }
}
