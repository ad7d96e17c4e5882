// layerverify: a gzip stream that is decoded in several places at once while it is read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// Decodes a gzip stream that is read in one pass, in several places at once.
///
/// The stream is cut at guessed blocks. Workers decode the parts; a part counts if the decoder before it has stopped at
/// exactly the bit where it begins. This type joins the parts in order and passes their content on. Where there is no guess it
/// decodes alone.
///
/// It only finds out that a stream is intact. In any other case (damage, an end too early, bytes that follow, a limit) the
/// reference decoder continues from the last checkpoint, a block whose window is known, and decides alone; the compressed
/// bytes from there on are kept for it. If too many would have to be kept, it takes over as well.
///
/// ## Concurrency
/// One thread at a time.
final class StreamParts {
    let base: any SequentialSource
    private let resources: StreamPartResources
    let cuts: BlockCuts
    let options: PipelineOptions
    private let pool: StreamPartPool
    /// The size of the stream; nil if it is not known.
    private let knownByteCount: UInt64?
    private let limitMarginByteCount: UInt64
    var reader: StreamPartReader
    private var workers: StreamPartWorkers?
    var freeSlots: [Int]
    /// The parts in order, from the one with the checkpoint on.
    var parts: [StreamPart] = []
    /// The part that the head reads: the decoder before which nothing is unknown.
    var headIndex = 0
    var head: any CutDecoder
    /// The offset where the head began.
    var headOffset: UInt64 = 0
    /// The head has stopped at a block, and does not know 32 KiB of content before it.
    private var isWindowShort = false
    private var budget: StreamPartBudget
    private(set) var counts = CutCounts()

    /// Where the reference decoder would begin; nil for the beginning of the stream.
    var checkpoint: (bit: UInt64, member: MemberCheckpoint)?
    var checkpointProducedByteCount: UInt64 = 0
    var earlierDispute: Dispute?
    /// What was passed on since the checkpoint.
    var passedOn = RunningChecksum()
    /// The stream is intact.
    private(set) var isComplete = false

    /// The number of bytes of content that were passed on.
    var contentByteCount: UInt64 { checkpointProducedByteCount + passedOn.byteCount }

    /// The number of compressed bytes.
    var compressedByteCount: UInt64 { reader.byteCount }

    /// Returns nil if streams are not read in parts.
    convenience init?(_ base: any SequentialSource, _ compression: Compression, _ options: PipelineOptions) {
        guard let resources = StreamPartResources(compression, options) else { return nil }
        self.init(base, resources)
    }

    /// - Parameters:
    ///   - resources: which no other stream uses.
    ///   - compressedByteCount: the size of the stream, on which the limit of expansion depends; nil if it is not known.
    ///   - limitMarginByteCount: the reference decoder takes over this much content before the limit.
    ///
    /// Returns nil if the codec cannot be used.
    init?(
        _ base: any SequentialSource, _ resources: StreamPartResources, compressedByteCount: UInt64? = nil,
        limitMarginByteCount: UInt64 = 0
    ) {
        guard let head = resources.codec.begin(resources.options.codecOptions) as? any CutDecoder else { return nil }
        self.base = base
        self.resources = resources
        self.head = head
        cuts = resources.cuts
        options = resources.options
        pool = resources.pool
        knownByteCount = compressedByteCount
        self.limitMarginByteCount = limitMarginByteCount
        reader = StreamPartReader(base, pool, resources.finder)
        freeSlots = Array(0..<pool.slotCount)
        budget = StreamPartBudget(isUnlimited: resources.cutting.hasNoBudget)
    }

    deinit {
        // The next stream uses the same memory and workers.
        for part in parts where part.isGuess { workers?.withdraw(part) }
    }

    /// What `read` has done.
    enum Progress {
        case decoded(byteCount: Int)
        /// The reference decoder continues; what was decoded before is not lost.
        case handsOver(byteCount: Int, StreamHandover)
    }

