// layerverify: finding the table of contents of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerSystem
import Tar

extension LayerTOC {
    /// Finds the TOC to which the last gzip member leads.
    func findInGzip() throws(ReadFault) -> FoundTOC {
        guard claim.documentDigest != nil else { return .fault(missing("the layer is compressed with gzip")) }
        switch GzipTOCFooter(try layer.tail(GzipTOCFooter.maximumByteCount)) {
        case nil: return .fault(missing("the layer does not end with a footer"))
        case .external: return .fault(TOCFault(.notChecked, .note, actual: "it is in another image"))
        case .inLayer(let offset, let byteCount):
            let end = layer.byteCount - UInt64(byteCount: byteCount)
            guard offset < end else { return .fault(missing("the footer leads to byte \(offset)")) }
            guard let decoder = BlockDecoder(.gzip, options) else { return .cancelled }
            let document = EstargzDocument()
            var reader = TarStreamReader()
            let isRead = try layer.read(offset..<end) { block in
                decoder.decode(block) { reader.take($0, document) }
                return !decoder.isOver && !document.isComplete && !reader.isOver
            }
            guard isRead else { return .cancelled }
            if document.isTooLarge { return .fault(tooLarge) }
            guard let bytes = document.bytes else {
                return .fault(missing("no entry stargz.index.json begins at byte \(offset)"))
            }
            return compareDigest(bytes, claim.documentDigest, of: "the document", [])
        }
    }

    /// Finds the TOC to which an annotation leads, or the last zstd frame if there is none.
    func findInZstd() throws(ReadFault) -> FoundTOC {
        let footer = StoredRange(zstdFooter: try layer.tail(StoredRange.maximumFooterByteCount))
        let annotated = claim.position.flatMap { StoredRange(annotation: $0, count: 4) }
        guard let range = claim.position == nil ? footer : annotated else {
            return .fault(
                missing(claim.position == nil ? "no annotation has its position" : "its position is malformed"))
        }
        guard range.isWithin(layer.byteCount) else {
            return .fault(missing("byte \(range.offset) and \(range.byteCount) more exceed the layer"))
        }
        let maximum = UInt64(byteCount: TOCDocument.maximumByteCount)
        guard range.byteCount <= maximum, range.uncompressedByteCount <= maximum else { return .fault(tooLarge) }
        var faults: [TOCFault] = []
        if let footer, footer != range {
            faults.append(
                TOCFault(.footerDiffers, .warning, expected: range.text, actual: footer.text))
        }
        let stored = try layer.reader.bytes(at: range.offset, upTo: Int(range.byteCount))
        if claim.compressedDigest != nil {
            let compared = compareDigest(stored, claim.compressedDigest, of: "the compressed document", [])
            if case .fault = compared { return compared }
        }
        guard let bytes = decoded(stored, range) else {
            return .fault(
                TOCFault(.malformed, .refute, actual: "it does not decode to \(range.uncompressedByteCount) bytes"))
        }
        if claim.compressedDigest == nil || claim.documentDigest != nil {
            return compareDigest(bytes, claim.documentDigest, of: "the document", faults)
        }
        return .document(bytes, faults)
    }

    /// Compares the tar-split data with its digest in the TOC. podman makes the tar of it again, and refuses the layer otherwise.
    ///
    /// What the data says is not compared with the tar here.
    func tarSplitFault(_ claimed: String) throws(ReadFault) -> TOCFault? {
        guard !claimed.isEmpty, claim.compressedDigest != nil else { return nil }
        guard let range = claim.tarSplitPosition.flatMap({ StoredRange(annotation: $0, count: 3) }), range.offset > 0,
            range.isWithin(layer.byteCount)
        else { return TOCFault(.tarSplitDiffers, .refute, expected: claimed, actual: "no annotation has its position") }
        let hashing = Hashing()
        let end = range.offset + range.byteCount
        let isRead = try layer.read(range.offset..<end) { block in
            hashing.add(block)
            return true
        }
        let actual = hashing.finish().description
        return !isRead || actual == claimed
            ? nil : TOCFault(.tarSplitDiffers, .refute, expected: claimed, actual: actual)
    }

    private func decoded(_ stored: [UInt8], _ range: StoredRange) -> [UInt8]? {
        guard let decoder = BlockDecoder(.zstd, options) else { return nil }
        var bytes: [UInt8] = []
        var isTooLong = false
        for start in stride(from: 0, to: stored.count, by: 64 << 10) where !isTooLong {
            let part = unsafe stored.span.bytes.extracting(start..<min(start + 64 << 10, stored.count))
            decoder.decode(part) { block in
                isTooLong = isTooLong || UInt64(bytes.count + block.byteCount) > range.uncompressedByteCount
                if !isTooLong { unsafe block.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
            }
        }
        let isWhole = !isTooLong && decoder.isAtBoundary && UInt64(bytes.count) == range.uncompressedByteCount
        return isWhole ? bytes : nil
    }

    private func compareDigest(
        _ bytes: [UInt8], _ claimed: String?, of subject: String, _ faults: [TOCFault]
    ) -> FoundTOC {
        let actual = ContentDigest.reference(of: bytes, .sha256).description
        guard claimed != actual else { return .document(bytes, faults) }
        return .fault(
            TOCFault(.digestDiffers, .refute, property: subject, expected: claimed ?? "", actual: actual))
    }

    private var tooLarge: TOCFault {
        TOCFault(.notChecked, .undetermined, actual: "it has more than \(TOCDocument.maximumByteCount >> 20) MiB")
    }
}

extension StoredRange {
    /// As in an annotation.
    var text: String { "\(offset):\(byteCount):\(uncompressedByteCount)" }
}
