// layerverify: a part of a compressed stream that is read in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// A part of a gzip stream that is read in one pass: its compressed bytes, and what a worker has decoded of it.
///
/// ## Concurrency
/// From `StreamPartWorkers.submit` until `isDone` only the worker uses it, apart from the compressed bytes, which do not
/// change. At all other times only the thread that reads the stream does.
final class StreamPart: @unchecked Sendable {
    // SAFETY: see above. Both times the lock of the workers is taken.

    let slot: Int
    /// The compressed bytes.
    let input: UnsafeRawBufferPointer
    /// The offset in the stream of the first of them.
    let startOffset: UInt64
    /// The bit of the stream where the part begins, which is in the first byte.
    let beginBit: UInt64
    /// The bit where the next part begins, if that is a guess; otherwise `.max`.
    var stopBit: UInt64
    /// A block may begin at `beginBit`, and `decoder` begins there. Otherwise the decoder before continues.
    var isGuess: Bool
    var decoder: (any CutDecoder)?
    /// The number of bytes that a decoder has used.
    var usedByteCount = 0
    /// The number of bytes that were decoded, and those of them that are in two planes.
    var outputByteCount = 0
    var planesByteCount = 0
    /// The number of decoded bytes that were passed on.
    var deliveredByteCount = 0
    /// Why the decoder stopped.
    var status = DecodeStatus.needsInput

    /// Guarded by the lock of the workers: no worker has the part.
    var isDone = false
    /// Guarded by the lock of the workers: what is decoded is not needed.
    var isCancelled = false

    init(
        slot: Int, input: UnsafeRawBufferPointer, startOffset: UInt64, beginBit: UInt64, stopBit: UInt64, isGuess: Bool
    ) {
        self.slot = slot
        unsafe self.input = input
        self.startOffset = startOffset
        self.beginBit = beginBit
        self.stopBit = stopBit
        self.isGuess = isGuess
    }

    /// The offset in the stream behind the last byte.
    var endOffset: UInt64 { startOffset + UInt64(byteCount: input.count) }

    /// The bytes that no decoder has used.
    var restOfInput: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: input[usedByteCount...]) }

    /// What a worker decodes next of them: so much that it soon asks again whether the part is wanted, even if it decodes to
    /// little.
    var nextInput: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: restOfInput.prefix(64 << 10)) }

    /// `stopBit` for `DecodeLane`, which counts from the next byte.
    func relative(_ stopBit: UInt64) -> UInt64 {
        guard stopBit != .max else { return .max }
        let next = (startOffset + UInt64(byteCount: usedByteCount)) * 8
        return stopBit - min(next, stopBit)
    }

    /// Makes the part a continuation of the one before: what was decoded of it is given up.
    func becomeContinuation() {
        isGuess = false
        decoder = nil
        (usedByteCount, outputByteCount, planesByteCount, deliveredByteCount) = (0, 0, 0, 0)
        status = .needsInput
    }
}
