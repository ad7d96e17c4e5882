// layerverify: hand-made tar archives for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerSource
import LayerSystem
import SystemPackage
import Tar

/// Bytes in memory, read as a blob.
final class MemoryReader: BlobReader {
    private let bytes: [UInt8]
    let identity: FileIdentity

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        identity = FileIdentity(
            device: 0, inode: 0, byteCount: UInt64(bytes.count), modificationNanoseconds: 0, changeNanoseconds: 0)
    }

    var byteCount: UInt64 { UInt64(bytes.count) }

    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let count = Swift.min(buffer.count, bytes.count - Int(offsetBytes))
        // Element by element, which is what an unoptimised copy of a slice is, large archives take seconds.
        bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[Int(offsetBytes)...].prefix(count))) }
        return count
    }
}

/// The index of an archive in parts. (Long sums of arrays take the type checker too long.)
func read(_ parts: [UInt8]...) -> TarIndex {
    TarIndex.read(MemoryReader(parts.count == 1 ? parts[0] : parts.reduce(into: []) { $0 += $1 }))
}

extension [UInt8] {
    static let end = zeros(1024)

    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    static func padded(_ content: String) -> [UInt8] {
        let bytes = Array(content.utf8)
        return bytes + zeros((512 - bytes.count % 512) % 512)
    }

    /// A ustar entry with its content.
    static func entry(
        _ name: String, _ content: String = "", type: Character = "0", link: String = "", claimedSize: Int? = nil
    ) -> [UInt8] {
        header(name, type: type, size: claimedSize ?? content.utf8.count, link: link).withChecksum() + padded(content)
    }

    /// A ustar header without its checksum.
    static func header(_ name: String, type: Character = "0", size: Int = 0, link: String = "") -> [UInt8] {
        var header = zeros(512)
        header.put(name, at: 0)
        let octal = String(size, radix: 8)
        header.put(String(repeating: "0", count: Swift.max(0, 11 - octal.utf8.count)) + octal, at: 124)
        header.put(String(type), at: 156)
        header.put(link, at: 157)
        header.put("ustar\u{0}00", at: 257)
        return header
    }

    /// An extended header; `records` are `key=value`, separated by bars.
    static func pax(_ records: String, type: Character = "x") -> [UInt8] {
        let data = records.split(separator: "|").map { record in
            // The length includes its own digits.
            let rest = record.utf8.count + 2
            var length = rest + 1
            while length != rest + String(length).utf8.count { length += 1 }
            return "\(length) \(record)\n"
        }
        return entry("pax", data.joined(), type: type)
    }

    mutating func put(_ text: String, at offset: Int) {
        replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
    }

    func withChecksum(isSigned: Bool = false) -> [UInt8] {
        var header = self
        header.put("        ", at: 148)
        let sum = header.reduce(0) { $0 + (isSigned ? Int(Int8(bitPattern: $1)) : Int($1)) }
        let octal = String(sum, radix: 8)
        header.put(String(repeating: "0", count: 6 - octal.utf8.count) + octal + "\0 ", at: 148)
        return header
    }
}
