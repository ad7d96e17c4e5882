// layerverify: the state of one lane in C.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes

/// The owner of an `lv_inflate_state`, which is allocated on the heap because it has 110 KB and contains its own
/// address.
struct LaneInflation: ~Copyable {
    // SAFETY: allocated in `init`, freed in `deinit`, used only by the thread that owns the decoder.
    private let memory: UnsafeMutableRawPointer
    private let state: OpaquePointer

    /// The number of bytes that a distance can reach back.
    static let windowByteCount = Int(LV_INFLATE_WINDOW_BYTE_COUNT)

    /// - Parameter usedBits: nil for a decoder that begins with a member. Otherwise it begins at a block inside one, this
    ///   number of bits after the beginning of its first byte, and does not know what is before it.
    ///
    /// The corresponding C functions are lv_inflate_initialize and lv_inflate_begin_unknown.
    init(atBlockAfterBits usedBits: Int? = nil) {
        let byteCount = usedBits == nil ? lv_inflate_state_byte_count() : lv_inflate_planes_state_byte_count()
        unsafe memory = .allocate(byteCount: byteCount, alignment: 64)
        unsafe state = OpaquePointer(memory)
        unsafe lv_inflate_initialize(state)
        if let usedBits { unsafe lv_inflate_begin_unknown(state, UInt32(usedBits)) }
    }

    deinit { unsafe memory.deallocate() }

    /// The corresponding C function is lv_inflate_begin.
    func begin() { unsafe lv_inflate_begin(state) }

    /// The CRC-32 of the output since `begin`, without what was output in two planes.
    var checksum: UInt32 { unsafe lv_inflate_checksum(state) }

    /// The number of block headers that were read since `begin`.
    var blockCount: UInt64 { unsafe lv_inflate_block_count(state) }

    /// True while the output is in two planes.
    var isInPlanes: Bool { unsafe lv_inflate_is_in_planes(state) != 0 }

    /// The bit at which decoding continues, counted from the beginning of the input that is not consumed.
    var nextBit: Int64 { unsafe lv_inflate_next_bit(state) }

    /// The arguments of this stream for one call of lv_inflate_advance, which keeps no address of input or output.
    func lane(_ cursor: DecodeCursor) -> lv_inflate_lane {
        let (input, room) = unsafe (cursor.remainingInput, cursor.remainingRoom)
        return unsafe lv_inflate_lane(
            state: state, input: input.baseAddress?.assumingMemoryBound(to: UInt8.self),
            input_byte_count: input.count, output: room.baseAddress?.assumingMemoryBound(to: UInt8.self),
            output_byte_count: room.count, status: LV_INFLATE_CAN_GO_ON,
            second_output: cursor.remainingSecondRoom?.assumingMemoryBound(to: UInt8.self),
            stop_bit: cursor.remainingStopBit)
    }

    // MARK: Planes

    /// Copies the last 32 KiB of content, which must be known.
    func copyWindow(to window: UnsafeMutableRawBufferPointer) {
        precondition(window.count == Self.windowByteCount && !isInPlanes, "the whole window, in one plane")
        // SAFETY: the room is checked above.
        let byteCount = unsafe lv_inflate_copy_window(state, window.baseAddress?.assumingMemoryBound(to: UInt8.self))
        precondition(byteCount == window.count, "a window that is content")
    }

    /// Makes one plane of two, by the 32 KiB before the beginning.
    func resolve(_ window: UnsafeRawBufferPointer) {
        precondition(window.count == Self.windowByteCount, "a whole window")
        guard isInPlanes else { return }
        // SAFETY: the length is checked above.
        unsafe lv_inflate_resolve_state(state, window.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
}
