// layerverify: decoders of compressed streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Decodes one compressed stream: all gzip members or zstd frames of a blob, one after another.
///
/// A decoder belongs to one blob and is used from one thread at a time. It reads no file and hashes nothing.
package protocol StreamDecoder: AnyObject {
    /// Decodes as much as input and room allow.
    ///
    /// Shape: `input` is the next part of the blob, of any length below 2 GiB, including zero; `output` is filled from
    /// its current end. The decoded bytes do not depend on how input and output are split.
    ///
    /// Returns: how much of the input was consumed and why decoding stopped. After `.trailing` or `.failed` the decoder
    /// must not be used again.
    func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep

    /// True where the blob may end: between two members or frames, after at least one, with no output pending.
    ///
    /// False after bytes that may begin another member but are too few to decide, such as a single 0x1f: a blob that
    /// ends there is truncated.
    var isAtBoundary: Bool { get }

    /// The first member or frame that this decoder accepts and others refuse; see `Dispute`.
    var dispute: Dispute? { get }

    /// The offset in the blob, in bytes, of the last boundary, where the last intact member or frame ended; zero before
    /// the first. After `.trailing`, the offset of the first trailing byte.
    var boundaryOffset: UInt64 { get }

    /// Frees the memory that only decoding needs. The decoder must not decode after that.
    func releaseMemory()
}

extension StreamDecoder {
    package func releaseMemory() {}
}

/// The result of one call of a decoder.
package struct DecodeStep: Equatable, Sendable {
    /// The number of input bytes that are used up. For `.trailing`, the bytes before the first one that begins no
    /// member; zero if that byte was in an earlier input, see `StreamDecoder.boundaryOffset`.
    package var consumedByteCount: Int
    package var status: DecodeStatus

    package init(consumedByteCount: Int, status: DecodeStatus) {
        self.consumedByteCount = consumedByteCount
        self.status = status
    }
}

/// Why a decoder stopped.
package enum DecodeStatus: Equatable, Sendable {
    /// All input is consumed and no output is pending.
    case needsInput
    /// The output is full; input may be left.
    case outputFull
    /// At a boundary, the next bytes begin no member or frame.
    case trailing
    /// The stream is damaged.
    case failed(StreamFault)
    /// A zstd frame needs a larger window than the options allow.
    case windowTooLarge
    /// Other decoders hold too much of `CodecOptions.windowBudget`. Try again after one of them has released memory.
    case needsMemory
    /// Only a `CutDecoder`: see `pause`.
    case paused
}
