// layerverify: facts of blobs that arrive in a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerDigest
package import LayerModel
import LayerSystem

/// Computes the facts of blobs whose bytes arrive once, one blob after another, with the reference decoders and OpenSSL:
/// what it refutes cannot be confirmed by a second reading.
///
/// The bytes are collected in blocks that begin at the beginning of the blob, so that facts do not depend on how the bytes
/// arrive.
///
/// ## Concurrency
/// One thread at a time. It keeps three blocks of memory.
package final class StreamedBlobs: StreamedBlobReader {
    private let options: PipelineOptions
    private let offers: @Sendable (DigestAlgorithm) -> Bool
    /// A block of input, one of output and one for output that is not used.
    private let blocks = BlockPool(blockCount: 3)
    private var gatheredByteCount = 0
    private var algorithms: [DigestAlgorithm] = []
    private var expectedByteCount: UInt64?
    private var facts = BlobFacts(reading: .complete)
    private var digests: [any StreamDigest] = []
    private var stream: StreamDecoding?
    private var streamDigests: [any StreamDigest] = []

    /// - Parameter offers: whether an algorithm can be computed. The others are left out.
    package init(_ options: PipelineOptions, offers: @escaping @Sendable (DigestAlgorithm) -> Bool = { _ in true }) {
        self.options = options
        self.offers = offers
    }

    package func begin(_ algorithms: [DigestAlgorithm], byteCount: UInt64?) {
        self.algorithms = algorithms.filter(offers)
        expectedByteCount = byteCount
        gatheredByteCount = 0
        facts = BlobFacts(reading: .complete)
        digests = []
        stream = nil
        streamDigests = []
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
        if gatheredByteCount > 0 || facts.compression == nil { useBlock() }
        facts.reading = reading
        switch reading {
        case .complete, .cutOff: break
        default:
            facts.uncompressed = UncompressedFacts(ending: .unread)
            return facts
        }
        facts.digests = digests.map { $0.finish() }
        if let stream {
            let (ending, isWhole) = stream.finish()
            facts.uncompressed = UncompressedFacts(
                byteCount: stream.producedByteCount, digests: isWhole ? streamDigests.map { $0.finish() } : [],
                ending: ending)
        } else {
            facts.uncompressed =
                facts.compression == Compression.none
                ? UncompressedFacts(byteCount: facts.byteCount, digests: facts.digests, ending: .complete)
                : UncompressedFacts(ending: .unsupported(facts.compression ?? .none))
        }
        return facts
    }

    /// Hashes and decodes the bytes collected so far.
    private func useBlock() {
        let (output, scratch) = unsafe (blocks[1], blocks[2])
        let block = unsafe UnsafeRawBufferPointer(rebasing: blocks[0][..<gatheredByteCount])
        gatheredByteCount = 0
        if facts.compression == nil {
            let compression = unsafe Compression.detect(prefix: block.prefix(Compression.prefixByteCount))
            facts.compression = compression
            digests = algorithms.map { referenceDigestMethod(for: $0).begin() }
            stream = StreamDecoding(compression, options: options)
            streamDigests = stream == nil ? [] : algorithms.map { referenceDigestMethod(for: $0).begin() }
        }
        for digest in digests { unsafe digest.update(block.bytes) }
        facts.byteCount += UInt64(byteCount: block.count)
        guard let stream else { return }
        stream.setCompressedByteCount(expectedByteCount ?? facts.byteCount)
        guard stream.ending == nil else { return unsafe stream.scanTrailing(block) }
        unsafe stream.check(block, scratch: scratch)
        var rest = unsafe block
        while stream.ending == nil {
            let (count, isUsedUp) = unsafe stream.decode(&rest, into: output)
            let produced = unsafe UnsafeRawBufferPointer(rebasing: output[..<count])
            for digest in streamDigests { unsafe digest.update(produced.bytes) }
            if isUsedUp { break }
        }
    }
}
