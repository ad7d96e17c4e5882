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

/// The progress of one call of a decoder.
struct DecodeCursor {
    /// The whole input of the call.
    let input: UnsafeRawBufferPointer
    /// The whole output buffer of the call.
    let room: UnsafeMutableRawBufferPointer
    var consumedByteCount = 0
    var producedByteCount = 0

    init(input: UnsafeRawBufferPointer, room: UnsafeMutableRawBufferPointer) {
        // zlib counts in 32 bits.
        precondition(max(input.count, room.count) <= Int(Int32.max), "a block has less than 2 GiB")
        unsafe self.input = input
        unsafe self.room = room
    }

    var inputByteCount: Int { input.count - consumedByteCount }
    var roomByteCount: Int { room.count - producedByteCount }

    /// The input that is not consumed yet.
    var remainingInput: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: input[consumedByteCount...])
    }

    /// The part of the room that is not filled yet.
    var remainingRoom: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[producedByteCount...])
    }

    /// Moves both positions to where a library says that it stopped. The counts are checked, even after an error,
    /// because they become sizes of memory that is read later.
    ///
    /// Returns: false, with nothing moved, if the library reports more bytes left than it was given.
    mutating func moveOn(leavingInput inputByteCount: Int, leavingRoom roomByteCount: Int) -> Bool {
        guard 0...self.inputByteCount ~= inputByteCount, 0...self.roomByteCount ~= roomByteCount else { return false }
        consumedByteCount = input.count - inputByteCount
        producedByteCount = room.count - roomByteCount
        return true
    }

    /// Takes the next byte of the input, which must not be empty.
    mutating func takeByte() -> UInt8 {
        defer { consumedByteCount += 1 }
        return unsafe input[consumedByteCount]
    }
}
