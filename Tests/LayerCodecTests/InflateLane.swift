// layerverify: one lane of CInflateLanes, for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import CZlib

/// DEFLATE data that are decoded by `lv_inflate_advance`, and the output.
final class InflateLane {
    private let memory: UnsafeMutableRawPointer
    let state: OpaquePointer
    private let data: [UInt8]
    /// The next input byte.
    private(set) var position = 0
    /// The output, and, as far as it was in two planes, that of the second plane.
    private(set) var first: [UInt8] = []
    private(set) var second: [UInt8] = []

    init(_ data: [UInt8]) {
        memory = .allocate(byteCount: lv_inflate_planes_state_byte_count(), alignment: 64)
        state = OpaquePointer(memory)
        self.data = data
        lv_inflate_initialize(state)
    }

    /// Begins at a block header; the content before it is unknown.
    convenience init(_ data: [UInt8], unknownBefore bit: Int) {
        self.init(data)
        position = bit / 8
        lv_inflate_begin_unknown(state, UInt32(bit % 8))
    }

    deinit { memory.deallocate() }

    var isInPlanes: Bool { lv_inflate_is_in_planes(state) == 1 }
    /// The bit at which decoding continues.
    var nextBit: Int { 8 * position + Int(lv_inflate_next_bit(state)) }

    /// Calls `lv_inflate_advance` once, with input that ends at `inputEnd` at most.
    func advance(inputEnd: Int = .max, room: Int = 1 << 20, stopBit: Int? = nil) -> lv_inflate_status {
        let input = data[position..<max(position, min(inputEnd, data.count))]
        var firstRoom = [UInt8](repeating: 0xaa, count: room)
        var secondRoom = firstRoom
        let wasInPlanes = isInPlanes
        let (status, produced) = input.withUnsafeBufferPointer { input in
            firstRoom.withUnsafeMutableBufferPointer { output in
                secondRoom.withUnsafeMutableBufferPointer { second in
                    var lane = lv_inflate_lane(
                        state: state, input: input.baseAddress, input_byte_count: input.count,
                        output: output.baseAddress, output_byte_count: room, status: LV_INFLATE_CAN_GO_ON,
                        second_output: wasInPlanes ? second.baseAddress : nil,
                        stop_bit: stopBit.map { UInt64(max(0, $0 - 8 * position)) } ?? .max)
                    lv_inflate_advance(&lane, 1)
                    position += input.count - lane.input_byte_count
                    return (lane.status, room - lane.output_byte_count)
                }
            }
        }
        first += firstRoom.prefix(produced)
        if wasInPlanes { second += secondRoom.prefix(produced) }
        return status
    }

    /// Decodes in pieces until the lane stops for another reason than input and room.
    func run(piece: Int = 128 << 10, room: Int = 128 << 10, stopBit: Int? = nil) -> lv_inflate_status {
        while true {
            let status = advance(inputEnd: position + piece, room: room, stopBit: stopBit)
            switch status {
            case LV_INFLATE_NEEDS_INPUT where position < data.count: continue
            case LV_INFLATE_OUTPUT_FULL, LV_INFLATE_CAN_GO_ON: continue
            default: return status
            }
        }
    }

    /// The 32 KiB of content before `nextBit`, and how many of them there are.
    func window() -> (bytes: [UInt8], count: Int) {
        var window = [UInt8](repeating: 0xaa, count: Int(LV_INFLATE_WINDOW_BYTE_COUNT))
        let count = lv_inflate_copy_window(state, &window)
        return (window, count)
    }

    /// Resolves the output, and what the state has of content in two planes.
    ///
    /// Returns: the CRC-32 of what was resolved.
    func resolve(with window: [UInt8]) -> UInt32 {
        let checksum = first.withUnsafeMutableBufferPointer { first in
            lv_inflate_resolve_and_checksum(0, first.baseAddress, second, second.count, window)
        }
        lv_inflate_resolve_state(state, window)
        return checksum
    }
}

/// Where a block begins.
struct BlockPlace: Sendable {
    /// The first bit of its header, and the length of the content before it.
    let bit: Int
    let offset: Int

    /// The blocks of DEFLATE data, by zlib.
    static func all(in data: [UInt8], contentByteCount: Int) -> [BlockPlace] {
        var data = data
        var room = [UInt8](repeating: 0, count: contentByteCount + 1)
        var places = [BlockPlace(bit: 0, offset: 0)]
        data.withUnsafeMutableBufferPointer { input in
            room.withUnsafeMutableBufferPointer { output in
                var stream = z_stream()
                inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                defer { inflateEnd(&stream) }
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                while inflate(&stream, Z_BLOCK) == Z_OK {
                    // 128 is set after a block, 64 in the last one; the rest is the number of bits not used.
                    guard stream.data_type & 192 == 128 else { continue }
                    let bit = 8 * Int(stream.total_in) - Int(stream.data_type & 63)
                    places.append(BlockPlace(bit: bit, offset: Int(stream.total_out)))
                }
            }
        }
        return places
    }
}
