// layerverify: comparing a table of contents with the tar of the layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

/// Compares a TOC with the entries and the content of a layer's tar, in one pass over the tar.
///
/// Runtimes that read by the TOC must get the same files as those that read the tar: each entry of one is in the other, with the same
/// properties; digests are those of the content in the tar, and each chunk is where the TOC says.
final class TOCCheck: TarStreamVisitor {
    /// The name of the TOC in an eStargz layer.
    static let documentName = Array("stargz.index.json".utf8)

    private var index: TOCIndex
    /// Filled in by the owner while it decodes: before bytes are taken, the offsets up to their beginning.
    var positions: StoredPositions
    /// The tar-split data, if it was found. The owner gives it the bytes of the tar.
    var tarSplit: TarSplitCheck?
    private(set) var faults = TOCFaults()
    private var content: ContentCheck?
    /// Where the last file must end, as stored: known when what follows it is decoded.
    private var end: FileEnd?

    private struct FileEnd {
        var path: [UInt8]
        var headerOffset: UInt64
        var offset: UInt64
        /// In the uncompressed layer.
        var positions: [UInt64]
    }

    init(_ index: TOCIndex) {
        self.index = index
        positions = StoredPositions(index.offsets)
        faults = index.faults
    }

    func visit(_ member: TarMember) -> Bool {
        checkEnd()
        tarSplit?.visit(member)
        do throws(TOCDocumentFault) {
            guard let (place, entry) = try index.take(TOCName.written(member.name)) else {
                if TOCName.cleaned(member.name) != Self.documentName {
                    faults.add(
                        TOCFault(.entryMissing, .refute, path: member.name, headerOffset: member.headerOffset))
                }
                return false
            }
            return compare(member, with: entry, at: place)
        } catch {
            // Each entry was parsed before.
            return false
        }
    }

    private func compare(_ member: TarMember, with entry: TOCEntry, at place: Int) -> Bool {
        let differences = entry.differences(from: member)
        for difference in differences {
            faults.add(
                TOCFault(
                    .entryDiffers, .refute, path: member.name, property: difference.property,
                    expected: difference.inTOC, actual: difference.inTar, headerOffset: member.headerOffset))
        }
        // The content of a file of another size, or with holes, is not at the places that the TOC can give.
        guard entry.kind == .file, entry.size > 0, entry.size == member.size, member.typeFlag == UInt8(ascii: "0"),
            !member.isSparse
        else { return false }
        content = ContentCheck(member, entry, at: place)
        return true
    }

    func content(_ bytes: RawSpan) {
        guard var check = content else { return }
        content = nil
        check.take(bytes, index, positions)
        content = check
    }

    func contentEnded() {
        guard var check = content else { return }
        content = nil
        check.finish(index)
        for fault in check.faults { faults.add(fault) }
        guard check.endOffset != 0 else { return }
        end = FileEnd(
            path: check.path, headerOffset: check.headerOffset, offset: check.endOffset, positions: check.endPositions)
    }

    /// Ends the comparison. The whole tar was read.
    func finish() {
        checkEnd()
        tarSplit?.finish()
        if let fault = tarSplit?.fault { faults.add(fault) }
        do throws(TOCDocumentFault) {
            try index.forEachUntakenName { faults.add(TOCFault(.entryNotInTar, .refute, path: $0)) }
        } catch {
            // Each entry was parsed before.
        }
    }

    private func checkEnd() {
        guard let end else { return }
        self.end = nil
        let position = positions.position(of: end.offset)
        if let position, end.positions.contains(position) { return }
        faults.add(
            TOCFault(
                .offsetDiffers, .refute, path: end.path, property: "endOffset", expected: "\(end.offset)",
                actual: position.map { "byte \($0) of the tar" } ?? "not the end of a frame",
                headerOffset: end.headerOffset))
    }
}
