// layerverify: tests of our own CRC-32.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes
import CZlib
import Testing

@Suite struct CRC32Tests {
    /// Every length at which another kernel or another remainder begins, at every alignment, going on from any checksum.
    @Test func everyLengthIsAsZlibSays() {
        let bytes = Content.noise(5_000, seed: 32)
        var copy = [UInt8](repeating: 0, count: bytes.count)
        for byteCount in Array(0...700) + [1_023, 1_024, 1_025, 4_000, 4_900] {
            let place = byteCount % 67
            let start = UInt32(truncatingIfNeeded: 0x9e37_79b9 &* byteCount)
            bytes.withUnsafeBufferPointer { source in
                guard let address = source.baseAddress else { return }
                let expected = UInt32(crc32(UInt(start), address + place, UInt32(byteCount)))
                #expect(lv_crc32(start, address + place, byteCount) == expected)
                copy.withUnsafeMutableBufferPointer { destination in
                    #expect(lv_crc32_copy(start, destination.baseAddress, address + place, byteCount) == expected)
                }
            }
            #expect(copy[..<byteCount] == bytes[place..<place + byteCount])
        }
    }
}
