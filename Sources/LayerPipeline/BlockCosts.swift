// layerverify: what the steps of a run cost, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What reading, decoding and hashing cost on one core of a machine.
///
/// Units: bytes in a second, nanoseconds. Rates of several streams are those of all together.
package struct BlockCosts: Sendable {
    /// Reading from the page cache.
    package var readBytesPerSecond: Double
    /// Uncompressed bytes, by the number of streams in lockstep; the first is one stream alone.
    package var gzipBytesPerSecond: [Double]
    package var zstdBytesPerSecond: [Double]
    /// By the number of chains in lockstep.
    package var hashBytesPerSecond: [Double]
    /// Decoding gzip with hashes in the gaps; nil where that is not done.
    package var gzipBeside: HashingBeside?
    /// Opening, looking at and closing a file.
    package var openNanoseconds: Double
    /// From handing a worker to another thread until it runs.
    package var startNanoseconds: Double
    /// What a worker that had to wait for the lock needs to wake up.
    package var wakeNanoseconds: Double
    /// Bringing what the lock guards from the core of the worker that had it last.
    package var handoverNanoseconds: Double

    /// What streams give and what is hashed in their gaps, while there is something of both.
    package struct HashingBeside: Hashable, Sendable {
        package var teamSize: Int
        package var decodedBytesPerSecond: Double
        package var hashedBytesPerSecond: Double

        package init(teamSize: Int, decodedBytesPerSecond: Double, hashedBytesPerSecond: Double) {
            self.teamSize = teamSize
            self.decodedBytesPerSecond = decodedBytesPerSecond
            self.hashedBytesPerSecond = hashedBytesPerSecond
        }

        /// Nanoseconds until every stream has given `byteCount` bytes; a stream by itself takes as long as one with company.
        func decode(_ byteCount: Int) -> Double {
            Double(byteCount) * Double(teamSize) / decodedBytesPerSecond * 1e9
        }
    }

    package init(
        readBytesPerSecond: Double, gzipBytesPerSecond: [Double], zstdBytesPerSecond: [Double],
        hashBytesPerSecond: [Double], gzipBeside: HashingBeside? = nil, openNanoseconds: Double,
        startNanoseconds: Double, wakeNanoseconds: Double, handoverNanoseconds: Double
    ) {
        self.readBytesPerSecond = readBytesPerSecond
        self.gzipBytesPerSecond = gzipBytesPerSecond
        self.zstdBytesPerSecond = zstdBytesPerSecond
        self.hashBytesPerSecond = hashBytesPerSecond
        self.gzipBeside = gzipBeside
        self.openNanoseconds = openNanoseconds
        self.startNanoseconds = startNanoseconds
        self.wakeNanoseconds = wakeNanoseconds
        self.handoverNanoseconds = handoverNanoseconds
    }

    /// Nanoseconds that reading takes.
    func read(_ byteCount: Int) -> Double { Double(byteCount) / readBytesPerSecond * 1e9 }

    /// Nanoseconds that decoding takes until every one of `laneCount` streams has given `byteCount` bytes.
    func decode(_ byteCount: Int, lanes laneCount: Int, _ compression: Compression) -> Double {
        Self.nanoseconds(byteCount, laneCount, rates(compression))
    }

    /// Nanoseconds that hashing as many bytes of each chain takes as it says; the rest of longer ones goes on with fewer.
    func hash(_ byteCounts: [Int]) -> Double {
        var result = 0.0
        var done = 0
        var laneCount = byteCounts.count
        for byteCount in byteCounts.sorted() {
            result += Self.nanoseconds(byteCount - done, laneCount, hashBytesPerSecond)
            done = byteCount
            laneCount -= 1
        }
        return result
    }

    private func rates(_ compression: Compression) -> [Double] {
        switch compression {
        case .zstd: zstdBytesPerSecond
        case .gzip, .none, .xz, .bzip2, .lz4: gzipBytesPerSecond
        }
    }

    private static func nanoseconds(_ byteCount: Int, _ laneCount: Int, _ rates: [Double]) -> Double {
        guard laneCount > 0, byteCount > 0 else { return 0 }
        let rate = rates[min(laneCount, rates.count) - 1]
        return Double(byteCount) * Double(laneCount) / rate * 1e9
    }

    // What a blob costs at best

    /// Nanoseconds that a blob costs in one thread if every kernel always had the best company.
    func ideal(_ blob: ImageShape.Blob, teamSize: Int) -> Double {
        let compressed = Double(blob.compressedByteCount)
        let uncompressed = Double(blob.uncompressedByteCount)
        let hash = (hashBytesPerSecond.max() ?? 1) / 1e9
        let reading = openNanoseconds + compressed / readBytesPerSecond * 1e9
        guard blob.compression != .none else { return reading + compressed / hash }
        let streams = blob.compression == .gzip ? teamSize : 1
        let decode = (rates(blob.compression).prefix(streams).max() ?? 1) / 1e9
        let apart = uncompressed / decode + (compressed + uncompressed) / hash
        guard blob.compression == .gzip, let beside = gzipBeside else { return reading + apart }
        // As long as there is something of both.
        let decodeBeside = beside.decodedBytesPerSecond / 1e9
        let hashBeside = beside.hashedBytesPerSecond / 1e9
        let shared = min(uncompressed / decodeBeside, (compressed + uncompressed) / hashBeside)
        let rest =
            (uncompressed - shared * decodeBeside) / decode + (compressed + uncompressed - shared * hashBeside) / hash
        return reading + min(apart, shared + rest)
    }

    /// The longest of what must be done to a blob one block after another: no number of cores is faster.
    func chain(_ blob: ImageShape.Blob) -> Double {
        let uncompressed = Double(blob.uncompressedByteCount)
        let reading = openNanoseconds + Double(blob.compressedByteCount) / readBytesPerSecond * 1e9
        let hashing = uncompressed / hashBytesPerSecond[0] * 1e9
        guard blob.compression != .none else { return max(reading, hashing) }
        return max(reading + uncompressed / rates(blob.compression)[0] * 1e9, hashing)
    }
}

/// What the transitions of the scheduler cost, each while it has the lock.
///
/// Units: nanoseconds.
package struct TransitionCosts: Equatable, Sendable {
    /// The transitions that the model tells apart.
    package enum Kind: Int, CaseIterable, Sendable {
        case nextAction
        /// Giving back what was read, and the next action.
        case takeBackRead
        /// Giving back what was hashed, and the next action.
        case takeBackHash
        /// Everything short: a block, a size, requests of small blobs, facts.
        case note
        /// Making the state of a pipeline and gathering its facts; once for each batch, by one thread.
        case batch
    }

    private var nanoseconds: [Double]

    /// Transitions that all cost the same, and batches that cost nothing.
    package init(each nanoseconds: Double) {
        self.nanoseconds = Kind.allCases.map { $0 == .batch ? 0 : nanoseconds }
    }

    package subscript(kind: Kind) -> Double {
        get { nanoseconds[kind.rawValue] }
        set { nanoseconds[kind.rawValue] = newValue }
    }
}
