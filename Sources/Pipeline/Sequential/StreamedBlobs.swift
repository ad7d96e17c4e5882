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
/// ## Concurrency
/// One thread at a time. It keeps two blocks of memory.
package final class StreamedBlobs: StreamedBlobReader {
    private let options: PipelineOptions
    private let offers: @Sendable (DigestAlgorithm) -> Bool
    /// A block of input and one of output.
    private let blocks = BlockPool(blockCount: 2)
    private var gatheredByteCount = 0
    private var blob: SequentialBlob

    /// - Parameter offers: whether an algorithm can be computed. The others are left out.
    package init(_ options: PipelineOptions, offers: @escaping @Sendable (DigestAlgorithm) -> Bool = { _ in true }) {
        self.options = options
        self.offers = offers
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
        blob = Self.blob(algorithms.filter(offers), byteCount: byteCount, options)
        gatheredByteCount = 0
    }

    package func take(_ bytes: RawSpan) {
        guard blocks.isAllocated else { return }
        let block = unsafe blocks[0]
        bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes
            while !rest.isEmpty {
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
        if gatheredByteCount > 0 { useBlock() }
        return blob.finish(reading)
    }

    /// Hashes and decodes the bytes collected so far.
    private func useBlock() {
        let block = unsafe UnsafeRawBufferPointer(rebasing: blocks[0][..<gatheredByteCount])
        gatheredByteCount = 0
        // It is never cancelled within a block, and shares no memory for windows.
        _ = unsafe blob.take(block, output: blocks[1])
    }
}
