// layerverify: the entries of a tar stream as text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Renders what a `TarStreamReader` reads, in the way of Tests/DecoderOracles/tar.
///
/// Shape: for each entry a line of numbers and a line of texts, `LENGTH:BYTES` each; and if its content is complete, a line with its
/// length and its FNV-1a sum. The last line is `.`, how the stream ended, and how many bytes Go reads until then, or `-` if
/// that is not known. After a sparse file of more than 1 MiB, which Go would fill with zeros, comes `H` and nothing more.
final class TarStreamRendering: TarStreamVisitor {
    private(set) var text: [UInt8] = []
    private var isHuge = false
    /// The sparse file whose pieces go by, and how many of their bytes were seen.
    private var sparse: (map: [TarSparsePiece], size: Int, seen: [UInt8])?
    private var byteCount = 0
    private var sum = TarStreamRendering.initialSum

    private static let initialSum: UInt64 = 0xcbf2_9ce4_8422_2325
    static let maximumSparseByteCount = 1 << 20

    /// Renders a stream in pieces, whose sizes are given one after another.
    static func text(of bytes: [UInt8], pieceByteCount: () -> Int) -> [UInt8] {
        let rendering = TarStreamRendering()
        var reader = TarStreamReader()
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + max(1, pieceByteCount()))
            reader.take(bytes.span.bytes.extracting(position..<end), rendering)
            position = end
        }
        rendering.end(reader.finish(), byteCount: bytes.count)
        return rendering.text
    }

    func visit(_ member: TarMember) -> Bool {
        guard !isHuge else { return false }
        text.append(UInt8(ascii: "E"))
        let numbers = [
            Int64(member.typeFlag), member.size, member.mode, member.userID, member.groupID,
            member.modificationTime.seconds,
            Int64(member.modificationTime.nanoseconds), member.deviceMajor, member.deviceMinor,
            Int64(member.dataOffset),
        ]
        for number in numbers { put(" \(number)") }
        put("\n")
        for bytes in [member.name, member.linkName, member.userName, member.groupName] { put(bytes[...]) }
        for record in member.paxRecords.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            put(record.key)
            put(record.value)
        }
        put("\n")
        begin(member)
        return !isHuge
    }

    private func begin(_ member: TarMember) {
        (byteCount, sum, sparse) = (0, Self.initialSum, nil)
        guard let map = member.place.sparseMap else { return }
        if member.size > Int64(Self.maximumSparseByteCount) {
            isHuge = true
            put("H\n")
        } else {
            sparse = (map, Int(member.size), [])
        }
    }

    func content(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { bytes in
            if sparse != nil { sparse?.seen.append(contentsOf: bytes) } else { add(bytes) }
        }
    }

    func contentEnded() {
        if let sparse {
            var file = [UInt8](repeating: 0, count: sparse.size)
            var seen = sparse.seen[...]
            for piece in sparse.map {
                let range = Int(piece.offset)..<Int(piece.offset + piece.byteCount)
                file.replaceSubrange(range, with: seen.prefix(range.count))
                seen = seen.dropFirst(range.count)
            }
            add(file)
        }
        put("C \(byteCount) \(sum)\n")
    }

    func end(_ ending: TarStreamEnding, byteCount: Int) {
        guard !isHuge else { return }
        switch ending {
        case .empty, .noEndBlocks, .noPadding: put(". end \(byteCount)\n")
        case .endOfArchive(let atByte, _): put(". end \(atByte + 1024)\n")
        case .oneZeroBlock(let atByte): put(". end \(atByte + 512)\n")
        case .cut(let atByte, _, _): put(". cut \(atByte)\n")
        case .invalid(let atByte, let fault, _): put(". " + Self.word(fault, atByte) + "\n")
        }
    }

    private static func word(_ fault: TarStreamFault, _ atByte: UInt64) -> String {
        switch fault {
        case .checksum, .notANumber, .negativeSize: "header \(atByte + 512)"
        case .loneZeroBlock: "header \(atByte + 1024)"
        case .paxRecord, .paxNumber, .sparseRecord, .sparseHeader, .sparseMap, .sparseMapTooLong: "header -"
        case .extendedHeaderTooLong: "long -"
        // The map is within the content, so for Go that is an end of a file as well.
        case .sparseMapCut: "cut -"
        case .sparseDataMissing: "missing -"
        case .sparseDataLeft: "left -"
        }
    }

    private func add(_ bytes: some Collection<UInt8>) {
        for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        byteCount += bytes.count
    }

    private func put(_ bytes: ArraySlice<UInt8>) {
        put("\(bytes.count):")
        text.append(contentsOf: bytes)
    }

    private func put(_ string: String) { text.append(contentsOf: string.utf8) }
}
