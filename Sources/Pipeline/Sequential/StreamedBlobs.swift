// layerverify: facts of blobs that arrive in a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import LayerModel
import LayerSystem

/// Computes the facts of blobs whose bytes arrive once, one blob after another, with the reference decoders and OpenSSL:
/// what it refutes cannot be confirmed by a second reading.
///
/// The bytes are collected in blocks that begin at the beginning of the blob, so that facts do not depend on how the bytes
/// arrive.
///
/// With more than one job large blobs are decoded on another thread (`DecodingThread`), those of gzip in parts
/// (`StreamParts`), which changes no facts.
///
/// ## Concurrency
/// One thread at a time. It keeps two blocks of memory, and what the other thread needs from the first large blob on.
package final class StreamedBlobs: StreamedBlobReader {
    private let options: PipelineOptions
    private let offers: @Sendable (DigestAlgorithm) -> Bool
    private let inParts: Bool
    private let leastByteCount: UInt64
    /// A block of input and one of output.
    private let blocks = BlockPool(blockCount: 2)
    private var gatheredByteCount = 0
    private var blob: SequentialBlob
    /// The size of the blob; nil if it is not known.
    private var byteCount: UInt64?
    /// Started for the first large blob.
    private var thread: DecodingThread?
    private var mayStartThread: Bool
    /// The number of blobs that the other thread has decoded.
    package private(set) var threadedCount = 0

    /// How many parts of the last blob were guessed, confirmed and dropped.
    package var partCounts: CutCounts { blob.partCounts }

    /// - Parameters:
    ///   - inParts: whether gzip streams may be decoded in parts.
    ///   - leastByteCount: smaller blobs are decoded on the calling thread. Two threads take longer for them.
    ///   - offers: whether an algorithm can be computed. The others are left out.
    package init(
        _ options: PipelineOptions, inParts: Bool = true, leastByteCount: UInt64 = 1 << 20,
        offers: @escaping @Sendable (DigestAlgorithm) -> Bool = { _ in true }
    ) {
        self.options = options
        self.offers = offers
        self.inParts = inParts
        self.leastByteCount = leastByteCount
        mayStartThread = options.jobCount > 1 && options.blockCutting != nil
        blob = Self.blob([], byteCount: nil, options)
    }

    private static func blob(
        _ algorithms: [DigestAlgorithm], byteCount: UInt64?, _ options: PipelineOptions
    ) -> SequentialBlob {
        SequentialBlob(
            WantedFacts(digestAlgorithms: algorithms, diffIDAlgorithms: algorithms), byteCount: byteCount, .onePass,
            options: options)
    }

    package func begin(_ algorithms: [DigestAlgorithm], byteCount: UInt64?) {
        thread?.discard()
        blob = Self.blob(algorithms.filter(offers), byteCount: byteCount, options)
        self.byteCount = byteCount
        gatheredByteCount = 0
    }

    package func take(_ bytes: RawSpan) {
        guard blocks.isAllocated else { return }
        bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes
            while !rest.isEmpty {
                let block = unsafe room
                let count = min(rest.count, block.count - gatheredByteCount)
                // SAFETY: `count` is within both buffers.
                unsafe UnsafeMutableRawBufferPointer(rebasing: block[gatheredByteCount...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
                gatheredByteCount += count
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                if gatheredByteCount == block.count { useBlock() }
            }
        }
    }

    package func finish(_ reading: ReadEnding) -> BlobFacts {
        guard blocks.isAllocated else { return BlobFacts(reading: .unreadable(errno: ENOMEM, atByte: 0)) }
        if reading.isAbandoned, let thread, thread.isBusy {
            if gatheredByteCount > 0 { _ = unsafe blob.takeStored(gathered) }
            thread.discard()
        } else {
            if gatheredByteCount > 0 { useBlock() }
            thread?.end()
        }
        return blob.finish(reading)
    }

    /// The block in which bytes are collected.
    private var room: UnsafeMutableRawBufferPointer {
        guard let thread, thread.isBusy else { return unsafe blocks[0] }
        return unsafe thread.room
    }

    private var gathered: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: room[..<gatheredByteCount])
    }

    /// Hashes the bytes collected so far, and decodes them or has them decoded.
    private func useBlock() {
        let isFirst = blob.takenByteCount == 0
        let block = unsafe gathered
        gatheredByteCount = 0
        guard let decoding = unsafe blob.takeStored(block) else { return }
        if isFirst, isLarge(block.count), let thread = startedThread() {
            threadedCount += 1
            unsafe thread.begin(decoding, block)
        } else if let thread, thread.isBusy {
            thread.passOn(block.count)
        } else {
            // It is never cancelled within a block, and shares no memory for windows.
            _ = unsafe decoding.take(
                block, arrivedByteCount: blob.takenByteCount, output: blocks[1], isCancelled: { false })
        }
    }

    /// Whether the blob that begins with a block is decoded on the other thread.
    private func isLarge(_ firstByteCount: Int) -> Bool {
        firstByteCount == BlockPool.blockByteCount && byteCount.map { $0 >= leastByteCount } ?? true
    }

    private func startedThread() -> DecodingThread? {
        if mayStartThread {
            mayStartThread = false
            thread = DecodingThread(options, inParts: inParts)
        }
        return thread
    }
}
