// layerverify: benchmarks of the scheduler and of small blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark
import LayerModel
import LayerPipeline
import LayerSystem

/// Registers the costs of the pipeline without reading, decoding and hashing.
func registerScheduler() {
    for jobCount in [1, 2] {
        // Each read returns 64 bytes, so that nearly all the time of a block is spent in the scheduler.
        Benchmark("scheduler, a block of 64 bytes, jobs: \(jobCount)", configuration: countingThings()) { benchmark in
            let blockCount = 2048
            let blob = MemoryBlob([UInt8](repeating: 7, count: 64), times: blockCount)
            let store = MemoryBlobs(blobs: Array(repeating: blob, count: 16))
            let requests = store.requests(diffIDs: nil)
            benchmark.measure(count: store.blobs.count * blockCount) {
                let facts = run(requests, store, jobCount: jobCount)
                precondition(facts.allSatisfy { $0.byteCount == blob.byteCount }, "all blocks were read")
            }
        }
    }
    Benchmark("small gzip blob, one thread", configuration: countingThings()) { benchmark in
        let store = SmallBlobs.store
        let requests = store.requests(diffIDs: [.sha256])
        let reader = SequentialReader(.fast, options: PipelineOptions(jobCount: 1))
        benchmark.measure(count: requests.count) {
            for request in requests {
                let facts = reader.facts(of: request, from: store)
                precondition(facts.uncompressed?.ending == .complete, "the blob is sound")
            }
        }
    }
    Benchmark("small gzip blob, scheduler, jobs: 2", configuration: countingThings()) { benchmark in
        let store = SmallBlobs.store
        let requests = store.requests(diffIDs: [.sha256])
        benchmark.measure(count: requests.count) {
            let facts = run(requests, store, jobCount: 2)
            precondition(facts.allSatisfy { $0.uncompressed?.ending == .complete }, "the blobs are sound")
        }
    }
}

/// 1 000 gzip blobs with 1 to 16 KiB of content.
private enum SmallBlobs {
    static let store: MemoryBlobs = {
        var random = SplitMix(state: 9)
        let blobs = (0..<1000).map { _ in
            let byteCount = Int.random(in: 1 << 10...16 << 10, using: &random)
            let start = Int.random(in: 0...Sample.byteCount - byteCount, using: &random)
            return MemoryBlob(Sample.gzip(Array(Sample.layers[0][start..<start + byteCount])))
        }
        return MemoryBlobs(blobs: blobs)
    }()
}

private func run(_ requests: [BlobRequest], _ store: MemoryBlobs, jobCount: Int) -> [BlobFacts] {
    let result = RunResult()
    let options = PipelineOptions(jobCount: jobCount)
    let crew = options.makeCrew()
    let pipeline = Pipeline(opener: store, options: options, crew: crew) { _, facts in
        result.facts.withLock { $0.append(facts) }
    }
    pipeline.submit(requests)
    pipeline.finishSubmitting()
    crew.runAll()
    return result.facts.withLock { $0 }
}

/// The facts of a run, in any order.
private final class RunResult: Sendable {
    let facts = Locked<[BlobFacts]>([])
}
