// layerverify: what the decoders over C libraries share.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A decoder over a C library, which wants pointers.
protocol BufferDecoder: StreamDecoder {
    /// Decodes from the cursor's input into its room as far as both go.
    ///
    /// The cursor's buffers are valid until the call returns and no longer.
    func decode(_ cursor: inout DecodeCursor) -> DecodeStatus
}

extension BufferDecoder {
    package func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
        input.withUnsafeBytes { inputBuffer in
            output.withUnsafeMutableBytes { outputBuffer, initializedByteCount in
                // SAFETY: both buffers outlive the cursor, which is gone when the closure ends.
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

/// How far one call of a decoder has come.
struct DecodeCursor {
    /// The whole input of the call.
    let input: UnsafeRawBufferPointer
    /// The whole room of the call.
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

    /// What is left of the input.
    var remainingInput: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: input[consumedByteCount...])
    }

    /// What is left of the room.
    var remainingRoom: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[producedByteCount...])
    }

    /// Moves on to where a library says that it stopped. The library's word is checked, after an error too: the counts become
    /// sizes of memory that is hashed and checked.
    ///
    /// Returns: false, with nothing moved, if it says that more is left than it was given.
    mutating func moveOn(leavingInput inputByteCount: Int, leavingRoom roomByteCount: Int) -> Bool {
        guard 0...self.inputByteCount ~= inputByteCount, 0...self.roomByteCount ~= roomByteCount else { return false }
        consumedByteCount = input.count - inputByteCount
        producedByteCount = room.count - roomByteCount
        return true
    }

    /// Takes the next byte of the input; there must be one.
    mutating func takeByte() -> UInt8 {
        defer { consumedByteCount += 1 }
        return unsafe input[consumedByteCount]
    }
}
