// layerverify: how a worker reads chunks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

extension PipelineWorker {
    /// Reads one block of every chunk of the team; of a stream, as much as fills one block of output.
    func read(_ lease: inout Lease, _ pipeline: Pipeline) {
        active.removeAll(keepingCapacity: true)
        open(prefetch: lease.prefetch, pipeline)
        for chunk in lease.team {
            if chunk.stage == .unopened { open(chunk, pipeline) }
            if chunk.stage == .opened { begin(chunk, &lease, pipeline) }
            guard !chunk.isReadDone else { continue }
            switch chunk.stage {
            case .unopened, .opened: break
            case .plain: readPlain(chunk, &lease, pipeline)
            case .decoding: active.append(chunk)
            }
        }
        beginInterleaving(lease.consuming)
        decode(&lease, pipeline)
        endInterleaving(lease.consuming)
        // Here what they take is still in the cache, and no transition is needed for them.
        for chunk in lease.team { chunk.serveOthers() }
        // A decoder that will not be used any more needs no memory; others may wait for it.
        for chunk in lease.team where chunk.isReadDone || chunk.stage == .plain {
            chunk.stream?.decoder.releaseMemory()
        }
        split(&lease, pipeline)
    }

    // MARK: Opening

    /// The number of bytes that are announced to the storage for a blob that will be read soon: enough to start the
    /// storage's own read-ahead.
    ///
    /// Two megabytes; not measured, because storage differs.
    private static let announcedByteCount = 2 << 20

    func open(prefetch chunk: Chunk?, _ pipeline: Pipeline) {
        guard let chunk else { return }
        open(chunk, pipeline)
        chunk.input.reader?.announce(byteCount: Self.announcedByteCount, at: 0)
    }

    private func open(_ chunk: Chunk, _ pipeline: Pipeline) {
        let opening = BlobOpening(chunk.request, from: pipeline.opener)
        chunk.ending = opening.ending
        chunk.stage = .opened
        guard let reader = opening.reader else { return chunk.isReadDone = true }
        chunk.input.open(reader)
    }

    /// Reads the first block of an open blob, which determines how it is processed.
    private func begin(_ chunk: Chunk, _ lease: inout Lease, _ pipeline: Pipeline) {
        chunk.stage = .plain
        guard let reader = chunk.input.reader else { return }
        guard reader.byteCount > 0 else {
            chunk.isReadDone = true
            return attachConsumers(chunk, .none, isDecoded: false, pipeline)
        }
        guard let slice = readBlock(chunk, &lease, pipeline) else { return }
        let prefix = unsafe slice.toDecode.bytes
        let compression = unsafe Compression.detect(prefix: prefix.prefix(Compression.prefixByteCount))
        let codec = chunk.request.diffIDAlgorithms == nil ? nil : pipeline.options.fastCodec(compression)
        attachConsumers(chunk, compression, isDecoded: codec != nil, pipeline)
        chunk.output.inputs.append(slice.toConsume)
        guard let codec else { return chunk.isReadDone = chunk.input.isAtEnd }
        chunk.stage = .decoding
        let stream = ChunkStream(
            codec, pipeline.options.codecOptions,
            limits: StreamLimits(pipeline.options, compressedByteCount: reader.byteCount))
        stream.input = (slice.toDecode, 0)
        chunk.stream = stream
        if pipeline.options.readsInChunks { chunk.finder = unsafe GzipMemberFinder(compression, prefix: prefix) }
        if let cutting = pipeline.options.blockCutting {
            let other = GzipBlockFinder(codec, cutting)
            if chunk.finder == nil { chunk.finder = other } else { chunk.otherFinder = other }
        }
        chunk.mayBeSplit = chunk.finder != nil
    }

    private func attachConsumers(
        _ chunk: Chunk, _ compression: Compression, isDecoded: Bool, _ pipeline: Pipeline
    ) {
        chunk.compression = compression
        chunk.consumers = BlobConsumers(
            chunk.request.wanted, compression, isDecoded: isDecoded, path: .fast, options: pipeline.options)
        chunk.others = chunk.consumers?.others
    }

    // MARK: Reading

    /// Reads the next block of a chunk; nil if that fails, and the chunk is done then.
    func readBlock(
        _ chunk: Chunk, _ lease: inout Lease, _ pipeline: Pipeline
    ) -> (toDecode: BlockSlice, toConsume: BlockSlice)? {
        let block = lease.takeBlock(pipeline)
        switch chunk.input.read(into: block, of: pipeline.pool) {
        case .read(let toDecode, let toConsume): return (toDecode, toConsume)
        case .ended: chunk.ending = .changed
        case .failed(let error):
            chunk.ending = .unreadable(errno: error.rawValue, atByte: chunk.input.offsetBytes)
        }
        lease.blocks.giveBack(block)
        // What was read may still be hashed, but the digest is not used.
        chunk.dropInput()
        chunk.dropOutput()
        chunk.isReadDone = true
        return nil
    }

    private func readPlain(_ chunk: Chunk, _ lease: inout Lease, _ pipeline: Pipeline) {
        while chunk.output.inputs.count < PipelineState.hashRoundCount, !chunk.input.isAtEnd {
            guard let slice = readBlock(chunk, &lease, pipeline) else { return }
            chunk.output.inputs.append(slice.toConsume)
            unsafe chunk.stream?.cursor.scanTrailing(slice.toDecode.bytes)
        }
        chunk.isReadDone = chunk.input.isAtEnd
    }
}
