// layerverify: taking the table of contents out of an eStargz layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar

/// Collects the content of the first entry of the tar that holds a TOC.
final class EstargzDocument: TarStreamVisitor {
    /// The document; nil if the first entry is not a TOC, or has not ended yet.
    private(set) var bytes: [UInt8]?
    private(set) var isTooLarge = false
    private var collected: [UInt8] = []
    private var hasEntry = false

    func visit(_ member: TarMember) -> Bool {
        guard !hasEntry else { return false }
        hasEntry = true
        guard member.name == TOCCheck.documentName, member.typeFlag == UInt8(ascii: "0") else { return false }
        isTooLarge = member.size > Int64(TOCDocument.maximumByteCount)
        return !isTooLarge
    }

    func content(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe collected.append(contentsOf: $0) }
    }

    func contentEnded() {
        bytes = collected
        collected = []
    }

    /// Whether nothing more is wanted.
    var isComplete: Bool { bytes != nil || isTooLarge }
}
