// layerverify: the actions of a worker of the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerSystem
import SystemPackage

/// The memory of one worker: the action it was given, and spare blocks.
///
/// ## Concurrency
/// An idle worker is guarded by the scheduler's lock; a running one belongs to its thread. The scheduler fills `team`
/// and `hashJobs` under the lock before it gives the worker its action.
package final class PipelineWorker: @unchecked Sendable {
    // SAFETY: owned by one thread at a time, as described above.
    /// The number of the worker, beginning with 0, for traces.
    package let number: Int
    /// Blocks of `hashTeamSize` chains, one of each in turn. While a team is read, one block of each chain.
    var hashJobs: [HashJob] = []
    var hashTeamSize = 0
    var team: [BlobWork] = []
    /// A blob to open while the team is read, so that the storage fetches its beginning.
    var ahead: BlobWork?
    /// A blob in which to look for up to `wantedPartCount` further parts after the team was read; it need not be in the
    /// team.
    var splitting: BlobWork?
    var wantedPartCount = 0
    /// The number of compressed bytes that those parts, without the last, may have together.
    var wantedByteCount: UInt64 = 0
    /// The parts that were found, each the continuation of the previous one.
    var newParts: [BlobWork] = []
    /// Blobs to read from beginning to end, and what was read.
    var smallRequests: [BlobRequest] = []
    var smallResults: [SmallResult] = []
    var spareBlocks: [BlockIndex] = []
    private var active: [BlobWork] = []
    private var lanes: [DecodeLane] = []
    private var digestLanes: [DigestLane] = []
    private var directBlocks: [BlockIndex] = []
    /// The pairs that are hashed in the gaps of decoding.
    private var pairs: [HashPair] = []
    private var reader: SequentialReader?

    /// One block of input and one of output for each of four streams, which is enough for most actions.
    static let spareBlockCount = 8
    /// The number of blocks of each chain that are hashed in one action, if as many wait, and that are read of an
    /// uncompressed blob: it halves the number of transitions. 8 uncompressed layers, time divided by that of the bare
    /// program, with 1, 2 and 4 blocks: 1.03, 1.01, 1.03 (docs/performance.md).
    static let hashRoundCount = 2

    enum SmallResult {
        case read(BlobFacts)
        /// The blob must be read block by block: it is too large, or its decoder found no memory.
        case tooLarge(byteCount: UInt64)
    }

    init(number: Int) { self.number = number }

    func sequentialReader(_ options: PipelineOptions) -> SequentialReader {
        if let reader { return reader }
        let made = SequentialReader(sharingMemoryOf: options)
        reader = made
        return made
    }

    /// Hashes the worker's jobs, which all have the same method, one block of each chain at a time.
    func hash() {
        guard let method = hashJobs.first?.chain.method else { return }
        for start in stride(from: 0, to: hashJobs.count, by: hashTeamSize) {
            fillDigestLanes(hashJobs[start..<start + hashTeamSize])
            unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe method.update($0) }
        }
    }

    private func fillDigestLanes(_ jobs: ArraySlice<HashJob>) {
        digestLanes.removeAll(keepingCapacity: true)
        for job in jobs {
            // SAFETY: the bytes are not written to until the job is given back, because its block is in use until then.
            unsafe digestLanes.append(DigestLane(digest: job.chain.digest, bytes: job.segment.bytes))
        }
    }

    /// Hashes the worker's jobs as far as possible in the gaps of `decode`, and then the rest.
    private func hashInGaps(_ decode: () -> Void) {
        guard let pairing = hashJobs.first?.chain.method.pairing else { return decode() }
        fillDigestLanes(hashJobs[...])
        pairs.removeAll(keepingCapacity: true)
        unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe pairing.lend($0, &pairs) }
        decode()
        unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe pairing.takeBack($0, pairs) }
        pairs.removeAll(keepingCapacity: true)
    }

    private func takeBlock(_ pipeline: Pipeline) -> BlockIndex {
        spareBlocks.popLast() ?? pipeline.takeBlock()
    }

    /// Reads one block of every blob of the team; of a stream, as much as fills one block of output.
    func readTeam(_ pipeline: Pipeline) {
        active.removeAll(keepingCapacity: true)
        if let ahead { open(ahead, pipeline) }
        for work in team {
            if work.stage == .unopened { open(work, pipeline) }
            if work.stage == .opened { begin(work, pipeline) }
            guard !work.isReadDone else { continue }
            switch work.stage {
            case .unopened, .opened: break
            case .plain: readPlainBlock(work, pipeline)
            case .decoding: active.append(work)
            }
        }
        hashInGaps { decodeTeam(pipeline) }
        // A decoder that will not be used any more needs no memory; others may wait for it.
        for work in team where work.isReadDone || work.stage == .plain { work.decoder?.releaseMemory() }
        if let splitting { split(splitting, pipeline) }
    }

    /// The number of blocks of each blob that are read and hashed in one action.
    private static let directRoundCount = 4

    /// Reads uncompressed blobs and hashes them, one block of each at a time.
    func readAndHashTeam(_ pipeline: Pipeline) {
        if let ahead { open(ahead, pipeline) }
        guard let method = team.first?.compressedChains.first?.method else { return }
        for _ in 0..<Self.directRoundCount {
            digestLanes.removeAll(keepingCapacity: true)
            directBlocks.removeAll(keepingCapacity: true)
            for work in team where !work.isReadDone {
                guard let chain = work.compressedChains.first, let segment = readBlock(work, pipeline) else { continue }
                // SAFETY: the block belongs to this worker until it is put back below.
                unsafe digestLanes.append(DigestLane(digest: chain.digest, bytes: segment.bytes))
                directBlocks.append(segment.block)
                work.directByteCount += UInt64(segment.byteCount)
                work.isReadDone = work.offsetBytes >= work.endOffset
            }
            unsafe digestLanes.withUnsafeMutableBufferPointer { unsafe method.update($0) }
            spareBlocks += directBlocks
        }
    }

    // MARK: Opening

    /// The number of bytes that are announced to the storage for a blob that will be read soon: enough to start the
    /// storage's own read-ahead.
    ///
    /// Two megabytes; not measured, because storage differs.
    private static let announcedByteCount = 2 << 20

    private func open(_ work: BlobWork, _ pipeline: Pipeline) {
        let opening = BlobOpening(work.request, from: pipeline.opener)
        work.facts.reading = opening.ending
        work.stage = .opened
        guard let reader = opening.reader else { return work.isReadDone = true }
        work.reader = reader
        work.endOffset = reader.byteCount
        pipeline.noteOpened(work, byteCount: reader.byteCount)
        if work === ahead { reader.announce(byteCount: Self.announcedByteCount, at: 0) }
    }

    /// Reads the first block of an open blob, which determines how it is processed.
    private func begin(_ work: BlobWork, _ pipeline: Pipeline) {
        work.stage = .plain
        guard let reader = work.reader else { return }
        guard reader.byteCount > 0 else {
            return startHashing(work, Compression.none, pipeline)
        }
        guard let segment = readBlock(work, pipeline) else { return }
        let compression = unsafe Compression.detect(prefix: segment.bytes.prefix(Compression.prefixByteCount))
        startHashing(work, compression, pipeline)
        guard let algorithms = work.request.diffIDAlgorithms, let codec = pipeline.options.fastCodec(compression)
        else {
            work.newInputs.append(segment)
            return work.isReadDone = work.offsetBytes >= reader.byteCount
        }
        work.stage = .decoding
        work.codec = codec
        work.decoder = codec.begin(pipeline.options.codecOptions)
        work.limits = StreamLimits(pipeline.options, compressedByteCount: reader.byteCount)
        work.uncompressedChains = algorithms.map { HashChain(pipeline.options.fastDigest($0)) }
        if pipeline.options.readsInParts {
            work.memberSearch = unsafe MemberSearch(compression, prefix: segment.bytes)
            work.mayBeSplit = work.memberSearch != nil
        }
        work.newInputs.append(segment)
        work.input = (segment, 0)
    }

    private func startHashing(_ work: BlobWork, _ compression: Compression, _ pipeline: Pipeline) {
        work.facts.compression = compression
        work.compressedChains = work.request.compressedAlgorithms(for: compression).map {
            HashChain(pipeline.options.fastDigest($0))
        }
        if work.reader?.byteCount == 0 { work.isReadDone = true }
    }

    // MARK: Reading

    /// Reads the next block of the blob; nil if that fails, and the blob is done then.
    private func readBlock(_ work: BlobWork, _ pipeline: Pipeline) -> Segment? {
        guard let reader = work.reader else { return nil }
        let block = takeBlock(pipeline)
        do throws(Errno) {
            let roomByteCount = ByteMath.clamp(work.endOffset - work.offsetBytes, to: BlockPool.blockByteCount)
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: pipeline.pool[block][..<roomByteCount])
            let byteCount = unsafe try reader.read(into: room, at: work.offsetBytes)
            if byteCount > 0 {
                work.offsetBytes += ByteMath.fileSize(byteCount)
                work.remainingByteCount = reader.byteCount - min(work.offsetBytes, reader.byteCount)
                return unsafe Segment(
                    block: block, bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<byteCount]))
            }
            work.facts.reading = .changed
        } catch {
            work.facts.reading = .unreadable(errno: error.rawValue, atByte: work.offsetBytes)
        }
        spareBlocks.append(block)
        abandon(work)
        return nil
    }

    private func readPlainBlock(_ work: BlobWork, _ pipeline: Pipeline) {
        while work.newInputs.count < Self.hashRoundCount, work.offsetBytes < work.endOffset {
            guard let segment = readBlock(work, pipeline) else { return }
            work.newInputs.append(segment)
            unsafe work.cursor.scanTrailing(segment.bytes)
        }
        work.isReadDone = work.offsetBytes >= work.endOffset
    }

    /// Gives up a blob that cannot be read any further. What was read of it may still be hashed, but the digest is not
    /// used.
    private func abandon(_ work: BlobWork) {
        dropInput(work)
        dropOutput(work)
        work.isReadDone = true
    }

    // MARK: Decoding

    private func decodeTeam(_ pipeline: Pipeline) {
        active.removeAll { !prepare($0, pipeline) }
        // The action ends when one block per stream is filled, by whichever streams. That keeps the team together,
        // which decodes several streams in the time of two. A slower stream keeps its partly filled block for the next
        // action.
        let goal = active.count
        while !active.isEmpty, team.reduce(0, { $0 + $1.newOutputs.count }) < goal {
            lanes.removeAll(keepingCapacity: true)
            for work in active {
                if let lane = lane(of: work) { lanes.append(lane) }
            }
            guard let codec = active.first?.codec else { return }
            precondition(lanes.count == active.count, "every stream of a team has input and room")
            // Read before a decoder asks for memory, so that any release after that makes the ticket outdated.
            let ticket = pipeline.options.codecOptions.windowBudget?.releaseCount
            unsafe lanes.withUnsafeMutableBufferPointer { lanes in
                unsafe pairs.withUnsafeMutableBufferPointer { unsafe codec.decode(lanes, hashing: $0) }
            }
            for (work, lane) in zip(active, lanes) {
                absorb(lane, work)
                if lane.status == .needsMemory { work.memoryTicket = ticket }
            }
            active.removeAll { $0.stage != .decoding || $0.memoryTicket != nil || !prepare($0, pipeline) }
        }
    }

    /// Ensures that a stream has input and room; returns false if the action ends for it.
    private func prepare(_ work: BlobWork, _ pipeline: Pipeline) -> Bool {
        if work.input == nil {
            guard work.offsetBytes < work.endOffset else {
                finishOutput(work)
                work.isReadDone = true
                return false
            }
            // A stream may consume much input without output (skippable frames); the output block is kept for later
            // then.
            guard work.hasRoomInAction else { return false }
            guard let segment = readBlock(work, pipeline) else { return false }
            work.newInputs.append(segment)
            work.input = (segment, 0)
        }
        if work.output == nil {
            guard work.hasRoomInAction else { return false }
            let block = takeBlock(pipeline)
            work.output = unsafe BlobWork.OutputRoom(block: block, memory: pipeline.pool[block])
        }
        return true
    }

    private func lane(of work: BlobWork) -> DecodeLane? {
        guard let decoder = work.decoder, let input = work.input, let output = work.output else { return nil }
        // SAFETY: the blob owns the memory of both, and nothing else writes to it until the action ends.
        return unsafe DecodeLane(
            decoder: decoder, input: UnsafeRawBufferPointer(rebasing: input.segment.bytes[input.start...]),
            output: UnsafeMutableRawBufferPointer(rebasing: output.memory[output.count...]))
    }

    /// Transfers the results of a lane to its blob.
    private func absorb(_ lane: DecodeLane, _ work: BlobWork) {
        guard let decoder = work.decoder, let input = work.input, let output = work.output else { return }
        let inputLeft = unsafe lane.input.count
        let consumedByteCount = input.segment.byteCount - input.start - inputLeft
        let count = unsafe output.memory.count - lane.output.count
        let status = lane.status
        work.output?.count = count
        work.cursor.advance(
            status, consumedByteCount: consumedByteCount, producedByteCount: count - output.count,
            decoder: decoder, limits: work.limits)
        guard work.cursor.ending == nil else {
            unsafe work.cursor.scanTrailing(lane.input)
            finishOutput(work)
            dropInput(work)
            work.stage = .plain
            return work.isReadDone = work.offsetBytes >= work.endOffset
        }
        // A decoder that stopped because the output was full may have more output even if it consumed all input.
        if inputLeft == 0, status == .needsInput {
            dropInput(work)
        } else {
            work.input = (input.segment, input.start + consumedByteCount)
        }
        if status == .outputFull { finishOutput(work) }
    }

    /// Releases the decoder's input block. A block that this action read is not counted yet.
    private func dropInput(_ work: BlobWork) {
        guard let block = work.input?.segment.block else { return }
        work.input = nil
        if !work.newInputs.contains(where: { $0.block == block }) { work.released.append(block) }
    }

    private func finishOutput(_ work: BlobWork) {
        guard let output = work.output else { return }
        work.output = nil
        if output.count > 0 {
            let bytes = unsafe UnsafeRawBufferPointer(output.memory)
            unsafe work.newOutputs.append(
                Segment(block: output.block, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<output.count])))
        } else {
            spareBlocks.append(output.block)
        }
    }

    private func dropOutput(_ work: BlobWork) {
        guard let output = work.output else { return }
        work.output = nil
        spareBlocks.append(output.block)
    }
}

extension BlobWork {
    /// The facts of a blob after everything was read and hashed.
    func finishedFacts() -> BlobFacts {
        var result = facts
        result.byteCount = offsetBytes
        switch result.reading {
        case .complete, .cutOff: if reader?.hasChanged == true { result.reading = .changed }
        case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .unsupportedEntry, .unindexed, .unreadable,
            .changed, .oversized,
            .cancelled:
            break
        }
        switch result.reading {
        case .complete, .cutOff:
            result.digests = compressedChains.map { $0.digest.finish() }
            result.uncompressed = request.uncompressedFacts(blob: result, stream: finishedStream())
        case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .unsupportedEntry, .unindexed, .unreadable,
            .changed, .oversized,
            .cancelled:
            result.uncompressed = request.unread
        }
        return result
    }

    private func finishedStream() -> UncompressedFacts? {
        guard let decoder else { return nil }
        let ending = cursor.finish(decoder: decoder)
        return UncompressedFacts(
            byteCount: cursor.producedByteCount,
            digests: ending.leavesDigestsValid ? uncompressedChains.map { $0.digest.finish() } : [], ending: ending)
    }
}
