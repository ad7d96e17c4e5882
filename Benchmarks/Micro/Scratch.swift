// layerverify: temporary files of the micro-benchmarks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A place for temporary files. A benchmark's set-up fills it, and its tear-down removes it.
final class Scratch: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/layerverify-" + UUID().uuidString

    /// Makes the place itself a file.
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    /// Makes the place a folder, with a file in it.
    func write(_ bytes: [UInt8], to name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }
}

/// The 64 hexadecimal digits of a made-up digest.
func hexDigits(of number: UInt64) -> String {
    var random = SplitMix(state: number)
    return (0..<4).map { _ in
        let digits = String(random.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
}
