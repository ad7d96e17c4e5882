// layerverify: reading a source on a thread of its own.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads another source ahead, on a thread of its own.
///
/// Memory: `blockCount` blocks of `blockByteCount` bytes.
package final class ReadAhead: SequentialSource {
    private struct State: Sendable {
        var filled: [Block] = []
        var empty: [[UInt8]]
        /// The reader is gone.
        var isAbandoned = false
    }

    /// Bytes that were read, and the fault that followed them.
    private struct Block: Sendable {
        var bytes: [UInt8]
        var byteCount: Int
        var fault: SourceFault?
    }

    /// The source that the thread reads.
    private final class Base: @unchecked Sendable {
        // SAFETY: only the thread uses it after it was started.
        let source: any SequentialSource

        init(_ source: any SequentialSource) { self.source = source }
    }

    private let state: Monitor<State>
    private var current: Block?
    private var usedByteCount = 0

    private static let blockCount = 4
    private static let blockByteCount = 128 << 10

    /// Starts to read a source. The caller must not use it any more.
    ///
    /// - Parameter prepare: called once by the thread.
    ///
    /// Returns: the source itself if there is no further thread.
    package static func of(
        _ source: any SequentialSource, prepare: @escaping @Sendable () -> Void = {}
    ) -> any SequentialSource {
        let blocks = [[UInt8]](repeating: [UInt8](repeating: 0, count: blockByteCount), count: blockCount)
        let state = Monitor(State(empty: blocks))
        let base = Base(source)
        let isStarted = SystemThread.start {
            prepare()
            fill(state, from: base.source)
        }
        return isStarted ? ReadAhead(state) : source
    }

    private init(_ state: Monitor<State>) { self.state = state }

    deinit {
        state.withLock { $0.isAbandoned = true }
        state.wakeAll()
    }

    private static func fill(_ state: Monitor<State>, from source: any SequentialSource) {
        while true {
            let isWanted = state.wait { (state: inout State) -> Bool? in
                if state.isAbandoned { return false }
                return state.empty.isEmpty ? nil : true
            }
            guard isWanted else { return }
            // Only this thread takes them. A second reference would be a copy.
            var bytes = state.withLock { $0.empty.removeLast() }
            // The array's method rethrows errors of any type, so the result is returned from the closure.
            let result = bytes.withUnsafeMutableBytes { buffer in
                // SAFETY: the array owns the buffer during the closure.
                Result { () throws(SourceFault) in try source.read(into: buffer) }
            }
            var block = Block(bytes: bytes, byteCount: 0)
            bytes = []
            switch result {
            case .success(let count): block.byteCount = count
            case .failure(let fault): block.fault = fault
            }
            let isLast = block.byteCount < blockByteCount
            state.withLock { $0.filled.append(block) }
            state.wakeAll()
            guard !isLast else { return }
        }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        var count = 0
        while count < buffer.count, try advance() {
            guard let block = current else { break }
            let size = min(buffer.count - count, block.byteCount - usedByteCount)
            // SAFETY: the caller owns the buffer during the call; `size` is within both.
            block.bytes[usedByteCount..<usedByteCount + size].withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: $0)
            }
            usedByteCount += size
            count += size
        }
        return count
    }

    /// Makes sure that `current` has bytes. Returns: false at the end.
    private func advance() throws(SourceFault) -> Bool {
        if let block = current {
            if usedByteCount < block.byteCount { return true }
            if let fault = block.fault { throw fault }
            if block.byteCount < Self.blockByteCount { return false }
            current = nil
            usedByteCount = 0
            state.withLock { $0.empty.append(block.bytes) }
            state.wakeAll()
        }
        current = state.wait { (state: inout State) -> Block? in
            state.filled.isEmpty ? nil : state.filled.removeFirst()
        }
        usedByteCount = 0
        if let block = current, block.byteCount == 0, let fault = block.fault { throw fault }
        return (current?.byteCount ?? 0) > 0
    }
}
