// layerverify: the threads of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Runs work items on the thread that waits for them, and on as many further threads as are wanted and can be had.
///
/// Items must not wait for each other: then one thread is enough for all, in whatever order. Further threads are started
/// when there are more items than threads without one, and end when the crew goes.
///
/// ## Concurrency
/// Any thread may add items; one thread at a time calls `runAll`.
package final class WorkCrew: Sendable {
    package typealias Item = @Sendable () -> Void

    private struct State {
        var items: [Item] = []
        /// The items that run.
        var runningCount = 0
        /// The threads without an item, the calling one with them if it helps, wherever it is.
        var idleCount: Int
        /// The threads that were started.
        var threadCount = 0
        var isEnded = false

        mutating func takeItem() -> Item? {
            guard !items.isEmpty else { return nil }
            idleCount -= 1
            runningCount += 1
            return items.removeFirst()
        }
    }

    private let state: Monitor<State>
    private let maximumThreadCount: Int
    private let callerHelps: Bool

    /// A crew of so many threads at most, at least 1.
    ///
    /// - Parameter callerHelps: whether the thread that calls `runAll` is one of them. If not, it takes items only where
    ///   the system gives no other thread.
    package init(size: Int, callerHelps: Bool = true) {
        precondition(size >= 1, "a crew has at least one thread")
        state = Monitor(State(idleCount: callerHelps ? 1 : 0))
        maximumThreadCount = callerHelps ? size - 1 : size
        self.callerHelps = callerHelps
    }

    deinit {
        state.withLock { $0.isEnded = true }
        state.wakeAll()
    }

    /// Adds an item. It is run by a thread without one, or a new one, or the next that has none any more.
    package func add(_ item: @escaping Item) {
        let isThreadWanted = state.withLock { state in
            state.items.append(item)
            guard state.items.count > state.idleCount, state.threadCount < maximumThreadCount else { return false }
            state.threadCount += 1
            state.idleCount += 1
            return true
        }
        if isThreadWanted {
            startThread()
        } else if callerHelps {
            state.wakeOne()
        } else {
            state.wakeAll()
        }
    }

    /// Runs items until none is left and none runs. Blocks the calling thread until then.
    package func runAll() {
        while true {
            let callerHelps = callerHelps
            let next = state.wait { (state: inout State) -> Item?? in
                if callerHelps || state.threadCount == 0, let item = state.takeItem() { return .some(item) }
                return state.items.isEmpty && state.runningCount == 0 ? .some(nil) : nil
            }
            guard let item = next else { return }
            item()
            Self.finishItem(state)
        }
    }

    private func startThread() {
        let state = state
        let isStarted = SystemThread.start { Self.serve(state) }
        guard !isStarted else { return }
        // One that has an item by now takes this one, too.
        state.withLock {
            $0.threadCount -= 1
            $0.idleCount -= 1
        }
        state.wakeAll()
    }

    private static func serve(_ state: Monitor<State>) {
        while true {
            let next = state.wait { (state: inout State) -> Item?? in
                if let item = state.takeItem() { return .some(item) }
                return state.isEnded ? .some(nil) : nil
            }
            guard let item = next else { return }
            item()
            finishItem(state)
        }
    }

    private static func finishItem(_ state: Monitor<State>) {
        let isLast = state.withLock { state in
            state.runningCount -= 1
            state.idleCount += 1
            return state.items.isEmpty && state.runningCount == 0
        }
        if isLast { state.wakeAll() }
    }
}
