// layerverify: the test that the lanes must pass before they are used.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension LaneDecoder {
    /// Decodes a stream in four lanes whose inputs end one after another, which tests four, three, two lanes and one.
    ///
    /// The stream has a checksum, which is verified as for every stream, so nothing else is compared. The test takes
    /// about 20 microseconds.
    static func passesSelfTest() -> Bool {
        unsafe passesSelfTest { team, _ in
            unsafe decode(team)
            return true
        }
    }

    /// The same test, with two blocks of two hashes in the gaps of each of the four calls.
    static func passesPairTest() -> Bool {
        // FIPS 180-4 §5.3.3.
        let initial: [UInt32] = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
        // After the first eight blocks of the stream, and after eight blocks that begin 31 bytes later; computed with
        // Python's hashlib.
        let expected: [UInt32] = [
            0x84e9_51d6, 0xf3f1_ca91, 0x3f65_7872, 0xbf8d_1cf6, 0x3fbb_2bda, 0x6282_486c, 0xc78d_2288, 0x5a42_a3a2,
            0x4069_f8f4, 0x03ab_c912, 0xbbdc_5578, 0xddc1_a853, 0x6552_bd71, 0x6204_79d2, 0xfc6c_def0, 0xc082_acbe,
        ]
        var words = initial + initial
        return unsafe words.withUnsafeMutableBufferPointer { words in
            guard let start = words.baseAddress else { return false }
            var place = 0
            let isDecoded = unsafe passesSelfTest { team, input in
                guard let bytes = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
                // SAFETY: the stream is longer than 31 bytes and eight blocks.
                var pair = unsafe HashPair(
                    words: (start, start + initial.count), bytes: (bytes + place, bytes + 31 + place), blockCount: 2)
                place += 128
                unsafe withUnsafeMutablePointer(to: &pair) { pair in
                    unsafe decode(team, hashing: UnsafeMutableBufferPointer(start: pair, count: 1))
                }
                return pair.blockCount == 0
            }
            return unsafe isDecoded && words.elementsEqual(expected)
        }
    }

    /// Runs the test. `decode` is given the team and the whole stream, and returns whether it did what it should.
    private static func passesSelfTest(
        _ decode: (UnsafeMutableBufferPointer<DecodeLane>, UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        let bytes: [UInt8] =
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
            + dataWords.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
            .prefix(dataByteCount)
            // The CRC-32 and the length of the content.
            + [0xbf, 0x2a, 0xdd, 0xce, 0xb8, 0x0b, 0, 0]
        return withUnsafeTemporaryAllocation(byteCount: teamSize * roomByteCount, alignment: 16) { rooms in
            unsafe bytes.withUnsafeBytes { input in
                var lanes = (0..<teamSize).map { index in
                    // SAFETY: each lane has its own part of the room; both buffers outlive the lanes.
                    unsafe DecodeLane(
                        decoder: LaneDecoder(), input: UnsafeRawBufferPointer(rebasing: input[..<(300 + 128 * index)]),
                        output: UnsafeMutableRawBufferPointer(
                            rebasing: rooms[(index * roomByteCount)..<((index + 1) * roomByteCount)]))
                }
                // The lanes with the shortest inputs are first, and leave the team one after another.
                for first in lanes.indices {
                    let isDone = unsafe lanes.withUnsafeMutableBufferPointer { team in
                        unsafe decode(UnsafeMutableBufferPointer(rebasing: team[first...]), input)
                    }
                    guard isDone else { return false }
                }
                return lanes.indices.allSatisfy { index in
                    unsafe lanes[index].input = UnsafeRawBufferPointer(
                        rebasing: input[(300 + 128 * index - lanes[index].input.count)...])
                    lanes[index].decodeAlone()
                    return unsafe lanes[index].status == .needsInput && lanes[index].decoder.isAtBoundary
                        && lanes[index].output.count == roomByteCount - 3_000
                }
            }
        }
    }

    /// A little more than the length of the content.
    private static let roomByteCount = 3_072
    private static let dataByteCount = 671

    /// One dynamic block, as zlib 1.2.13 wrote it at level 9; eight bytes per word, low byte first.
    private static let dataWords: [UInt64] = [
        0x0e10_5155_484d_567d, 0x76bb_656a_2d16_8922, 0x80fd_96b3_3c16_941a, 0xf6ae_fa78_49b4_5d7b,
        0x4dde_d141_5ef1_5f2c, 0x214b_884d_c2e9_752d, 0x20c0_c082_0d34_5442, 0x40b0_b892_4da0_c112,
        0x666f_9c33_9992_edae, 0x339f_99f9_ee2e_e9ce, 0x31b8_fc33_9ccc_df33, 0x1eb5_766a_d67d_1f52,
        0xa28b_eaa3_d745_9b54, 0x53d6_8a47_d46d_5e39, 0x3c38_b288_8f84_4f19, 0xe365_19b9_e956_b816,
        0x34e5_261d_626f_faec, 0x5c65_58f4_7d5a_b48d, 0xe78a_d46f_5dbc_3507, 0xd7d5_98b2_72ff_e62c,
        0xb605_7910_974a_3bb2, 0xce1c_748c_0dbf_f74c, 0x4b56_bc6f_bf49_41f5, 0xbcec_860d_594e_8e94,
        0x113f_4a69_2de9_3a27, 0xde24_bcb3_bcda_dc8e, 0xfd21_0eee_2882_12cb, 0xd04a_9c1c_4d94_86df,
        0x2a6c_4c01_daa8_83c4, 0x6b8d_cd6f_f174_74d4, 0x0308_2e4b_08e4_1303, 0x1e0e_dde1_9ce2_4d2f,
        0x30db_027b_8556_113a, 0x7e36_196f_421a_80f8, 0xc590_86c0_a149_86ed, 0xc042_58a4_2a14_7f38,
        0xc3a8_d453_8dbe_c056, 0xbb13_2d60_431d_cd90, 0x5b5e_d208_9420_493a, 0xee47_ab00_4fbe_a6ba,
        0x8521_025d_f008_f809, 0x32a7_9573_1b6c_f008, 0x4b4b_e0c5_43fa_47b6, 0x8abc_65f0_ecbd_ac28,
        0x0b82_898f_efd8_43cd, 0x40d9_0b96_ff65_1d26, 0x1cea_3afc_e925_ae5f, 0x951e_b5c7_7d24_9d14,
        0x4ff7_1195_5d1d_3eb5, 0x578c_f71c_f1f1_60cf, 0x7eb3_110e_a98f_94e0, 0x3694_c79e_9bd6_75ea,
        0x9b39_824c_63cc_480b, 0x4e1e_6daa_6937_a0ff, 0x2c2a_2b3e_abfd_eded, 0x6b19_762f_f26b_a9bc,
        0x34f4_02a8_83b0_9908, 0x9a0c_3709_8d6f_df3d, 0xf790_34cb_996e_2723, 0x7b59_8dd2_ef47_3c24,
        0x75f9_e971_81ac_42af, 0x4452_bc58_f984_f50a, 0xead3_ad51_5c05_94fc, 0xe836_1887_f6c5_d20a,
        0xbc54_0ae3_fec1_41ff, 0xe09a_12b0_7ce7_5b36, 0xc237_34ae_4476_1a4c, 0x2fa5_cf23_e883_771b,
        0x8eb2_5ad1_8bb8_1667, 0xeb5c_ca9b_64f5_a28b, 0xd526_b95f_244e_4f88, 0xfcf2_4d0d_7726_6d13,
        0x3eeb_2caf_be1b_0f34, 0x5f24_00c4_1e33_6105, 0x4988_c3d5_ac43_9f6d, 0x98de_87ac_c3c9_f6dd,
        0x71d9_a27c_a9bd_94b2, 0xf397_afce_a2ed_4b16, 0x1f7a_4e88_8424_d799, 0x1d5e_5ac9_3ab4_6ba8,
        0xf8bf_ff9a_eff2_0328, 0xf9d4_8af1_51b4_5716, 0x52de_b799_c1f2_b080, 0x001f_e3c6_d9c0_17cf,
    ]
}
