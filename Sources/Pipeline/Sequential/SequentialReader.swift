// layerverify: a reader of one blob from beginning to end.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
package import LayerModel
package import LayerSystem
import SystemPackage

/// Reads one blob from beginning to end in the calling thread.
///
/// It has two uses: with the fast codecs for blobs that are too small for the scheduler, and with the reference codecs
/// to confirm the facts of the fast path before anything is refuted.
///
/// ## Concurrency
/// One thread at a time. It keeps two blocks of memory between calls.
package final class SequentialReader {
    private let path: DecodingPath
    private let options: PipelineOptions
    /// A block of input and one of output.
    private let blocks = BlockPool(blockCount: 2)

    /// Makes a reader without a limit for the memory of windows, other than `maximumWindowByteCount`.
    package convenience init(_ path: DecodingPath, options: PipelineOptions) {
        var options = options
        options.codecOptions.windowBudget = nil
        self.init(path, options)
    }

    /// Makes a reader for the fast path that shares the memory for windows with other decoders.
    convenience init(sharingMemoryOf options: PipelineOptions) { self.init(.fast, options) }

    private init(_ path: DecodingPath, _ options: PipelineOptions) {
        self.path = path
        self.options = options
    }

    /// Reads the blob that `request` describes.
    ///
    /// Returns: its facts, which include all faults of the blob. `isCancelled` is called once per block.
    package func facts(
        of request: BlobRequest, from opener: any BlobOpener, isCancelled: () -> Bool = { false }
    ) -> BlobFacts {
        let opening = BlobOpening(request, from: opener)
        guard let facts = factsIfMemoryAllows(of: request, opening, isCancelled: isCancelled) else {
            preconditionFailure("memory is short only where it is shared")
        }
        return facts
    }

    /// Reads a blob that is already open; nil if other decoders hold the memory that it needs.
    func factsIfMemoryAllows(
        of request: BlobRequest, _ opening: BlobOpening, isCancelled: () -> Bool
    ) -> BlobFacts? {
        let wanted = request.wanted
        guard let reader = opening.reader else {
            return BlobFacts(reading: opening.ending, uncompressed: wanted.unread)
        }
        guard blocks.isAllocated else {
            return BlobFacts(reading: .unreadable(errno: ENOMEM, atByte: 0), uncompressed: wanted.unread)
        }
        let (input, output) = unsafe (blocks[0], blocks[1])
        var blob = SequentialBlob(wanted, byteCount: reader.byteCount, path, options: options)
        while blob.takenByteCount < reader.byteCount {
            guard !isCancelled() else { return blob.finish(.cancelled) }
            let readByteCount: Int
            do throws(Errno) {
                readByteCount = unsafe try reader.read(into: input, at: blob.takenByteCount)
            } catch {
                return blob.finish(.unreadable(errno: error.rawValue, atByte: blob.takenByteCount))
            }
            guard readByteCount > 0 else { return blob.finish(.changed) }
            let block = unsafe UnsafeRawBufferPointer(rebasing: input[..<readByteCount])
            switch unsafe blob.take(block, output: output, isCancelled: isCancelled) {
            case .blockUsed: break
            case .memoryShort: return nil
            case .cancelled: return blob.finish(.cancelled)
            }
        }
        return blob.finish(reader.hasChanged ? .changed : opening.ending)
    }
}
