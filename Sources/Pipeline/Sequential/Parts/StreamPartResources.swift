// layerverify: the memory and the threads for streams that are decoded in parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// What decoding streams in parts needs, which one stream after another may use: memory and threads.
///
/// ## Concurrency
/// One thread at a time, and one `StreamParts` at a time.
final class StreamPartResources {
    let codec: Codec
    let cuts: BlockCuts
    let cutting: BlockCutting
    let finder: GzipBlockFinder
    let options: PipelineOptions
    let pool: StreamPartPool
    private let workerCount: Int
    private var startedWorkers: StreamPartWorkers?

    /// The number of workers: four decode faster than one thread hashes.
    private static let largestWorkerCount = 4

    /// Returns nil if streams of this compression are not read in parts.
    init?(_ compression: Compression, _ options: PipelineOptions) {
        guard options.jobCount > 1, compression == .gzip, let cutting = options.blockCutting,
            let codec = options.fastCodec(compression), let cuts = codec.cuts,
            let finder = GzipBlockFinder(codec, cutting)
        else { return nil }
        workerCount = min(options.coreCount, Self.largestWorkerCount)
        // One part is passed on and two wait for their turn while the workers decode the others.
        let slotCount = StreamPartWorkers.laneCount * workerCount + 3
        guard let pool = StreamPartPool(slotCount: slotCount, partByteCount: cutting.streamedByteCount) else {
            return nil
        }
        self.codec = codec
        self.cuts = cuts
        self.cutting = cutting
        self.finder = finder
        self.options = options
        self.pool = pool
    }

    /// The workers, which are started by the first call; nil if no thread can be started.
    func workers() -> StreamPartWorkers? {
        if startedWorkers == nil {
            startedWorkers = StreamPartWorkers(count: workerCount, codec, pool, isNice: options.isNice)
        }
        return startedWorkers
    }
}
