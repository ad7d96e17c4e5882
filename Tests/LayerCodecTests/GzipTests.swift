// layerverify: tests of the gzip codecs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import LayerCodec
import LayerModel
import Testing
import TestSupport

@Suite struct GzipTests {
    static let codecs = Codecs.all.filter { $0.compression == .gzip }
    static let words = Array("layer".utf8)

    struct Damage: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        let fault: StreamFault
        var testDescription: String { name }
    }

    static func replacing(_ bytes: [UInt8], at position: Int, with byte: UInt8) -> [UInt8] {
        var bytes = bytes
        bytes[position] = byte
        return bytes
    }

    static func member(_ header: [UInt8]) -> [UInt8] {
        Gzip.member(header: header, data: Gzip.deflated(words), content: words)
    }

    static let damages: [Damage] = {
        let plain = Gzip.member(words)
        let end = plain.count
        let checked = Gzip.header(extra: [7], name: "n", comment: "c", hasChecksum: true)
        var damages = [
            Damage(name: "method 7", bytes: replacing(plain, at: 2, with: 7), fault: .header),
            Damage(name: "method 0", bytes: replacing(plain, at: 2, with: 0), fault: .header),
            Damage(name: "second magic byte", bytes: replacing(plain, at: 1, with: 0x8a), fault: .header),
            Damage(
                name: "header checksum, low byte",
                bytes: member(replacing(checked, at: checked.count - 2, with: ~checked[checked.count - 2])),
                fault: .header),
            Damage(
                name: "header checksum, high byte",
                bytes: member(replacing(checked, at: checked.count - 1, with: ~checked[checked.count - 1])),
                fault: .header),
            Damage(
                name: "a field under the header checksum", bytes: member(replacing(checked, at: 13, with: 0x6d)),
                fault: .header),
            Damage(
                name: "MTIME under the header checksum", bytes: member(replacing(checked, at: 4, with: 0)),
                fault: .header),
            Damage(name: "reserved block type", bytes: replacing(plain, at: 10, with: 0b111), fault: .data),
            Damage(
                name: "reserved flag of the second member", bytes: plain + replacing(plain, at: 3, with: 0x20),
                fault: .header),
            Damage(
                name: "checksum of the first of two members", bytes: replacing(plain, at: end - 5, with: 1) + plain,
                fault: .checksum),
            Damage(
                name: "length of the first of two members", bytes: replacing(plain, at: end - 1, with: 1) + plain,
                fault: .length),
            Damage(
                name: "checksum of the second of two members", bytes: plain + replacing(plain, at: end - 8, with: 1),
                fault: .checksum),
            Damage(
                name: "length of an empty member", bytes: replacing(Gzip.member([]), at: 16, with: 1),
                fault: .length),
            Damage(
                name: "checksum of an empty member", bytes: replacing(Gzip.member([]), at: 15, with: 1),
                fault: .checksum),
            Damage(
                name: "distance before the beginning",
                bytes: Gzip.member(header: Gzip.plainHeader, data: Deflate.distanceTooFar, content: words),
                fault: .data),
        ]
        for bit in 5...7 {
            damages.append(
                Damage(name: "reserved flag \(bit)", bytes: replacing(plain, at: 3, with: 1 << bit), fault: .header))
        }
        for position in end - 8..<end {
            damages.append(
                Damage(
                    name: "byte \(position - end + 8) of the trailer",
                    bytes: replacing(plain, at: position, with: ~plain[position]),
                    fault: position < end - 4 ? .checksum : .length))
        }
        return damages
    }()

    @Test(arguments: codecs.indices, damages)
    func reportsTheKindOfDamage(_ index: Int, _ damage: Damage) {
        for inputByteCount in [1, 2, 7, 1 << 17] {
            for outputByteCount in [1, 1 << 17] {
                let decoded = Self.codecs[index].decodeWhole(
                    damage.bytes, inputByteCount: inputByteCount, outputByteCount: outputByteCount)
                #expect(decoded.ending == .failed(damage.fault), "\(inputByteCount) and \(outputByteCount) bytes")
            }
        }
    }

    /// The window must not include the previous member.
    @Test(arguments: codecs.indices)
    func distanceIntoThePreviousMemberIsRefused(_ index: Int) {
        let bytes =
            Gzip.member(Content.text(100))
            + Gzip.member(header: Gzip.plainHeader, data: Deflate.distanceTooFar, content: Self.words)
        #expect(Self.codecs[index].decodeWhole(bytes).ending == .failed(.data))
    }

    @Test(arguments: codecs.indices)
    func longHeaderFieldsAreRead(_ index: Int) {
        let header = Gzip.header(
            extra: Content.noise(65_535), name: String(repeating: "n", count: 300_000), comment: "c",
            hasChecksum: true)
        for inputByteCount in [1_000, 1 << 17] {
            let decoded = Self.codecs[index].decodeWhole(Self.member(header), inputByteCount: inputByteCount)
            #expect(decoded.ending == .complete)
            #expect(decoded.content == Self.words)
        }
    }

    @Test(arguments: codecs.indices)
    func manyMembersAreDecoded(_ index: Int) {
        let member = Gzip.member(Self.words)
        let count = 5_000
        let decoded = Self.codecs[index].decodeWhole(
            repeatElement(member, count: count).reduce(into: []) { $0 += $1 }, inputByteCount: 1_001,
            outputByteCount: 997)
        #expect(decoded.ending == .complete)
        #expect(decoded.content.count == count * Self.words.count)
        #expect(decoded.boundaryOffset == UInt64(count * member.count))
    }

    /// ISIZE counts modulo 2^32. Only the product's codec is tested unless slow tests are enabled.
    @Test(arguments: SlowTests.areWanted ? codecs.indices : codecs.indices.prefix(1))
    func lengthIsCountedModulo2To32(_ index: Int) {
        let (bytes, byteCount) = Self.zerosBeyondFourGiB()
        let decoder = Self.codecs[index].begin(CodecOptions())
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { room.deallocate() }
        var producedByteCount = 0
        bytes.withUnsafeBytes { buffer in
            var lane = DecodeLane(decoder: decoder, input: buffer, output: room)
            repeat {
                lane.output = room
                lane.decodeAlone()
                producedByteCount += room.count - lane.output.count
            } while lane.status == .outputFull
            #expect(lane.status == .needsInput)
        }
        #expect(producedByteCount == byteCount)
        #expect(decoder.isAtBoundary)
    }

    /// A member of 65 times 64 MiB of zeros, which consists of 65 equal parts that end with a full flush.
    static func zerosBeyondFourGiB() -> (bytes: [UInt8], byteCount: Int) {
        let part = Content.zeros(64 << 20)
        let data = Gzip.deflated(part, level: 1, flush: Z_FULL_FLUSH)
        let partChecksum = crc32(0, part, UInt32(part.count))
        let checksum = (1..<65).reduce(partChecksum) { sum, _ in crc32_combine(sum, partChecksum, part.count) }
        let byteCount = 65 * part.count
        let parts: [UInt8] = repeatElement(data, count: 65).reduce(into: []) { $0 += $1 }
        let bytes =
            Gzip.plainHeader + parts + Gzip.deflated([])
            + Gzip.littleEndian(UInt32(checksum))
            + Gzip.littleEndian(UInt32(truncatingIfNeeded: byteCount))
        return (bytes, byteCount)
    }
}
