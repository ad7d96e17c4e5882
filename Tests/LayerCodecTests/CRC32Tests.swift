// layerverify: tests of our own CRC-32.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import CZlib
import Testing

@Suite struct CRC32Tests {
    /// Every length at which another kernel or another remainder begins, at every alignment, continuing from any
    /// checksum; with the kernels of this CPU and with those for narrower registers.
    @Test(arguments: [64, 32, 16, 0]) func checksumsOfAllLengthsEqualThoseOfZlib(widest: Int) {
        let bytes = Content.noise(5_000, seed: 32)
        var copy = [UInt8](repeating: 0, count: bytes.count)
        for byteCount in Array(0...1_100) + [1_279, 1_280, 1_281, 4_000, 4_900] {
            let place = byteCount % 67
            let start = UInt32(truncatingIfNeeded: 0x9e37_79b9 &* byteCount)
            bytes.withUnsafeBufferPointer { source in
                guard let address = source.baseAddress else { return }
                let expected = UInt32(crc32(UInt(start), address + place, UInt32(byteCount)))
                #expect(lv_crc32_narrow(widest, start, nil, address + place, byteCount) == expected)
                copy.withUnsafeMutableBufferPointer { destination in
                    let room = destination.baseAddress
                    #expect(lv_crc32_narrow(widest, start, room, address + place, byteCount) == expected)
                    guard widest == 64 else { return }
                    #expect(lv_crc32(start, address + place, byteCount) == expected)
                    #expect(lv_crc32_copy(start, room, address + place, byteCount) == expected)
                }
            }
            #expect(copy[..<byteCount] == bytes[place..<place + byteCount])
        }
    }
}
