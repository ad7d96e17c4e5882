// layerverify: tests of the counts that C code gives back.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import Testing

@testable import LayerCodec

@Suite struct LibraryCountTests {
    /// Runs `body` with a cursor over ten bytes of input and twenty of room, of which three and five are used.
    private func withCursor(_ body: (inout DecodeCursor) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 30, alignment: 1) { memory in
            var cursor = DecodeCursor(
                input: UnsafeRawBufferPointer(rebasing: memory[..<10]),
                room: UnsafeMutableRawBufferPointer(rebasing: memory[10...]))
            cursor.consumedByteCount = 3
            cursor.producedByteCount = 5
            body(&cursor)
        }
    }

    @Test(arguments: [(0, 0), (7, 15), (0, 15), (7, 0), (4, 4)])
    func validCountsMoveTheCursor(_ inputByteCount: Int, _ roomByteCount: Int) {
        withCursor { cursor in
            let hasMoved = cursor.moveOn(leavingInput: inputByteCount, leavingRoom: roomByteCount)
            #expect(hasMoved)
            #expect(cursor.inputByteCount == inputByteCount)
            #expect(cursor.roomByteCount == roomByteCount)
        }
    }

    /// A library may report a count below zero after an error, which may be converted to a number near 2^32.
    @Test(arguments: [(8, 15), (7, 16), (-1, 15), (7, -1), (7, 4_294_967_295), (4_294_967_295, 15)])
    func invalidCountsAreRefused(_ inputByteCount: Int, _ roomByteCount: Int) {
        withCursor { cursor in
            let hasMoved = cursor.moveOn(leavingInput: inputByteCount, leavingRoom: roomByteCount)
            #expect(!hasMoved)
            #expect(cursor.inputByteCount == 7)
            #expect(cursor.roomByteCount == 15)
        }
    }

    /// The state stores addresses times eight, so that tag bits at the top of an address would be lost.
    @Test(arguments: [61, 62, 63])
    func inputAtATaggedAddressIsNotRead(_ bit: Int) throws {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: lv_inflate_state_byte_count(), alignment: 64)
        defer { memory.deallocate() }
        let state = OpaquePointer(memory)
        lv_inflate_initialize(state)
        var room: [UInt8] = Array(repeating: 0, count: 64)
        let address = try #require(UnsafePointer<UInt8>(bitPattern: 1 << bit | 4_096))
        room.withUnsafeMutableBufferPointer { room in
            var lane = lv_inflate_lane(
                state: state, input: address, input_byte_count: 64, output: room.baseAddress,
                output_byte_count: room.count, status: LV_INFLATE_CAN_GO_ON, second_output: nil, stop_bit: .max)
            lv_inflate_advance(&lane, 1)
            #expect(lane.status == LV_INFLATE_UNSUPPORTED)
            #expect(lane.input_byte_count == 64)
            #expect(lane.output_byte_count == 64)
        }
    }
}
