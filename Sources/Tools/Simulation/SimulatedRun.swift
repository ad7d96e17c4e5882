// layerverify: the result of a simulated run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerPipeline

/// The result of a simulated run.
///
/// Units: nanoseconds. The times of the workers add up: `workerCount × wallNanoseconds` is the sum of the times that
/// they are busy, hold the lock, wait for it, and are idle.
package struct SimulatedRun: Equatable, Sendable {
    package let workerCount: Int
    package internal(set) var wallNanoseconds = 0.0
    /// Reading, decoding and hashing, by all workers together.
    package internal(set) var busyNanoseconds = 0.0
    package internal(set) var lockHeldNanoseconds = 0.0
    package internal(set) var lockWaitNanoseconds = 0.0
    /// Workers without work while there were blobs that no worker had begun.
    package internal(set) var earlyIdleNanoseconds = 0.0
    /// Workers without work after that.
    package internal(set) var lateIdleNanoseconds = 0.0
    /// The cost of the work in one thread if every kernel always has a full team.
    package internal(set) var idealNanoseconds = 0.0
    /// The longest sequential step of a single blob.
    package internal(set) var chainNanoseconds = 0.0
    package internal(set) var transitionCount = 0
    package internal(set) var blobCount = 0
    package internal(set) var compressedByteCount: UInt64 = 0
    /// The number of bytes that decoders produced.
    package internal(set) var uncompressedByteCount: UInt64 = 0
    /// The places inside members at which chunks were begun.
    package internal(set) var cuts = CutCounts()

    /// The fraction of the workers' time that the work takes at its lowest cost.
    package var efficiency: Double { idealNanoseconds / (Double(workerCount) * wallNanoseconds) }

    /// The reasons why a run cannot use all its workers.
    package enum Limit: String, Sendable {
        /// One blob takes that long, whatever else is done at the same time.
        case largestBlob = "largest blob"
        /// Workers wait for the lock or hold it.
        case lock
        /// Too few streams or chains were ready for the kernels to run at full speed.
        case lanes
        /// Workers had no work although there were blobs that no worker had begun.
        case openBlobs = "open blobs"
        /// Workers had no work while the last blobs were finished.
        case tail
    }

    /// The efficiency below which a run has a limit.
    package static let goodEfficiency = 0.9

    /// The main reason for a low efficiency; nil if it is good.
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
