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
    /// Why the lane stopped.
    package var status: DecodeStatus

    package init(
        decoder: any StreamDecoder, input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer,
        status: DecodeStatus = .needsInput
    ) {
        self.decoder = decoder
        self.input = input
        self.output = output
        self.status = status
    }

    /// Decodes this lane alone, and advances its input and output.
    package mutating func decodeAlone() {
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
