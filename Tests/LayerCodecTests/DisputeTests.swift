// layerverify: tests of members that only some decoders accept.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import Testing

/// Go's compress/gzip refuses a name or a comment of more than 511 bytes; zlib accepts any length.
@Suite struct DisputeTests {
    static let codecs = Codecs.all.filter { $0.compression == .gzip }
    static let words = Array("layer".utf8)

    static func text(_ byteCount: Int) -> String { String(repeating: "n", count: byteCount) }

    static func member(name: String? = nil, comment: String? = nil, hasChecksum: Bool = false) -> [UInt8] {
        let header = Gzip.header(extra: [1, 2], name: name, comment: comment, hasChecksum: hasChecksum)
        return Gzip.member(header: header, data: Gzip.deflated(words), content: words)
    }

    static func disputes(of bytes: [UInt8], _ codec: Codec) -> Set<Dispute?> {
        var disputes: Set<Dispute?> = []
        for inputByteCount in [1, 13, 512, 1 << 17] {
            let decoded = codec.decodeWhole(bytes, inputByteCount: inputByteCount)
            #expect(decoded.ending == .complete)
            disputes.insert(decoded.dispute)
        }
        return disputes
    }

    @Test(arguments: codecs.indices, [0, 1, 510, 511])
    func headerTextThatGoReadsIsNotDisputed(_ index: Int, _ byteCount: Int) {
        for bytes in [
            Self.member(name: Self.text(byteCount)), Self.member(comment: Self.text(byteCount)),
            Self.member(name: Self.text(byteCount), comment: Self.text(byteCount), hasChecksum: true),
        ] {
            #expect(Self.disputes(of: bytes, Self.codecs[index]) == [nil])
        }
    }

    @Test(arguments: codecs.indices, [512, 513, 1_024, 70_000])
    func longerHeaderTextIsDisputed(_ index: Int, _ byteCount: Int) {
        let expected: Set<Dispute?> = [Dispute(offsetBytes: 0, reason: .headerText)]
        for bytes in [
            Self.member(name: Self.text(byteCount)), Self.member(comment: Self.text(byteCount)),
            Self.member(name: "n", comment: Self.text(byteCount), hasChecksum: true),
            Self.member(name: Self.text(byteCount), comment: "c", hasChecksum: true),
        ] {
            #expect(Self.disputes(of: bytes, Self.codecs[index]) == expected)
        }
    }

    /// The text of one member must not be attributed to the next, which has none.
    @Test(arguments: codecs.indices)
    func reportsTheFirstDisputedMember(_ index: Int) {
        let plain = Self.member(name: "n")
        let long = Self.member(name: Self.text(600))
        let none = Gzip.member(Self.words)
        let codec = Self.codecs[index]
        #expect(
            Self.disputes(of: plain + long + none + long, codec)
                == [Dispute(offsetBytes: UInt64(plain.count), reason: .headerText)])
        #expect(Self.disputes(of: long + none, codec) == [Dispute(offsetBytes: 0, reason: .headerText)])
    }

    /// A stream that every decoder refuses is damaged, not disputed.
    @Test(arguments: codecs.indices)
    func damageAfterADisputedHeaderIsReported(_ index: Int) {
        let long = Self.member(name: Self.text(600))
        let codec = Self.codecs[index]
        #expect(codec.decodeWhole(Array(long.dropLast())).ending == .truncated)
        #expect(
            codec.decodeWhole(GzipTests.replacing(long, at: long.count - 5, with: ~long[long.count - 5])).ending
                == .failed(.checksum))
        #expect(codec.decodeWhole(long + [0]).ending == .trailing(atByte: UInt64(long.count)))
    }
}
