// layerverify: how a worker decodes streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec

extension PipelineWorker {
    /// Decodes the active chunks until one block for each of them is filled, by whichever streams. That keeps the team
    /// together, which decodes several streams in the time of two. A slower stream keeps its partly filled block for the
    /// next action.
    func decode(_ lease: inout Lease, _ pipeline: Pipeline) {
        removeInactive(&lease, pipeline)
        let goal = active.count
        while !active.isEmpty, lease.team.reduce(0, { $0 + $1.output.outputs.count }) < goal {
            lanes.removeAll(keepingCapacity: true)
            for chunk in active {
                if let lane = chunk.lane { lanes.append(lane) }
            }
            guard let codec = active.first?.stream?.codec else { return }
            precondition(lanes.count == active.count, "every stream of a team has input and room")
            // Read before a decoder asks for memory, so that any release after that makes the ticket outdated.
            let ticket = pipeline.options.codecOptions.windowBudget?.releaseCount
            unsafe lanes.withUnsafeMutableBufferPointer { lanes in
                unsafe pairs.withUnsafeMutableBufferPointer { unsafe codec.decode(lanes, hashing: $0) }
            }
            for (chunk, lane) in zip(active, lanes) {
                chunk.absorb(lane)
                if lane.status == .needsMemory { chunk.output.memoryTicket = ticket }
            }
            removeInactive(&lease, pipeline)
        }
    }

    /// Removes the streams that cannot continue in this action from the active ones.
    private func removeInactive(_ lease: inout Lease, _ pipeline: Pipeline) {
        var count = 0
        for chunk in active where prepare(chunk, &lease, pipeline) {
            active[count] = chunk
            count += 1
        }
        active.removeSubrange(count...)
    }

    /// Ensures that a stream has input and room; returns false if the action ends for it.
    private func prepare(_ chunk: Chunk, _ lease: inout Lease, _ pipeline: Pipeline) -> Bool {
        guard chunk.stage == .decoding, chunk.output.memoryTicket == nil, !chunk.isReadDone, let stream = chunk.stream
        else { return false }
        if stream.input == nil {
            guard !chunk.input.isAtEnd else {
                chunk.finishOutput()
                chunk.isReadDone = true
                return false
            }
            // A stream may consume much input without output (skippable frames); the output block is kept for later
            // then.
            guard chunk.hasRoomInLease, chunk.mayReadInLease, let slice = readBlock(chunk, &lease, pipeline) else {
                return false
            }
            chunk.output.inputs.append(slice.toConsume)
            stream.input = (slice.toDecode, 0)
        }
        if stream.output == nil {
            guard chunk.hasRoomInLease else { return false }
            let block = lease.takeBlock(pipeline)
            stream.output = unsafe ChunkStream.OutputRoom(block: block, memory: pipeline.pool[block])
            if stream.cutDecoder?.isInPlanes == true {
                let second = lease.takeBlock(pipeline)
                unsafe stream.output?.second = (second, pipeline.pool[second])
            }
        }
        return true
    }
}

extension PipelineWorker {
    /// Confirms that a chunk continues the one before it, and makes known what it has decoded in two planes.
    func join(_ lease: inout Lease, _ pipeline: Pipeline) {
        guard let joint = lease.joint, let previous = joint.head.stream?.cutDecoder, let stream = joint.next.stream,
            let decoder = stream.cutDecoder
        else { return }
        var kept = joint.kept.compactMap { slice in
            slice.secondPlane.map { planes(slice.block, $0, byteCount: slice.byteCount, pipeline.pool) }
        }
        if let output = stream.output, let second = output.second {
            unsafe kept.append(planes(output.block, second.block, byteCount: output.count, pipeline.pool))
            joint.next.output.released.append(second.block)
            unsafe stream.output?.second = nil
        }
        let waitsForTrailer = decoder.pause == .memberEnded
        decoder.continueMember(after: previous, resolving: kept)
        if waitsForTrailer { joint.next.isReadDone = false }
    }

    private func planes(
        _ block: BlockIndex, _ second: BlockIndex, byteCount: Int, _ pool: BlockPool
    ) -> OutputPlanes {
        // SAFETY: both blocks are in use, and the count is that of a slice or a room in them.
        unsafe OutputPlanes(
            first: UnsafeMutableRawBufferPointer(rebasing: pool[block][..<byteCount]),
            second: UnsafeRawBufferPointer(rebasing: pool[second][..<byteCount]))
    }
}

extension Chunk {
    /// What the decoder may read and fill; nil if it has no input or no room.
    fileprivate var lane: DecodeLane? {
        guard let stream, let given = stream.input, let output = stream.output else { return nil }
        let inputBit = stream.cursor.consumedByteCount * 8
        // SAFETY: the chunk owns the memory of both, and nothing else writes to it until the action ends.
        return unsafe DecodeLane(
            decoder: stream.decoder, input: UnsafeRawBufferPointer(rebasing: given.slice.bytes[given.start...]),
            output: UnsafeMutableRawBufferPointer(rebasing: output.memory[output.count...]),
            secondOutput: output.second?.memory.baseAddress.map { unsafe $0 + output.count },
            stopBit: input.endsInsideMember ? input.endBit - min(inputBit, input.endBit) : .max)
    }

    /// Transfers the results of a lane to the chunk.
    fileprivate func absorb(_ lane: DecodeLane) {
        guard let stream, let given = stream.input, let room = stream.output else { return }
        let inputLeft = unsafe lane.input.count
        let consumedByteCount = given.slice.byteCount - given.start - inputLeft
        let count = unsafe room.memory.count - lane.output.count
        stream.output?.count = count
        stream.cursor.advance(
            lane.status, consumedByteCount: consumedByteCount, producedByteCount: count - room.count,
            decoder: stream.decoder, limits: stream.limits)
        guard stream.cursor.ending == nil else {
            unsafe stream.cursor.scanTrailing(lane.input)
            finishOutput()
            dropInput()
            isRefuted = isUnconfirmed
            guard !isRefuted else { return isReadDone = true }
            stage = .plain
            return isReadDone = input.isAtEnd
        }
        let pause = lane.status == .paused ? stream.cutDecoder?.pause : nil
        // A decoder that stopped because the output was full may have more output even if it consumed all input.
        if inputLeft == 0, lane.status == .needsInput || pause != nil {
            dropInput()
        } else {
            stream.input = (given.slice, given.start + consumedByteCount)
        }
        if lane.status == .outputFull || pause != nil { finishOutput() }
        // One that has stopped at a block, or cannot check the end of its member, continues if the scheduler says so.
        if let pause, pause != .known { isReadDone = true }
    }

    /// Gives the decoder's input block back. The users of a block that this lease read are not counted yet.
    func dropInput() {
        guard let block = stream?.input?.slice.block else { return }
        stream?.input = nil
        if !output.inputs.contains(where: { $0.block == block }) { output.released.append(block) }
    }

    /// Passes the output block on, or gives it back if it is empty.
    fileprivate func finishOutput() {
        guard let filled = stream?.output else { return }
        guard filled.count > 0 else { return dropOutput() }
        stream?.output = nil
        let bytes = unsafe UnsafeRawBufferPointer(filled.memory)
        unsafe output.outputs.append(
            BlockSlice(
                block: filled.block, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<filled.count]),
                secondPlane: filled.second?.block))
    }

    func dropOutput() {
        guard let room = stream?.output else { return }
        stream?.output = nil
        output.released.append(room.block)
        if let second = room.second { output.released.append(second.block) }
    }
}