    /// Fills `buffer` with the next content; less only at the end of an intact stream.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Progress {
        var count = 0
        if parts.isEmpty, !isComplete, !begin() {
            if reader.fault == .cancelled { throw .cancelled }
            return .handsOver(byteCount: 0, makeHandover())
        }
        while count < buffer.count, !isComplete {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let part = parts[headIndex]
            let step =
                unsafe part.deliveredByteCount < part.outputByteCount ? passOn(part, into: room) : advance(part, room)
            if reader.fault == .cancelled { throw .cancelled }
            guard let step, !exceedsLimit(part, step), !budget.hasShortBlocks else {
                return .handsOver(byteCount: count, makeHandover())
            }
            let content = unsafe UnsafeRawBufferPointer(rebasing: room[..<step])
            unsafe passedOn.add(content)
            count += step
        }
        return .decoded(byteCount: count)
    }

    /// Begins to decode; false if the stream is short, or no thread can be started.
    private func begin() -> Bool {
        readPart()
        readPart()
        guard parts.count > 1, let workers = resources.workers() else { return false }
        self.workers = workers
        parts[0].decoder = head
        workers.submit(parts[0])
        if parts[1].isGuess { workers.submit(parts[1]) }
        fill()
        workers.wait(for: parts[0])
        return true
    }

    /// Reads parts as long as there is room for them, and as many may be guessed: behind those without a guess nothing is
    /// decoded ahead.
    private func fill() {
        while !freeSlots.isEmpty, headIndex + 1 >= parts.count || openGuessCount < budget.guessCount, readPart() {}
    }

    private var openGuessCount: Int { parts.dropFirst(headIndex + 1).count(where: \.isGuess) }

    /// Reads a part, if there is one. Returns: false if not.
    @discardableResult private func readPart() -> Bool {
        guard let slot = freeSlots.last, !reader.isEmpty else { return false }
        let isCut =
            openGuessCount < budget.guessCount
            && budget.allowsGuess(readByteCount: reader.byteCount, vain: reader.searchedInVainByteCount)
        guard let part = reader.next(into: slot, cuts: isCut) else { return false }
        freeSlots.removeLast()
        parts.append(part)
        guard part.isGuess else { return true }
        counts.guessedCount += 1
        part.decoder = cuts.begin(Int(part.beginBit % 8))
        if part.decoder == nil {
            part.becomeContinuation()
        } else {
            workers?.submit(part)
        }
        return true
    }

    /// Copies decoded content of a part. Returns: the number of bytes.
    private func passOn(_ part: StreamPart, into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, part.outputByteCount - part.deliveredByteCount)
        let start = part.deliveredByteCount
        // SAFETY: the bytes are in the slot of the part, and no worker has it.
        unsafe room.copyMemory(
            from: UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(pool.firstPlane(part.slot))[start..<start + count]))
        part.deliveredByteCount += count
        return count
    }

    /// If the size is not known, the limit is that for the bytes that have certainly arrived when this content is decoded alone.
    private func exceedsLimit(_ part: StreamPart, _ count: Int) -> Bool {
        let produced = contentByteCount + UInt64(byteCount: count) + limitMarginByteCount
        return produced > options.expansionLimit.limit(forCompressed: knownByteCount ?? part.startOffset)
    }

    // MARK: The head

    /// Continues with the head, whose content was passed on. Returns: the number of bytes that it has decoded into `room`; nil
    /// if the reference decoder must continue.
    private func advance(_ part: StreamPart, _ room: UnsafeMutableRawBufferPointer) -> Int? {
        switch part.status {
        case .needsInput:
            if part.usedByteCount < part.input.count { break }
            return enterNextPart() ? 0 : nil
        case .outputFull: break
        case .paused:
            guard case .stopped(let bit)? = head.pause else { break }
            stopped(atBit: headOffset * 8 + bit, part)
            // The head, or the part, may be another one now.
            guard parts[headIndex] === part, part.deliveredByteCount == part.outputByteCount else { return 0 }
            guard part.status == .paused else { return 0 }
        case .trailing, .failed, .windowTooLarge, .needsMemory: return nil
        }
        return unsafe decode(part, room)
    }

    private func decode(_ part: StreamPart, _ room: UnsafeMutableRawBufferPointer) -> Int {
        // The next block is a checkpoint if the last one is in an earlier part.
        let stopBit = headIndex > 0 && !isWindowShort ? part.beginBit : part.stopBit
        var lane = unsafe DecodeLane(
            decoder: head, input: part.restOfInput, output: room, stopBit: part.relative(stopBit))
        lane.decodeAlone()
        unsafe part.usedByteCount = part.input.count - lane.input.count
        part.status = lane.status
        let count = unsafe room.count - lane.output.count
        budget.note(compressed: 0, content: count)
        return count
    }

    /// The head has stopped at a block.
    private func stopped(atBit bit: UInt64, _ part: StreamPart) {
        if bit >= part.stopBit {
            fill()
            let next = headIndex + 1 < parts.count ? parts[headIndex + 1] : nil
            if let next, next.isGuess, bit == next.beginBit, head.hasWholeWindow { return join(next) }
            drop(next)
            part.stopBit = .max
        } else if head.hasWholeWindow {
            setCheckpoint(atBit: bit)
            release(headIndex)
        } else {
            isWindowShort = true
        }
    }

    /// The head continues in the next part. Returns: false if there is none, or too much would be kept.
    private func enterNextPart() -> Bool {
        fill()
        guard headIndex + 1 < parts.count else {
            isComplete =
                reader.isEmpty && reader.fault == nil && head.isAtBoundary && head.dispute == nil
                && earlierDispute == nil
            return isComplete
        }
        let part = parts[headIndex]
        let next = parts[headIndex + 1]
        drop(next)
        budget.note(compressed: part.input.count, content: 0)
        headIndex += 1
        isWindowShort = false
        // Both parts have the byte in which the second one begins.
        next.usedByteCount = Int(part.endOffset - next.startOffset)
        // The last part must be free for the one that is decoded next.
        return headIndex <= max(pool.slotCount / 2, 2)
    }

    /// Makes the decoder of the next part the head.
    private func join(_ next: StreamPart) {
        workers?.wait(for: next)
        guard let decoder = next.decoder else { preconditionFailure("a guess with a decoder") }
        setCheckpoint(atBit: next.beginBit)
        let planes = unsafe OutputPlanes(
            first: UnsafeMutableRawBufferPointer(rebasing: pool.firstPlane(next.slot)[..<next.planesByteCount]),
            second: UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(pool.secondPlane(next.slot))[..<next.planesByteCount]))
        decoder.continueMember(after: head, resolving: [planes])
        budget.note(compressed: parts[headIndex].input.count, content: next.outputByteCount)
        counts.confirmedCount += 1
        budget.note(confirmed: next)
        head = decoder
        headOffset = next.startOffset
        isWindowShort = false
        release(headIndex + 1)
        fill()
    }

    /// The head continues over the next part, if that is a guess.
    private func drop(_ next: StreamPart?) {
        guard let next, next.isGuess else { return }
        workers?.withdraw(next)
        counts.droppedCount += 1
        budget.note(dropped: next)
        next.becomeContinuation()
    }
}
