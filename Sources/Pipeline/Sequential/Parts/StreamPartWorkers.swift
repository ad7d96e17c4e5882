// layerverify: threads that decode parts of a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// The threads that decode the parts of a stream, two parts at a time each.
///
/// They end when the object is released. They read no file, so none of them waits for anything but parts.
final class StreamPartWorkers: Sendable {
    private struct State: Sendable {
        var waiting: [StreamPart] = []
        /// The part that the reader of the stream waits for.
        var urgent: StreamPart?
        var isAbandoned = false

        /// The parts that a worker without a part takes: a full team, unless the first one is waited for.
        mutating func takeTeam() -> [StreamPart] {
            guard waiting.count >= laneCount || waiting.first.map({ $0 === urgent }) == true else { return [] }
            defer { waiting.removeFirst(min(laneCount, waiting.count)) }
            return Array(waiting.prefix(laneCount))
        }
    }

    private let state = Monitor(State())

    /// Two lanes take 1.26 times less time than one after the other (`lv_inflate_advance`). With more the parts would be open
    /// for longer, and more memory would be needed.
    static let laneCount = 2
    /// A worker asks after this many bytes of content whether a part is still wanted.
    private static let stepByteCount = 256 << 10

    /// Returns nil if no thread can be started.
    init?(count: Int, _ codec: Codec, _ pool: StreamPartPool, isNice: Bool) {
        let state = state
        var startedCount = 0
        for _ in 0..<count {
            let isStarted = SystemThread.start {
                if isNice { BackgroundPriority.adopt() }
                Self.run(state, codec, pool)
            }
            if isStarted { startedCount += 1 }
        }
        guard startedCount > 0 else { return nil }
    }

    deinit {
        state.withLock { $0.isAbandoned = true }
        state.wakeAll()
    }

    /// Gives a part to the workers.
    func submit(_ part: StreamPart) {
        state.withLock { $0.waiting.append(part) }
        state.wakeAll()
    }

    /// Waits until a part is decoded as far as possible.
    func wait(for part: StreamPart) {
        let isDone = state.withLock { state in
            if !part.isDone { state.urgent = part }
            return part.isDone
        }
        guard !isDone else { return }
        state.wakeAll()
        state.wait { state in
            guard part.isDone else { return nil as Void? }
            state.urgent = nil
            return ()
        }
    }

    /// Takes a part back, whatever was decoded of it.
    func withdraw(_ part: StreamPart) {
        state.withLock { state in
            part.isCancelled = true
            if let place = state.waiting.firstIndex(where: { $0 === part }) {
                state.waiting.remove(at: place)
                part.isDone = true
            }
        }
        wait(for: part)
    }

    private static func run(_ state: Monitor<State>, _ codec: Codec, _ pool: StreamPartPool) {
        var active: [StreamPart] = []
        while true {
            var hasRemoved = false
            let goesOn = state.wait { (state: inout State) -> Bool? in
                guard !state.isAbandoned else { return false }
                for part in active where part.isCancelled || !canGoOn(part, pool) {
                    part.isDone = true
                    hasRemoved = true
                }
                active.removeAll { $0.isDone }
                if active.isEmpty {
                    active = state.takeTeam()
                } else {
                    while active.count < laneCount, !state.waiting.isEmpty {
                        active.append(state.waiting.removeFirst())
                    }
                }
                return active.isEmpty && !hasRemoved ? nil : true
            }
            guard goesOn else { return }
            if hasRemoved { state.wakeAll() }
            if !active.isEmpty { decode(active, codec, pool) }
        }
    }

    /// False if a part must wait for its turn, or is decoded to its end.
    private static func canGoOn(_ part: StreamPart, _ pool: StreamPartPool) -> Bool {
        guard part.outputByteCount < roomByteCount(part, pool) else { return false }
        return switch part.status {
        case .needsInput: part.usedByteCount < part.input.count
        case .outputFull: true
        case .paused: part.decoder?.pause == .known
        case .trailing, .failed, .windowTooLarge, .needsMemory: false
        }
    }

    /// The room for the content of a part, which is less as long as it is in two planes.
    private static func roomByteCount(_ part: StreamPart, _ pool: StreamPartPool) -> Int {
        part.decoder?.isInPlanes == true ? pool.secondPlaneByteCount : pool.planeByteCount
    }

    private static func decode(_ parts: [StreamPart], _ codec: Codec, _ pool: StreamPartPool) {
        let ends = parts.map { min($0.outputByteCount + stepByteCount, roomByteCount($0, pool)) }
        var lanes: [DecodeLane] = []
        lanes.reserveCapacity(parts.count)
        for (part, end) in zip(parts, ends) {
            guard let decoder = part.decoder else { preconditionFailure("a part with a decoder") }
            let start = part.outputByteCount
            // SAFETY: the rooms are in the slot of the part, which only this worker uses.
            unsafe lanes.append(
                DecodeLane(
                    decoder: decoder, input: part.nextInput,
                    output: UnsafeMutableRawBufferPointer(rebasing: pool.firstPlane(part.slot)[start..<end]),
                    secondOutput: decoder.isInPlanes
                        ? pool.secondPlane(part.slot).baseAddress.map { unsafe $0 + start } : nil,
                    stopBit: part.relative(part.stopBit)))
        }
        let wereInPlanes = parts.map { $0.decoder?.isInPlanes ?? false }
        unsafe lanes.withUnsafeMutableBufferPointer { unsafe codec.decode($0) }
        for (index, part) in parts.enumerated() {
            let lane = lanes[index]
            let count = unsafe ends[index] - part.outputByteCount - lane.output.count
            part.outputByteCount += count
            if wereInPlanes[index] { part.planesByteCount += count }
            unsafe part.usedByteCount += part.nextInput.count - lane.input.count
            part.status = lane.status
        }
    }
}
