// layerverify: shared code of the decoders that wrap C libraries.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A decoder that wraps a C library, and so works on pointers.
protocol BufferDecoder: StreamDecoder {
    /// Decodes from the cursor's input into its room until the input is used up, the room is full, or the stream ends
    /// or fails.
    ///
    /// The cursor's buffers are valid only until the call returns.
    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus
}

extension BufferDecoder {
    package func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
        input.withUnsafeBytes { inputBuffer in
            output.withUnsafeMutableBytes { outputBuffer, initializedByteCount in
                // SAFETY: both buffers outlive the cursor, which does not leave the closure.
                var cursor = unsafe DecodeCursor(
                    input: inputBuffer,
                    room: UnsafeMutableRawBufferPointer(rebasing: outputBuffer[initializedByteCount...]))
                let status = decode(&cursor)
                initializedByteCount += cursor.producedByteCount
                return DecodeStep(consumedByteCount: cursor.consumedByteCount, status: status)
            }
        }
    }
}
