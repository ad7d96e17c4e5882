// layerverify: finding the table of contents of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
package import LayerSystem
import Tar

extension LayerTOC {
    /// Finds the TOC, and compares it with its digest.
    func find() throws(ReadFault) -> FoundTOC {
        if claim.documentDigest != nil, claim.compressedDigest != nil, !claim.hasFirstNames {
            return .fault(TOCFault(.twoFormats, .refute))
        }
        switch compression {
        case .gzip: return try findInGzip()
        case .zstd: return try findInZstd()
        default: return .fault(missing("the layer is not compressed with gzip or zstd"))
        }
    }

    /// Whether the layer ends with a footer, by which runtimes that do not verify TOCs find one without annotations.
    package func hasFooter() throws(ReadFault) -> Bool {
        switch compression {
        case .gzip: GzipTOCFooter(try layer.tail(GzipTOCFooter.maximumByteCount)) != nil
        case .zstd: StoredRange(zstdFooter: try layer.tail(StoredRange.maximumFooterByteCount)) != nil
        default: false
        }
    }

    /// Finds the TOC to which the last gzip member leads.
    private func findInGzip() throws(ReadFault) -> FoundTOC {
        guard claim.documentDigest != nil || claim.isOfFooter else {
            return .fault(missing("the layer is compressed with gzip"))
        }
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
    private func findInZstd() throws(ReadFault) -> FoundTOC {
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
        let (decodedBytes, isBeyondLimits) = decoded(stored, range)
        guard let bytes = decodedBytes else {
            guard !isBeyondLimits else { return .fault(tooLarge) }
            return .fault(
                TOCFault(.malformed, .refute, actual: "it does not decode to \(range.uncompressedByteCount) bytes"))
        }
        if claim.compressedDigest == nil || claim.documentDigest != nil {
            return compareDigest(bytes, claim.documentDigest, of: "the document", faults)
        }
        return .document(bytes, faults)
    }

    private func decoded(_ stored: [UInt8], _ range: StoredRange) -> (bytes: [UInt8]?, isBeyondLimits: Bool) {
        guard let decoder = BlockDecoder(.zstd, options) else { return (nil, true) }
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
        return (isWhole ? bytes : nil, decoder.isBeyondLimits)
    }

    private func compareDigest(
        _ bytes: [UInt8], _ claimed: String?, of subject: String, _ faults: [TOCFault]
    ) -> FoundTOC {
        let actual = ContentDigest.reference(of: bytes, .sha256).description
        guard claimed != actual, !claim.isOfFooter else { return .document(bytes, faults) }
        return .fault(
            TOCFault(.digestDiffers, .refute, property: subject, expected: claimed ?? "", actual: actual))
    }

    private var tooLarge: TOCFault {
        TOCFault(.notChecked, .undetermined, actual: "it needs more than \(TOCDocument.maximumByteCount >> 20) MiB")
    }
}

extension StoredRange {
    /// As in an annotation.
    var text: String { "\(offset):\(byteCount):\(uncompressedByteCount)" }
}
