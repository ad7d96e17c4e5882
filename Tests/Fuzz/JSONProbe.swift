// layerverify: reads JSON documents for a reader of another language to compare.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads documents from standard input, each after its length in four bytes, the most significant one first. For each it
/// writes a line: `accepted` and its values, or `refused`, the kind of fault and the message.
@main struct JSONProbe {
    static func main() {
        while let length = read(4) {
            guard let bytes = read(length.reduce(0) { $0 << 8 | Int($1) }) else { exit(1) }
            var line: [UInt8]
            do {
                line = Array("accepted ".utf8) + JSONRendering(try JSONDocument(parsing: bytes).root).text
            } catch {
                line = Array("refused \(error.code) \(error.message)".utf8)
            }
            line.append(0x0a)
            write(line)
        }
    }

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
