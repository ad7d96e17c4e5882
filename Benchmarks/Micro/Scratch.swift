// layerverify: temporary files of the micro-benchmarks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A path for temporary files. The set-up of a benchmark creates them, and its tear-down removes them.
final class Scratch: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/layerverify-" + UUID().uuidString

    /// Creates a file at the path.
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    /// Creates a folder at the path, with a file in it.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }
}

/// The 64 hexadecimal digits of a pseudorandom digest.
func hexDigits(of number: UInt64) -> String {
    var random = SplitMix(state: number)
    return (0..<4).map { _ in
        let digits = String(random.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
}
