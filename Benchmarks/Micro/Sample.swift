// layerverify: the data of the micro-benchmarks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import LayerModel

/// Content similar to that of layers, the same on every machine. How similar it is was not measured.
enum Sample {
    /// The size of one layer: larger than the caches of one core, and small enough to be made quickly.
    static let byteCount = 4 << 20

    /// Different layers, enough for any team.
    static let layers = (1...4).map { layer(byteCount, seed: $0) }

    /// Half is text of random words, a third is similar to machine code, and the rest does not compress.
    static func layer(_ byteCount: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix(state: seed)
        let words = (0..<3000).map { _ in
            (0..<Int.random(in: 2...9, using: &random)).map { _ in letters[skewed(letters.count, &random)] } + [32]
        }
        let instructions = (0..<600).map { _ in
            (0..<Int.random(in: 1...6, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + 64 << 10)
        while bytes.count < byteCount {
            let end = bytes.count + Int.random(in: 1 << 10...48 << 10, using: &random)
            let kind = Int.random(in: 0..<6, using: &random)
            while bytes.count < end {
                switch kind {
                case 0...2: bytes += words[skewed(words.count, &random)]
                case 3, 4:
                    bytes += instructions[skewed(instructions.count, &random)]
                    if random.next() % 3 == 0 { bytes.append(UInt8.random(in: 0...255, using: &random)) }
                default: withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) }
                }
            }
        }
        bytes.removeLast(bytes.count - byteCount)
        return bytes
    }

    private static let letters = Array("etaoinshrdlucmfwypvbgkqjxz".utf8)

    /// An index below `count`; the first ones are the most frequent.
    private static func skewed(_ count: Int, _ random: inout SplitMix) -> Int {
        let unit = Double.random(in: 0..<1, using: &random)
        return Int(Double(count) * unit * unit * unit)
    }

    /// The layers compressed as image builders do; empty for other compressions.
    static func compressed(_ compression: Compression) -> [[UInt8]] {
        switch compression {
        case .gzip: layers.map { gzip($0) }
        case .zstd: layers.map { zstd($0) }
        case .none, .xz, .bzip2, .lz4: []
        }
    }

    /// One gzip member of level 6.
    static func gzip(_ content: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        // SAFETY: the stream is not moved between the calls, and both buffers outlive the one that uses them.
        deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, 0, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var content = content
        let capacity = Int(deflateBound(&stream, UInt(content.count))) + 64
        return content.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "there is room for all output")
                count = output.count - Int(stream.avail_out)
            }
        }
    }

    /// One zstd frame of level 3.
    static func zstd(_ content: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count)) { output, count in
            count = ZSTD_compress(output.baseAddress, output.count, content, content.count, 3)
            precondition(ZSTD_isError(count) == 0, "there is room for all output")
        }
    }
}

/// A generator of numbers that are the same in each run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
