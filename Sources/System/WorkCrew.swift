// layerverify: the threads of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Runs work items on the thread that waits for them, and on additional threads if they are needed and available.
///
/// Items must not wait for each other, so that one thread is enough for all of them, in any order. Additional threads
/// are started when there are more items than idle threads, and end when the crew is freed.
///
/// ## Concurrency
/// Items may be added from any thread; one thread at a time may call `runAll` or `run`.
package final class WorkCrew: Sendable {
    package typealias Item = @Sendable () -> Void

    private struct State {
        var items: [Item] = []
        /// The number of items that are running.
        var runningCount = 0
        /// The number of threads without an item, including the calling one if it helps, even while it is not in
        /// `runAll`.
        var idleCount: Int
        /// The number of threads that were started.
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
    private let prepareThread: Item

    /// Makes a crew of at most `size` threads, which must be at least 1.
    ///
    /// - Parameter callerHelps: whether the thread that calls `runAll` is one of them. If not, it only takes items if
    ///   the system cannot create any other thread.
    /// - Parameter prepareThread: is called first on each thread that the crew starts, and never on the calling one.
    package init(size: Int, callerHelps: Bool = true, prepareThread: @escaping Item = {}) {
        precondition(size >= 1, "a crew has at least one thread")
        state = Monitor(State(idleCount: callerHelps ? 1 : 0))
        maximumThreadCount = callerHelps ? size - 1 : size
        self.callerHelps = callerHelps
        self.prepareThread = prepareThread
    }

    deinit {
        state.withLock { $0.isEnded = true }
        state.wakeAll()
    }

    /// Adds an item. It is run by an idle thread, by a new one, or by the next one that becomes idle.
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

    /// Runs items until none is left and none is running. Blocks the calling thread until then.
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

    /// Runs items as long as `isWanted` returns true, which is called before each item and after each `wakeCaller`. Blocks
    /// the calling thread while there is no item to run. `isWanted` must not call the crew.
    package func run(while isWanted: () -> Bool) {
        while true {
            let callerHelps = callerHelps
            let next = state.wait { (state: inout State) -> Item?? in
                guard isWanted() else { return .some(nil) }
                guard callerHelps || state.threadCount == 0 else { return nil }
                return state.takeItem().map { .some($0) }
            }
            guard let item = next else { return }
            item()
            Self.finishItem(state)
        }
    }

    /// Makes the thread in `run` check its condition again.
    package func wakeCaller() {
        // Without the lock, the thread could be between its check and its wait.
        state.withLock { _ in }
        state.wakeAll()
    }

    private func startThread() {
        let state = state
        let prepare = prepareThread
        let isStarted = SystemThread.start {
            prepare()
            Self.serve(state)
        }
        guard !isStarted else { return }
        // The thread could not be started; a thread that becomes idle takes the item.
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
