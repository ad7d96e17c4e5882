// layerverify: tests of the threads of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerSystem
import Testing

@Suite struct WorkCrewTests {
    /// Adds items that add more items, runs them all, and counts.
    private func count(_ crew: WorkCrew, items: Int) -> (runs: Int, atOnce: Int) {
        let counts = Locked((runs: 0, now: 0, most: 0))
        let item: WorkCrew.Item = {
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            usleep(200)
            counts.withLock {
                $0.now -= 1
                $0.runs += 1
            }
        }
        for _ in 0..<items {
            crew.add {
                item()
                crew.add(item)
            }
        }
        crew.runAll()
        let result = counts.withLock { $0 }
        return (result.runs, result.most)
    }

    @Test(arguments: [1, 2, 3, 8], [true, false])
    func runsAllItemsAndAtMostSizeAtOnce(_ size: Int, _ callerHelps: Bool) {
        let crew = WorkCrew(size: size, callerHelps: callerHelps)
        for items in [0, 1, 2, 50] {
            let counted = count(crew, items: items)
            #expect(counted.runs == 2 * items)
            #expect(counted.atOnce <= size)
        }
    }

    @Test func crewOfOneRunsItemsOnTheCallingThread() {
        let crew = WorkCrew(size: 1)
        let threads = Locked<Set<pthread_t>>([])
        for _ in 0..<10 { crew.add { threads.withLock { _ = $0.insert(pthread_self()) } } }
        crew.runAll()
        #expect(threads.withLock { $0 } == [pthread_self()])
    }

    @Test func callerThatDoesNotHelpRunsNoItems() {
        let crew = WorkCrew(size: 2, callerHelps: false)
        let threads = Locked<Set<pthread_t>>([])
        for _ in 0..<50 { crew.add { threads.withLock { _ = $0.insert(pthread_self()) } } }
        crew.runAll()
        #expect(!threads.withLock { $0.contains(pthread_self()) })
    }

    @Test(arguments: [true, false])
    func eachStartedThreadIsPreparedAndNoOtherOne(_ callerHelps: Bool) {
        let threads = Locked((prepared: Set<pthread_t>(), working: Set<pthread_t>()))
        let crew = WorkCrew(size: 3, callerHelps: callerHelps) {
            threads.withLock { _ = $0.prepared.insert(pthread_self()) }
        }
        for _ in 0..<50 { crew.add { threads.withLock { _ = $0.working.insert(pthread_self()) } } }
        crew.runAll()
        let (prepared, working) = threads.withLock { $0 }
        #expect(!prepared.contains(pthread_self()))
        #expect(working.subtracting([pthread_self()]).isSubset(of: prepared))
    }

    @Test func monitorStopsWaitingAfterTheTime() {
        let monitor = Monitor(0)
        #expect(monitor.wait(atMost: 1, for: { $0 == 1 ? true : nil }) == nil)
        #expect(
            SystemThread.start {
                monitor.withLock { $0 = 1 }; monitor.wakeAll()
            })
        #expect(monitor.wait(for: { $0 == 1 ? true : nil }))
    }
}
