// layerverify: benchmarks of the index of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark
import LayerSource
import LayerSystem
import Tar

private let entryCount = 100_000

/// Registers indexing a large archive, and finding entries in it.
func registerTar() {
    let scratch = Scratch()
    Benchmark(
        "tar index, an entry of \(entryCount)", configuration: countingThings(maximumSeconds: 6),
        closure: { benchmark in
            let file = try PositionedFile(path: scratch.path)
            var index = TarIndex.read(MemoryBlob([]))
            benchmark.measure(count: entryCount) { index = TarIndex.read(file) }
            precondition(index.entries.count == entryCount, "every entry is in the index")
        },
        setup: { try scratch.writeArchive() }, teardown: { try scratch.remove() })
    let second = Scratch()
    Benchmark(
        "tar look-up, a name of \(entryCount)", configuration: countingThings(maximumSeconds: 6),
        closure: { benchmark in
            let index = TarIndex.read(try PositionedFile(path: second.path))
            let names = (0..<entryCount).map { name(of: $0) }
            var foundCount = 0
            benchmark.measure(count: entryCount) {
                for name in names {
                    if case .file = index.resolve(name) { foundCount += 1 }
                }
            }
            precondition(foundCount == entryCount, "every name is found")
        },
        setup: { try second.writeArchive() }, teardown: { try second.remove() })
}

private func name(of entry: Int) -> String { "blobs/sha256/" + hexDigits(of: UInt64(entry)) }

extension Scratch {
    /// Writes an archive of small files: one header and one block of content each, 98 MiB.
    fileprivate func writeArchive() throws {
        var archive: [UInt8] = []
        archive.reserveCapacity(1024 * (entryCount + 1))
        for entry in 0..<entryCount { archive += header(name(of: entry), byteCount: 300) + zeros(512) }
        try write(archive + zeros(1024))
    }

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// A ustar header. Spec: POSIX.1-2017 pax §ustar Interchange Format.
    private func header(_ name: String, byteCount: Int) -> [UInt8] {
        var header = zeros(512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.utf8.count) + digits
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put(octal(byteCount, 11), at: 124)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        return header
    }
}
