// layerverify: comparing tar-split data with the tar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

/// Compares tar-split data with a tar in one pass: the bytes between the files are equal, and each file that it names is the one
/// whose content is there, with the same size and checksum. So the tar that podman writes from it is this one.
struct TarSplitCheck {
    private let split: TarSplit
    /// The file whose content comes next, or goes by.
    private var place = 0
    private var offset: UInt64 = 0
    private var gap = Hasher()
    private var checksum = CRC64()
    /// The number of files whose entries were found in the tar.
    private var foundCount = 0
    /// The first difference.
    private(set) var fault: TOCFault?

    init(_ split: TarSplit) { self.split = split }

    /// Compares the entry of a content with the file that has this place. Entries come in order.
    mutating func visit(_ member: TarMember) {
        guard fault == nil, member.storedByteCount > 0 else { return }
        guard foundCount < split.files.count else { return differ("it lacks the file", member) }
        let file = split.files[foundCount]
        foundCount += 1
        guard file.offset == member.dataOffset else { return differ("the header differs", member) }
        guard file.nameHash == member.name.hashValue else { return differ("the name differs", member) }
        guard file.byteCount == member.storedByteCount else { return differ("the size differs", member) }
    }

    /// Takes the next bytes of the tar, whatever they belong to.
    mutating func take(_ bytes: RawSpan) {
        var start = 0
        while start < bytes.byteCount, fault == nil {
            let file = place < split.files.count ? split.files[place] : nil
            let end = file.map { offset < $0.offset ? $0.offset : $0.offset + $0.byteCount } ?? .max
            let count = ByteMath.clamp(end - offset, to: bytes.byteCount - start)
            let part = bytes.extracting(start..<start + count)
            if let file, offset >= file.offset {
                checksum.add(part)
            } else {
                unsafe part.withUnsafeBytes { unsafe gap.combine(bytes: $0) }
            }
            start += count
            offset += UInt64(byteCount: count)
            if let file { reach(file) }
        }
    }

    private mutating func reach(_ file: TarSplit.File) {
        if offset == file.offset {
            if gap.finalize() != file.gapHash { differ("the bytes before byte \(offset) differ") }
            gap = Hasher()
        } else if offset == file.offset + file.byteCount {
            if checksum.value != file.checksum { differ("the checksum of the file at byte \(file.offset) differs") }
            checksum = CRC64()
            place += 1
        }
    }

    /// Ends the comparison. The whole tar was read.
    mutating func finish() {
        guard fault == nil else { return }
        if offset != split.byteCount {
            differ("it gives \(split.byteCount) bytes, the tar has \(offset)")
        } else if gap.finalize() != split.lastGapHash {
            differ("the bytes after the last file differ")
        } else if foundCount != split.files.count {
            differ("it has a file that the tar does not have")
        }
    }

    private mutating func differ(_ how: String, _ member: TarMember? = nil) {
        fault = TOCFault(
            .tarSplitOfOtherTar, .refute, path: member?.name ?? [], actual: how, headerOffset: member?.headerOffset)
    }
}
