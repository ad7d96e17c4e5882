// layerverify: what must hold of the module Tar for any bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads the bytes as an archive, and a second time with correct checksums: most changes make the checksum of a header wrong, and
/// the archive ends there.
func fuzz(_ bytes: [UInt8]) {
    checkArchive(bytes)
    let corrected = withChecksums(bytes)
    if corrected != bytes { checkArchive(corrected) }
}

/// Reads an archive by position and as it goes by, in pieces of two sizes, and asks for names in it.
private func checkArchive(_ bytes: [UInt8]) {
    let index = TarIndex.read(
        TarFileInput(byteCount: UInt64(bytes.count)) { offset, count throws(TarFault) in
            require(offset + UInt64(count) <= UInt64(bytes.count), "bytes after the end are read")
            return Array(bytes[Int(offset)..<Int(offset) + count])
        })
    checkEntries(index, bytes)
    checkQuestions(index)
    // Small pieces, whose size depends on the input, and large ones.
    let size = 1 + bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0x7ff }
    for (pieceByteCount, bufferByteCount) in [(size, 512 + size), (1 << 20, 128 << 10)] {
        checkStream(bytes, pieceByteCount, bufferByteCount, index)
    }
}

private func checkStream(_ bytes: [UInt8], _ pieceByteCount: Int, _ bufferByteCount: Int, _ index: TarIndex) {
    var position = 0
    let contents = Contents(bytes)
    let streamed = TarIndex.read(
        TarStreamInput(bufferByteCount: bufferByteCount) { buffer throws(TarFault) in
            let count = min(buffer.count, pieceByteCount, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }, content: contents)
    require(streamed.entries == index.entries, "other entries in pieces of \(pieceByteCount) bytes")
    require(streamed.ending == index.ending, "\(streamed.ending) in pieces, \(index.ending) by position")
    require(streamed.doubts == index.doubts, "other doubts in pieces of \(pieceByteCount) bytes")
    require(streamed.bytesAfterEnd == index.bytesAfterEnd, "other bytes after the end")
    require(contents.places == index.entries.indices.filter { index.entries.kind(of: $0) == .file }, "other files")
}

/// Compares the content of files that go by with the bytes in their places.
private final class Contents: TarContentReader {
    private let bytes: [UInt8]
    private(set) var places: [Int] = []
    private var entry: TarEntry?
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func begin(_ entry: TarEntry, place: Int) {
        require(self.entry == nil, "a file begins within another one")
        self.entry = entry
        position = Int(entry.dataOffset)
        places.append(place)
    }

    func take(_ piece: RawSpan) {
        require(entry != nil, "bytes outside of a file")
        piece.withUnsafeBytes { piece in
            require(piece.elementsEqual(bytes[position..<position + piece.count]), "other bytes than in the archive")
            position += piece.count
        }
    }

    func end(_ ending: TarContentEnding) {
        guard let entry else { fatalError("a file ends twice") }
        let left = UInt64(bytes.count) - entry.dataOffset
        require(ending == (entry.byteCount <= left ? .complete : .cutOff), "\(ending)")
        require(UInt64(position) == entry.dataOffset + min(entry.byteCount, left), "a file ends at another byte")
        self.entry = nil
    }
}

private func checkEntries(_ index: TarIndex, _ bytes: [UInt8]) {
    require(index.byteCount <= 30 * (bytes.count / 512 + 1) + 4 * bytes.count, "an index without a bound")
    require(index.doubts.count <= 40, "doubts without a bound")
    var last: UInt64 = 0
    for place in index.entries.indices {
        let entry = index.entries[place]
        require(entry.dataOffset > last && entry.dataOffset <= UInt64(bytes.count), "a file outside of the archive")
        require(entry.dataOffset % 512 == 0, "a file within a block")
        last = entry.dataOffset
    }
    if let remainder = index.bytesAfterEnd {
        require(remainder.offsetBytes + remainder.byteCount == UInt64(bytes.count), "bytes after the end of the file")
        require(remainder.byteCount > 0, "no bytes after the end")
    }
}

private func checkQuestions(_ index: TarIndex) {
    _ = index.contradictions
    _ = index.repeatedNames
    for place in index.entries.indices.prefix(50) {
        let entry = index.entries[place]
        let folder = String(entry.name.prefix { $0 != "/" })
        for name in [entry.name, entry.name + "/x", folder, folder + "/../" + entry.name] {
            _ = index.isSparse(name)
            _ = index.places(below: name)
            guard case .file(let places, _) = index.resolve(name) else { continue }
            require(!places.isEmpty, "a file that is nowhere")
            require(places.allSatisfy { index.entries.kind(of: $0) == .file }, "a file that is not one")
        }
    }
}
