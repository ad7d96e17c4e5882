// layerverify: the scheduler, driven by a test that acts as its workers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerSystem
import SystemPackage
import Testing

@testable import LayerCodec
@testable import LayerPipeline

/// A codec for `teamSize` streams that is never called.
func idleCodec(_ name: String, teamSize: Int) throws -> Codec {
    let reference = try #require(Codecs.reference(for: .gzip))
    return Codec(
        name: name, compression: .gzip, teamSize: teamSize, begin: reference.begin, decodeTeam: { _, _ in })
}

/// A method for four messages at once that may be interleaved, and computes nothing.
let interleavingMethod = DigestMethod(
    name: "lanes", algorithm: .sha256, teamSize: 4, begin: { referenceDigestMethod(for: .sha256).begin() },
    updateTeam: { _ in }, interleaved: InterleavedDigests(begin: { _, _ in }, end: { _, _ in }))

extension PipelineState {
    /// A state to which blobs were submitted.
    init(_ requests: [BlobRequest], jobCount: Int, coreCount: Int? = nil) {
        self.init(jobCount: jobCount, coreCount: coreCount)
        submit(requests)
    }

    /// Gives a worker its next lease.
    mutating func lease(_ worker: PipelineWorker) -> LeaseKind? {
        guard case .perform(let kind) = nextAction(for: worker, isCancelled: false) else { return nil }
        return kind
    }
}

extension PipelineWorker {
    /// The chunks of the worker's lease.
    var team: [Chunk] { lease?.team ?? [] }
    var jobs: [ConsumerJob] { lease?.consuming.jobs ?? [] }

    /// Takes a block, as while a chunk is read.
    func takeBlock(_ state: inout PipelineState) -> BlockIndex {
        guard let block = lease?.blocks.take({ state.blocks.takePromised() }) else {
            preconditionFailure("a worker without a lease")
        }
        return block
    }

    /// Acts as if the worker had read `byteCount` bytes of a chunk.
    func readInput(_ chunk: Chunk, _ byteCount: Int, _ state: inout PipelineState) {
        chunk.output.inputs.append(BlockSlice(block: takeBlock(&state), byteCount: byteCount))
    }

    /// Acts as if the worker had decoded `byteCount` bytes of a chunk.
    func readOutput(_ chunk: Chunk, _ byteCount: Int, _ state: inout PipelineState) {
        chunk.output.outputs.append(BlockSlice(block: takeBlock(&state), byteCount: byteCount))
    }
}

extension Chunk {
    /// Acts as if the blob had been opened.
    func opened(byteCount: UInt64) {
        input.open(EmptyBlob(byteCount: byteCount))
        stage = .opened
    }

    /// Acts as if a stream had begun.
    func begin(_ codec: Codec) {
        stage = .decoding
        stream = ChunkStream(codec, CodecOptions(), limits: StreamLimits())
    }

    /// Attaches digests to the stored and to the decoded bytes.
    func attach(_ compressed: [DigestMethod], _ uncompressed: [DigestMethod] = []) {
        var made = BlobConsumers()
        made.compressed = compressed.map { DigestConsumer($0, .compressed) }
        made.uncompressed = uncompressed.map { DigestConsumer($0, .uncompressed) }
        consumers = made
    }

    /// Acts as if the chunk had been read up to an offset.
    func skip(toByte offsetBytes: UInt64) { input = input.splitOff(atBit: offsetBytes * 8) }
}

/// A blob of which nothing is read.
private final class EmptyBlob: BlobReader {
    let byteCount: UInt64

    init(byteCount: UInt64) { self.byteCount = byteCount }

    var identity: FileIdentity {
        FileIdentity(device: 1, inode: 1, byteCount: byteCount, modificationNanoseconds: 0, changeNanoseconds: 0)
    }
    func currentIdentity() throws(Errno) -> FileIdentity { identity }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int { 0 }
}

extension BlockSlice {
    /// A slice that is never read.
    init(block: BlockIndex, byteCount: Int) {
        let bytes = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 4096), count: byteCount)
        unsafe self.init(block: block, bytes: bytes)
    }
}
