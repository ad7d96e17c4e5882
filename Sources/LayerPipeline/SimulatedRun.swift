// layerverify: what came of a run by the clock of a model.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What came of a run by the clock of a model.
///
/// Units: nanoseconds. What the workers' time was spent on adds up: `workerCount × wallNanoseconds` is busy, with the lock,
/// waiting for it, and idle.
package struct SimulatedRun: Equatable, Sendable {
    package let workerCount: Int
    package internal(set) var wallNanoseconds = 0.0
    /// Reading, decoding and hashing, of all workers together.
    package internal(set) var busyNanoseconds = 0.0
    package internal(set) var lockHeldNanoseconds = 0.0
    package internal(set) var lockWaitNanoseconds = 0.0
    /// Of workers that found nothing to do while there were blobs that nobody had begun.
    package internal(set) var earlyIdleNanoseconds = 0.0
    /// Of workers that found nothing to do after that.
    package internal(set) var lateIdleNanoseconds = 0.0
    /// What the work costs in one thread if every kernel always has the best company.
    package internal(set) var idealNanoseconds = 0.0
    /// The longest of what must be done to one blob one block after another.
    package internal(set) var chainNanoseconds = 0.0
    package internal(set) var transitionCount = 0
    package internal(set) var blobCount = 0
    package internal(set) var compressedByteCount: UInt64 = 0
    /// Bytes that came out of decoders.
    package internal(set) var uncompressedByteCount: UInt64 = 0

    /// How much of the workers' time went into work, had it been done at its best.
    package var efficiency: Double { idealNanoseconds / (Double(workerCount) * wallNanoseconds) }

    /// What keeps a run from using its workers.
    package enum Limit: String, Sendable {
        /// One blob takes that long, whatever else is done meanwhile.
        case largestBlob = "largest blob"
        /// Workers wait for each other at the lock, or spend their time with it.
        case lock
        /// Too few streams or chains were ready for the kernels to be at their best.
        case lanes
        /// Workers had nothing to do although there were blobs that nobody had begun.
        case openBlobs = "open blobs"
        /// Workers had nothing to do while the last blobs were finished.
        case tail
    }

    /// The efficiency under which a run is said to be limited.
    package static let goodEfficiency = 0.9

    /// What the efficiency is lost to; nil where little is lost.
    package var limit: Limit? {
        guard efficiency < Self.goodEfficiency else { return nil }
        guard chainNanoseconds < Self.goodEfficiency * wallNanoseconds else { return .largestBlob }
        let losses: [(Limit, Double)] = [
            (.lock, lockHeldNanoseconds + lockWaitNanoseconds), (.lanes, busyNanoseconds - idealNanoseconds),
            (.openBlobs, earlyIdleNanoseconds), (.tail, lateIdleNanoseconds),
        ]
        return losses.max { $0.1 < $1.1 }?.0
    }
}
