// layerverify: one verdict about a stream that lenient decoders accept.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A dynamic block with eighteen literal codes of six bits, which zlib, gzip and Go refuse. The digests in the image are those
/// of what a lenient decoder makes of it.
@Suite(.enabled(if: ProgramRun.areInstalled("gzip", "sha256sum"), "needs gzip and sha256sum"))
struct IncompleteCodeTests {
    /// Where the block is.
    enum Stream: String, CaseIterable {
        /// The whole stream, of 10 KB and of 10 MB.
        case small, large
        /// After 10 MB of stored blocks.
        case last
        /// One of forty members of 65 KB, so that the blob is read in parts.
        case oneMember
        /// All of these, with four sound layers.
        case together
    }

    static let paths = ["chunks", "inflate-lanes", "members", "sha-interleaved", "sha-lanes", "zstd-frames"]
    static let disabled =
        SlowTests.areWanted
        ? [""] + paths + [paths.joined(separator: ",")] : ["", paths[0], paths.joined(separator: ",")]
    static let jobs = SlowTests.areWanted ? [1, 2, 3, 8, 16] : [1, 8]

    @Test(arguments: Stream.allCases)
    func theVerdictIsTheSameWithAnyNumberOfJobsAndAnyPaths(_ stream: Stream) throws {
        let workshop = try ImageFixture()
        var layers = try Self.layers(stream).map { try workshop.layer($0.blob, $0.content) }
        let damagedCount = layers.count
        if stream == .together {
            for seed in 1...4 as ClosedRange<UInt64> {
                let content = Self.noise(2_000_000, seed: seed)
                layers.append(try workshop.layer(try Self.gzipped(content), content))
            }
        }
        try workshop.handmadeLayout("image", layers)
        var first: String?
        for disabled in Self.disabled {
            for jobs in Self.jobs {
                let run = try ProgramRun.run(
                    "env",
                    [
                        "LAYERVERIFY_DISABLE=\(disabled)", ProgramRun.layerverifyPath, "--jobs", "\(jobs)", "--format",
                        "json", "--contents", "none", workshop.path("image"),
                    ])
                #expect(run.status == 1, "\(jobs) jobs, without \(disabled): \(run.transcript.suffix(2000))")
                let report = try JSONSerialization.jsonObject(with: run.output) as? [String: Any]
                let findings = try #require(report?["findings"] as? [[String: Any]])
                #expect(findings.filter { $0["code"] as? String == "stream-corrupt" }.count == damagedCount)
                #expect(!findings.contains { $0["code"] as? String == "fast-path-disagrees" })
                let text = String(
                    decoding: try JSONSerialization.data(withJSONObject: findings, options: .sortedKeys), as: UTF8.self)
                #expect(text == first ?? text, "\(jobs) jobs, without \(disabled)")
                first = first ?? text
            }
        }
    }

    // MARK: Streams

    private typealias Layer = (blob: Data, content: Data)

    private static func layers(_ stream: Stream) throws -> [Layer] {
        switch stream {
        case .small: [try member([], patternCount: 3_400)]
        case .large: [try member([], patternCount: 3_400_000)]
        case .last: [try member([noise(10_000_000, seed: 5)], patternCount: 3_400)]
        case .oneMember: [try members()]
        case .together: try Stream.allCases.dropLast().flatMap { try layers($0) }
        }
    }

    /// Stored blocks, and a last block with the incomplete code of `patternCount` times four letters.
    private static func member(_ stored: [Data], patternCount: Int) throws -> Layer {
        var data = Data()
        for piece in stored {
            for start in stride(from: 0, to: piece.count, by: 65_535) {
                let block = piece[start..<min(piece.count, start + 65_535)]
                data += [0, UInt8(block.count & 0xff), UInt8(block.count >> 8)]
                data += [UInt8(~block.count & 0xff), UInt8(~block.count >> 8 & 0xff)] + block
            }
        }
        var bits = Bits()
        bits.write(0b101, 3)
        // 257 literals and lengths, one distance, all nineteen lengths of codes: 0 and 6 have codes of one bit.
        bits.write(0, 5)
        bits.write(0, 5)
        bits.write(15, 4)
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
            bits.write(symbol == 0 || symbol == 6 ? 1 : 0, 3)
        }
        // Seventeen letters and the end of the block have six bits; the distance has none.
        for literal in 0...257 { bits.write((97..<114).contains(literal) || literal == 256 ? 1 : 0, 1) }
        for _ in 0..<2 { for code in [0, 5, 11, 16] { bits.writeCode(code, 6) } }
        // Four codes are three bytes, so the bytes repeat.
        let period = Data(bits.bytes.suffix(3))
        bits.bytes += repeated(period, patternCount - 2)
        bits.writeCode(17, 6)
        data += bits.finished
        let content = stored.reduce(Data(), +) + repeated(Data("aflq".utf8), patternCount)
        let plain = try gzipped(content)
        return (Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]) + data + plain.suffix(8), content)
    }

    private static func members() throws -> Layer {
        var (blob, content) = (Data(), Data())
        for number in 0..<40 as Range<UInt64> {
            let part: Layer =
                number == 30
                ? try member([noise(60_000, seed: 77)], patternCount: 1_300)
                : (try gzipped(noise(65_280, seed: number + 10)), noise(65_280, seed: number + 10))
            blob += part.blob
            content += part.content
        }
        return (blob, content)
    }

    private static func repeated(_ data: Data, _ count: Int) -> Data {
        var result = data
        while result.count < data.count * count { result += result }
        return result.prefix(data.count * count)
    }

    /// Bytes that compress by a quarter.
    private static func noise(_ byteCount: Int, seed: UInt64) -> Data {
        var generator = SplitMix(state: seed)
        let words = (0..<(byteCount / 8 + 1)).map { _ in generator.next() & 0x3f3f_3f3f_3f3f_3f3f }
        return words.withUnsafeBytes { Data($0) }.prefix(byteCount)
    }

    private static func gzipped(_ content: Data) throws -> Data {
        // `-n`: the header that members of BGZF repeat, without a name and a time.
        let run = try ProgramRun.run("gzip", ["-1", "-n"], input: content)
        #expect(run.status == 0)
        return run.output
    }

    private struct Bits {
        var bytes = Data()
        private var pending = 0
        private var count = 0

        /// Writes `width` bits, the least significant one first.
        mutating func write(_ value: Int, _ width: Int) {
            pending |= value << count
            count += width
            while count >= 8 {
                bytes.append(UInt8(pending & 0xff))
                pending >>= 8
                count -= 8
            }
        }

        /// Writes a Huffman code, whose most significant bit is the first one.
        mutating func writeCode(_ code: Int, _ width: Int) {
            for bit in (0..<width).reversed() { write(code >> bit & 1, 1) }
        }

        /// All bytes; the last one is filled up with zeros.
        var finished: Data { count == 0 ? bytes : bytes + [UInt8(pending)] }
    }
}

extension ImageFixture {
    /// Writes a layer and its content into files.
    fileprivate func layer(_ blob: Data, _ content: Data) throws -> (blob: String, tar: String, mediaType: String) {
        let name = UUID().uuidString
        try blob.write(to: url(name))
        try content.write(to: url(name + ".tar"))
        return (path(name), path(name + ".tar"), "application/vnd.oci.image.layer.v1.tar+gzip")
    }
}
