// layerverify: reads tar streams for a reader of another language to compare.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads batches of tar streams from standard input, and answers each batch with the renderings of its streams.
///
/// Shape: all numbers have four bytes, the most significant one first. A batch is its length, and for each stream its length,
/// a seed and its bytes. An answer is the length of each rendering and its bytes. The seed decides the sizes of the pieces
/// that the reader gets.
@main struct TarStreamProbe {
    static func main() {
        while let header = read(4), let batch = read(number(header[...])) {
            var rest = batch[...]
            var answer: [UInt8] = []
            while rest.count >= 8 {
                let (length, seed) = (number(rest), number(rest.dropFirst(4)))
                let text = rendering(Array(rest.dropFirst(8).prefix(length)), seed: seed)
                for shift in [24, 16, 8, 0] { answer.append(UInt8(truncatingIfNeeded: text.count >> shift)) }
                answer += text
                rest = rest.dropFirst(8 + length)
            }
            write(answer)
        }
    }

    private static func rendering(_ bytes: [UInt8], seed: Int) -> [UInt8] {
        var state = UInt64(seed)
        let largest = [1, 7, 512, 700, 5000, 1 << 17][seed % 6]
        return TarStreamRendering.text(of: bytes) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return 1 + Int(state >> 33) % largest
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } }

    /// Nil at the end of the input.
    private static func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let length = bytes[filled...].withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
            guard length > 0 else { return nil }
            filled += length
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let length = bytes[written...].withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            guard length > 0 else { exit(1) }
            written += length
        }
    }
}
