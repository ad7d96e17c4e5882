// layerverify: one stream of those that are decoded together.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One stream of a team.
package struct DecodeLane {
    package let decoder: any StreamDecoder
    /// The unused part of the input block.
    package var input: UnsafeRawBufferPointer
    /// The unused part of the output block.
    package var output: UnsafeMutableRawBufferPointer
    /// Where the second plane goes, with as much room as `output`; nil unless `CutDecoder.isInPlanes`.
    package var secondOutput: UnsafeMutableRawPointer?
    /// The place, in bits from the beginning of `input`, from which on no block header is decoded; `.max` for none. Only a
    /// `CutDecoder` may have one.
    package var stopBit: UInt64
    /// Why the lane stopped.
    package var status: DecodeStatus

    package init(
        decoder: any StreamDecoder, input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer,
        secondOutput: UnsafeMutableRawPointer? = nil, stopBit: UInt64 = .max, status: DecodeStatus = .needsInput
    ) {
        self.decoder = decoder
        unsafe self.input = input
        unsafe self.output = output
        unsafe self.secondOutput = secondOutput
        self.stopBit = stopBit
        self.status = status
    }

    /// Advances the buffers by what was decoded.
    mutating func take(_ cursor: DecodeCursor) {
        unsafe input = cursor.remainingInput
        unsafe output = cursor.remainingRoom
        unsafe secondOutput = cursor.remainingSecondRoom
        stopBit = cursor.remainingStopBit
    }

    /// Decodes this lane alone, and advances its input and output.
    package mutating func decodeAlone() {
        guard unsafe secondOutput == nil && stopBit == .max else {
            guard let decoder = decoder as? any BufferDecoder else {
                preconditionFailure("only a decoder of a cut stream has two planes and a place to stop")
            }
            var cursor = unsafe DecodeCursor(input: input, room: output, secondRoom: secondOutput, stopBit: stopBit)
            status = decoder.decode(&cursor)
            return take(cursor)
        }
        // SAFETY: the caller of `Codec.decode` owns both buffers until the call returns; the spans do not outlive it.
        let span = unsafe input.bytes
        var room = unsafe OutputRawSpan(buffer: output, initializedCount: 0)
        let step = decoder.decode(span, into: &room)
        let producedByteCount = unsafe room.finalize(for: output)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[step.consumedByteCount...])
        unsafe output = UnsafeMutableRawBufferPointer(rebasing: output[producedByteCount...])
        status = step.status
    }
}
