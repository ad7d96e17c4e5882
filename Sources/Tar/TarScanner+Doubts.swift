// layerverify: entries of a tar archive that readers interpret differently.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension TarScanner {
    /// What readers interpret differently in an entry.
    ///
    /// Parameters: `name`, `link` and `size` are the values after the extended headers are applied.
    func doubts(about header: TarHeader, name: [UInt8], link: [UInt8], size: UInt64) -> [TarDoubt] {
        var found: [TarDoubt] = []
        let type = header.typeFlag
        if let doubt = Self.doubt(aboutType: type) { found.append(doubt) }
        if extensions.isSparse { found.append(.unsupported("a sparse file")) }
        if extensions.name == nil, type != UInt8(ascii: "S"), header.hasDisputedPrefix {
            found.append(.ambiguous("a prefix of the name in a header that is not ustar's"))
        }
        if type != UInt8(ascii: "S"), header.hasDisputedMap {
            found.append(.ambiguous("a map of a sparse file in the header of what is not one"))
        }
        if let doubt = TarEntry.doubt(aboutName: name) { found.append(.ambiguous(doubt)) }
        let slash = UInt8(ascii: "/")
        // The oldest archives mark a folder by the slash: Python looks for it in the header's name, others in the name.
        let isOldFolder = type == 0 && name.last == slash && header.name.last == slash
        if type != UInt8(ascii: "5"), type != UInt8(ascii: "D"), !isOldFolder {
            if TarEntry.endsAsFolder(name) || type == 0 && header.name.last == slash {
                found.append(.ambiguous("a folder's name for what is not one"))
            }
            if TarEntry.components(of: String(decoding: name, as: UTF8.self)).isEmpty {
                found.append(.ambiguous("an entry that is not a folder and names the top"))
            }
        }
        if type == 0 || type == UInt8(ascii: "0"), !isOldFolder, header.isModeOfAnotherType {
            found.append(.ambiguous("a file with the mode of something else"))
        }
        if isOldFolder, size != 0 { found.append(.ambiguous("a folder or the like with a size")) }
        switch type {
        case UInt8(ascii: "1"):
            if let doubt = TarEntry.doubt(aboutName: link) { found.append(.ambiguous("a link to " + doubt)) }
            if TarEntry.endsAsFolder(link) { found.append(.ambiguous("a hard link to a folder's name")) }
            if link.first == slash { found.append(.ambiguous("a hard link to an absolute name")) }
            // The size is ignored unless a pax or ustar header makes bsdtar use it.
            if size != 0, hasPaxHeaders || header.isUstar { found.append(.ambiguous("a hard link with a size")) }
        case UInt8(ascii: "2"): if size != 0 { found.append(.ambiguous("a link with a size")) }
        case UInt8(ascii: "3")...UInt8(ascii: "6"):
            if size != 0 { found.append(.ambiguous("a folder or the like with a size")) }
        default: break
        }
        return found
    }

    /// The doubt about a type flag; nil if all readers interpret the type alike.
    private static func doubt(aboutType type: UInt8) -> TarDoubt? {
        switch type {
        case 0, UInt8(ascii: "0")...UInt8(ascii: "6"): return nil
        // GNU's sparse files, folders of incremental archives, volume labels and files that continue from another
        // volume.
        case UInt8(ascii: "S"), UInt8(ascii: "D"), UInt8(ascii: "V"), UInt8(ascii: "M"):
            return .unsupported("an entry of type \(shown(type))")
        default: return .ambiguous("an entry of type \(shown(type))")
        }
    }

    private static func shown(_ type: UInt8) -> String {
        (0x21...0x7e).contains(type) ? "'\(Character(Unicode.Scalar(type)))'" : "\(type)"
    }

    /// Records a doubt if it is the first of its kind.
    mutating func doubt(_ found: TarDoubt, _ name: [UInt8]) {
        // The number of kinds that are reported is limited: each entry of an archive may have another one.
        let most = if case .ambiguous = found { 40 } else { 20 }
        guard doubts.count < most, doubted.insert(found).inserted else { return }
        doubts.append(found.at(String(decoding: name, as: UTF8.self)))
    }

    /// Whether an archive begins like another kind of file: docker load, GNU tar and bsdtar may detect that format and
    /// decompress it.
    static func beginsAsAnother(_ block: some Collection<UInt8>) -> Bool {
        // gzip, zstd, xz, lz4 and its legacy format, compress, lzma, bzip2 as Docker detects it, lzop and rpm.
        let magics: [[UInt8]] = [
            [0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], [0x04, 0x22, 0x4d, 0x18],
            [0x1f, 0x9d], [0x5d, 0, 0], Array("BZh".utf8), [0x02, 0x21, 0x4c, 0x18], [0x89] + Array("LZO".utf8),
            [0xed, 0xab, 0xee, 0xdb],
        ]
        let words = ["LZIP", "LRZI", "GRZipII", "!<arch>\n", "MSCF", "WARC/"]
        // uuencoded data may begin on any line.
        let lines = block.split(separator: UInt8(ascii: "\n"))
        // A skippable frame of zstd.
        let isSkippable =
            block.first.map { $0 & 0xf0 == 0x50 } == true
            && block.dropFirst().starts(with: [0x2a, 0x4d, 0x18])
        return isSkippable || magics.contains { block.starts(with: $0) }
            || words.contains { block.starts(with: $0.utf8) }
            || lines.contains { $0.starts(with: "begin".utf8) }
    }
}
