// layerverify: the tar-split data of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// What tar-split data says that a tar consists of: files, by their names and sizes, and the bytes between them.
///
/// Each line is a JSON document: a segment with its bytes, or a file with its size and a CRC-64. podman writes the tar of a
/// zstd:chunked layer again from the data and the files that it made by the TOC.
///
/// Sources: vbatts/tar-split tar/storage and tar/asm; containers/storage pkg/chunked.
///
/// Memory: 40 bytes for each file that is not empty, and the longest line.
struct TarSplit {
    /// A file with content.
    struct File: Equatable {
        /// In bytes from the beginning of the tar.
        var offset: UInt64
        var byteCount: UInt64
        var nameHash: Int
        var checksum: UInt64
        /// Of the bytes between the content before and this one. Its key is random, as that of `nameHash`.
        var gapHash: Int
    }

    private(set) var files: [File] = []
    /// Of the bytes after the last content.
    private(set) var lastGapHash = 0
    /// The size of the tar.
    private(set) var byteCount: UInt64 = 0
    private var gap = Hasher()
    private var line: [UInt8] = []
    private let maximumFileCount: Int

    /// Why data is not read.
    enum Fault: Error, Equatable {
        case malformed(String)
        /// A line is longer than is read here.
        case tooLarge
    }

    /// - Parameter maximumFileCount: the number of files that a tar with the same TOC can have.
    init(maximumFileCount: Int) { self.maximumFileCount = maximumFileCount }

    /// Takes the next bytes of the data, uncompressed.
    mutating func take(_ bytes: RawSpan) throws(Fault) {
        var start = 0
        while start < bytes.byteCount {
            let rest = bytes.extracting(start...)
            let length = unsafe rest.withUnsafeBytes { unsafe $0.firstIndex(of: UInt8(ascii: "\n")) }
            let part = rest.extracting(..<(length ?? rest.byteCount))
            guard line.count + part.byteCount <= JSONDocument.maximumByteCount else { throw .tooLarge }
            unsafe part.withUnsafeBytes { unsafe line.append(contentsOf: $0) }
            start += part.byteCount + (length == nil ? 0 : 1)
            if length != nil { try endLine() }
        }
    }

    mutating func finish() throws(Fault) {
        if !line.isEmpty { try endLine() }
        lastGapHash = gap.finalize()
    }

    private mutating func endLine() throws(Fault) {
        let bytes = line
        line.removeAll(keepingCapacity: true)
        let root: JSONValue
        do throws(JSONFault) {
            root = try JSONDocument(parsing: bytes, keys: Self.names).root
        } catch {
            throw .malformed("an entry is not valid JSON: \(error.message)")
        }
        guard let payload = try Self.bytes(root, "payload") else { throw .malformed("an entry has no payload") }
        switch root.member(ignoringCase: "type")?.uint64 {
        case 1: try add(root, payload)
        case 2:
            unsafe payload.withUnsafeBytes { unsafe gap.combine(bytes: $0) }
            byteCount &+= UInt64(byteCount: payload.count)
        default: throw .malformed("the type of an entry is neither 1 nor 2")
        }
    }

    /// Adds a file. One without content has no part of the tar.
    private mutating func add(_ root: JSONValue, _ payload: [UInt8]) throws(Fault) {
        let size = root.member(ignoringCase: "size")
        guard let size, !size.isNull else { return }
        guard let size = size.int64, size >= 0, byteCount &+ UInt64(size) >= byteCount else {
            throw .malformed("the size of a file is not a number")
        }
        guard size > 0 else { return }
        guard payload.count == 8 else { throw .malformed("the checksum of a file has not 8 bytes") }
        guard files.count < maximumFileCount else { throw .malformed("it has more files than the table of contents") }
        let rawName = try Self.bytes(root, "name_raw") ?? []
        let name = rawName.isEmpty ? Array((root.member(ignoringCase: "name")?.string ?? "").utf8) : rawName
        files.append(
            File(
                offset: byteCount, byteCount: UInt64(size), nameHash: name.hashValue,
                checksum: payload.reduce(0) { $0 << 8 | UInt64($1) }, gapHash: gap.finalize()))
        gap = Hasher()
        byteCount &+= UInt64(size)
    }

    private static let names = KeyComparison.ignoringCase(
        of: ["type", "name", "name_raw", "size", "payload", "position"], maps: [])

    /// The bytes of a member in base64; empty for null, and nil if it is absent.
    private static func bytes(_ root: JSONValue, _ name: String) throws(Fault) -> [UInt8]? {
        guard let member = root.member(ignoringCase: name) else { return nil }
        guard !member.isNull else { return [] }
        guard let bytes = member.string.flatMap(Base64.decode) else { throw .malformed("\(name) is not base64") }
        return bytes
    }
}

/// CRC-64 with the polynomial of ISO 3309, as Go's `hash/crc64` computes it.
struct CRC64 {
    private var state = UInt64.max

    var value: UInt64 { ~state }

    mutating func add(_ bytes: RawSpan) {
        state = unsafe bytes.withUnsafeBytes { bytes in
            unsafe bytes.reduce(state) { Self.table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
        }
    }

    private static let table: [UInt64] = (0..<256).map {
        (0..<8).reduce(UInt64($0)) { value, _ in
            value >> 1 ^ (value & 1 == 1 ? 0xd800_0000_0000_0000 : 0)
        }
    }
}
