// layerverify: costs of the steps of a run, for the model of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The costs of reading, decoding and hashing on one core of a machine.
///
/// Units: bytes per second, nanoseconds. Rates of several streams are totals.
package struct BlockCosts: Sendable {
    /// Reading from the page cache.
    package var readBytesPerSecond: Double
    /// Uncompressed bytes, by the number of streams in lockstep; the first is for one stream.
    package var gzipBytesPerSecond: [Double]
    package var zstdBytesPerSecond: [Double]
    /// By the number of chains in lockstep.
    package var hashBytesPerSecond: [Double]
    /// Decoding gzip with hashing in the gaps; nil if that is not available.
    package var interleavedGzip: InterleavedHashing?
    /// Cutting gzip members; nil if they are not cut.
    package var cuts: CutCosts?
    /// Opening, checking and closing a file.
    package var openNanoseconds: Double
    /// The time until a worker runs after it is handed to another thread.
    package var startNanoseconds: Double
    /// The time to wake up a worker that had to wait for the lock.
    package var wakeNanoseconds: Double
    /// The time to move the guarded data to another core.
    package var handoverNanoseconds: Double

    /// The rates of decoding and of hashing in the gaps, while there is work for both.
    package struct InterleavedHashing: Hashable, Sendable {
        package var teamSize: Int
        package var decodedBytesPerSecond: Double
        package var hashedBytesPerSecond: Double

        package init(teamSize: Int, decodedBytesPerSecond: Double, hashedBytesPerSecond: Double) {
            self.teamSize = teamSize
            self.decodedBytesPerSecond = decodedBytesPerSecond
            self.hashedBytesPerSecond = hashedBytesPerSecond
        }

        /// A single stream takes 1.18 / 0.88 of the time that a team of two takes for as many bytes in all
        /// (`lv_inflate_advance_and_hash`).
        private static let aloneFactor = 1.18 / 0.88

        /// The time in nanoseconds until each of `laneCount` streams has produced `byteCount` bytes; more streams take no
        /// longer than a full team, and fewer than that, but one, take as long.
        func decode(_ byteCount: Int, lanes laneCount: Int) -> Double {
            let streams = laneCount == 1 && teamSize > 1 ? Self.aloneFactor : Double(teamSize)
            return Double(byteCount) * streams / decodedBytesPerSecond * 1e9
        }

        /// The number of bytes that are hashed in that time. It depends on the number of tokens, not on the time.
        func hashedByteCount(_ byteCount: Int, lanes laneCount: Int) -> Int {
            let streams = laneCount == 1 ? 1 : teamSize
            return Int(Double(byteCount * streams) * hashedBytesPerSecond / decodedBytesPerSecond)
        }
    }

    package init(
        readBytesPerSecond: Double, gzipBytesPerSecond: [Double], zstdBytesPerSecond: [Double],
        hashBytesPerSecond: [Double], interleavedGzip: InterleavedHashing? = nil, cuts: CutCosts? = nil,
        openNanoseconds: Double, startNanoseconds: Double, wakeNanoseconds: Double, handoverNanoseconds: Double
    ) {
        self.readBytesPerSecond = readBytesPerSecond
        self.gzipBytesPerSecond = gzipBytesPerSecond
        self.zstdBytesPerSecond = zstdBytesPerSecond
        self.hashBytesPerSecond = hashBytesPerSecond
        self.interleavedGzip = interleavedGzip
        self.cuts = cuts
        self.openNanoseconds = openNanoseconds
        self.startNanoseconds = startNanoseconds
        self.wakeNanoseconds = wakeNanoseconds
        self.handoverNanoseconds = handoverNanoseconds
    }

    /// The time in nanoseconds to read `byteCount` bytes.
    func read(_ byteCount: Int) -> Double { Double(byteCount) / readBytesPerSecond * 1e9 }

    /// The time in nanoseconds until each of `laneCount` streams has produced `byteCount` bytes.
    func decode(_ byteCount: Int, lanes laneCount: Int, _ compression: Compression) -> Double {
        Self.nanoseconds(byteCount, laneCount, rates(compression))
    }

    /// The time in nanoseconds to hash the given number of bytes of each chain; longer chains continue with fewer
    /// lanes.
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

    // MARK: The lowest cost of a blob

    /// The time in nanoseconds that a blob takes in one thread if every kernel always has a full team.
    func ideal(_ blob: ImageShape.Blob, teamSize: Int) -> Double {
        let compressed = Double(blob.compressedByteCount)
        let uncompressed = Double(blob.uncompressedByteCount)
        let hash = (hashBytesPerSecond.max() ?? 1) / 1e9
        let reading = openNanoseconds + compressed / readBytesPerSecond * 1e9
        guard blob.compression != .none else { return reading + compressed / hash }
        let streams = blob.compression == .gzip ? teamSize : 1
        let decode = (rates(blob.compression).prefix(streams).max() ?? 1) / 1e9
        let apart = uncompressed / decode + (compressed + uncompressed) / hash
        guard blob.compression == .gzip, let interleaved = interleavedGzip else { return reading + apart }
        // As long as there is work for both.
        let decodeInterleaved = interleaved.decodedBytesPerSecond / 1e9
        let hashInterleaved = interleaved.hashedBytesPerSecond / 1e9
        let shared = min(uncompressed / decodeInterleaved, (compressed + uncompressed) / hashInterleaved)
        let rest =
            (uncompressed - shared * decodeInterleaved) / decode
            + (compressed + uncompressed - shared * hashInterleaved) / hash
        return reading + min(apart, shared + rest)
    }

    /// The time in nanoseconds of the longest sequential step of a blob, which no number of cores shortens.
    ///
    /// - Parameter isCut: whether several chunks of it are decoded at once; then only its digest is sequential.
    func chain(_ blob: ImageShape.Blob, isCut: Bool) -> Double {
        let uncompressed = Double(blob.uncompressedByteCount)
        let reading = openNanoseconds + Double(blob.compressedByteCount) / readBytesPerSecond * 1e9
        let hashing = uncompressed / hashBytesPerSecond[0] * 1e9
        guard blob.compression != .none else { return max(reading, hashing) }
        guard !isCut else { return hashing }
        return max(reading + uncompressed / rates(blob.compression)[0] * 1e9, hashing)
    }
}

/// The costs of the scheduler's transitions; each is the time that it holds the lock.
///
/// Units: nanoseconds.
package struct TransitionCosts: Equatable, Sendable {
    /// The kinds of transitions that the model distinguishes.
    package enum Kind: Int, CaseIterable, Sendable {
        case nextAction
        /// Giving back what was read, and choosing the next action.
        case completeRead
        /// Giving back two chunks that were joined, and choosing the next action.
        case completeJoin
        /// Giving back what was hashed, and choosing the next action.
        case completeHash
        /// All short transitions: taking a block, recording facts.
        case note
        /// Submitting all blobs; once, by one thread.
        case submit
    }

    private var nanoseconds: [Double]

    /// Makes costs in which all transitions cost the same, and submitting nothing.
    package init(each nanoseconds: Double) {
        self.nanoseconds = Kind.allCases.map { $0 == .submit ? 0 : nanoseconds }
    }

    package subscript(kind: Kind) -> Double {
        get { nanoseconds[kind.rawValue] }
        set { nanoseconds[kind.rawValue] = newValue }
    }
}
