// layerverify: the progress of one call of a decoder that wraps a C library.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The progress of one call of a decoder.
struct DecodeCursor {
    /// The whole input of the call.
    let input: UnsafeRawBufferPointer
    /// The whole output buffer of the call.
    let room: UnsafeMutableRawBufferPointer
    /// The output buffer of the second plane, as large as `room`; nil for a decoder that needs none.
    let secondRoom: UnsafeMutableRawPointer?
    /// See `DecodeLane.stopBit`.
    private let stopBit: UInt64
    var consumedByteCount = 0
    var producedByteCount = 0

    init(
        input: UnsafeRawBufferPointer, room: UnsafeMutableRawBufferPointer, secondRoom: UnsafeMutableRawPointer? = nil,
        stopBit: UInt64 = .max
    ) {
        // zlib counts in 32 bits.
        precondition(max(input.count, room.count) <= Int(Int32.max), "a block has less than 2 GiB")
        unsafe self.input = input
        unsafe self.room = room
        unsafe self.secondRoom = secondRoom
        self.stopBit = stopBit
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

    /// The part of the second room that is not filled yet.
    var remainingSecondRoom: UnsafeMutableRawPointer? { unsafe secondRoom.map { unsafe $0 + producedByteCount } }

    /// The place to stop, counted from the input that is not consumed yet.
    var remainingStopBit: UInt64 {
        let consumedBitCount = UInt64(consumedByteCount) * 8
        return stopBit == .max ? .max : stopBit - min(consumedBitCount, stopBit)
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
