// layerverify: tests of where further members may begin.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerCodec

struct MemberSearchTests {
    private let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]

    private func memberSearch(_ prefix: [UInt8], _ compression: Compression = .gzip) -> MemberSearch? {
        unsafe prefix.withUnsafeBytes { unsafe MemberSearch(compression, prefix: $0) }
    }

    private func place(in bytes: [UInt8]) throws -> Int? {
        let search = try #require(memberSearch(header + [1, 2, 3]))
        return unsafe bytes.withUnsafeBytes { unsafe search.firstMember(in: $0) }
    }

    @Test func findsTheFirstBytesOfTheBlob() throws {
        #expect(memberSearch(header + [1, 2, 3])?.signature == header)
        #expect(try place(in: [0, 0] + header + [9]) == 2)
        #expect(try place(in: header + header) == 0)
        #expect(try place(in: [0x1f, 0x8b, 8] + header) == 3)
    }

    @Test func doesNotFindPartsOfTheSignature() throws {
        #expect(try place(in: [5] + header.dropLast()) == nil)
        #expect(try place(in: []) == nil)
        #expect(try place(in: [0x1f]) == nil)
        // A header with another time does not match.
        #expect(try place(in: [0x1f, 0x8b, 8, 0, 1, 0, 0, 0, 2, 255]) == nil)
    }

    @Test func isNilIfTheSignatureIsUnknown() {
        #expect(memberSearch(Array(header.dropLast())) == nil)
        for compression in [Compression.none, .zstd, .xz, .bzip2, .lz4] {
            #expect(memberSearch(header, compression) == nil)
        }
    }
}
