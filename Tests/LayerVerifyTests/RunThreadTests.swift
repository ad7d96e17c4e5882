// layerverify: tests of the threads of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerCodec
import LayerSystem
import LayerVerify
import TestSupport
import Testing

@Suite struct RunThreadTests {
    /// The nice value of the calling thread.
    private static func niceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

    /// A verifier that notes the priorities of the threads that decode.
    private func verifier(_ noted: Locked<[Int32]>) throws -> Verifier {
        var verifier = try Verifier(Verifier.Options(jobs: 2, hasLowPriority: true))
        verifier.fastCodec = { compression in
            noted.withLock { $0.append(Self.niceness()) }
            return Codecs.fast(for: compression)
        }
        return verifier
    }

    @Test func onlyThreadsOfTheRunHaveLowPriority() throws {
        let image = try SmallImage([SmallImage.gzipLayer], diffIDs: [SmallImage.gzipContent])
        let noted = Locked<[Int32]>([])
        let before = Self.niceness()
        #expect(image.verify(try verifier(noted)).outcome == .verified)
        let values = noted.withLock { $0 }
        #expect(!values.isEmpty && values.allSatisfy { $0 == 19 })
        #expect(Self.niceness() == before, "the calling thread is not ours")
    }

    /// In a process of its own, which may have no further thread: the calling thread computes, and keeps its priority.
    @Test func theCallingThreadKeepsItsPriorityEvenIfItComputes() async {
        await #expect(processExitsWith: .success) {
            let image = try SmallImage([SmallImage.gzipLayer], diffIDs: [SmallImage.gzipContent])
            let noted = Locked<[Int32]>([])
            var verifier = try Verifier(Verifier.Options(jobs: 2, hasLowPriority: true))
            verifier.fastCodec = { compression in
                noted.withLock { $0.append(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)) }
                return Codecs.fast(for: compression)
            }
            let before = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
            try RunThreadTests.forbidThreads()
            let report = image.verify(verifier)
            let values = noted.withLock { $0 }
            // The status tells which of the expectations fails.
            if report.outcome != .verified { exit(11) }
            if values.isEmpty { exit(12) }
            if !values.allSatisfy({ $0 == before }) { exit(13) }
        }
    }

    /// Makes the stack of a thread larger than what is left of the address space.
    private static func forbidThreads() throws {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 1 << 30)
        // The module map of glibc leaves this function out.
        guard let symbol = dlsym(nil, "pthread_setattr_default_np") else { exit(14) }
        // SAFETY: the type is that of <pthread.h>.
        let setDefault = unsafeBitCast(symbol, to: (@convention(c) (UnsafePointer<pthread_attr_t>) -> Int32).self)
        if setDefault(&attributes) != 0 { exit(14) }
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[0]
        let byteCount = rlim_t(try #require(UInt64(pages))) * 4096 + (512 << 20)
        var limit = rlimit(rlim_cur: byteCount, rlim_max: byteCount)
        if setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) != 0 { exit(15) }
        if SystemThread.start({}) { exit(16) }
    }
}
