// layerverify: checking the table of contents of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerCodec
package import LayerModel
package import LayerSystem
import Tar

/// Checks a table of contents (TOC): whether it is the one that the annotations describe, and whether it describes the tar.
///
/// The layer is read by position, first the TOC at its end, and then all of it, decoded by the reference decoder. So this is not for
/// layers in a stream. The layer itself must be intact; its digests are not computed here.
///
/// Memory: the TOC as stored and decoded, at most 64 MiB each, about as much for its entries, and some blocks.
package struct LayerTOC {
    let claim: TOCClaim
    let compression: Compression
    let layer: LayerBytes
    let options: CodecOptions

    /// - Parameters:
    ///   - claim: what the annotations of the layer say.
    ///   - compression: that of the layer, by its first bytes.
    ///   - isCancelled: called once for each block.
    package init(
        _ claim: TOCClaim, in reader: any BlobReader, _ compression: Compression,
        options: CodecOptions = CodecOptions(),
        isCancelled: @escaping () -> Bool = { false }
    ) {
        self.claim = claim
        self.compression = compression
        layer = LayerBytes(reader: reader, isCancelled: isCancelled)
        self.options = options
    }

    /// Reads the TOC and the layer.
    ///
    /// Returns: the faults; nil if the run was cancelled. Throws: `ReadFault` if the layer cannot be read.
    package func faults() throws(ReadFault) -> TOCFaults? {
        var faults = TOCFaults()
        switch try find() {
        case .cancelled: return nil
        case .fault(let fault): faults.add(fault)
        case .document(let bytes, let notes):
            for note in notes { faults.add(note) }
            guard let compared = try compare(bytes, faults) else { return nil }
            faults = compared
        }
        return claim.isOfFooter ? faults.ofFooter : faults
    }

    /// A TOC that was looked for.
    enum FoundTOC {
        /// With what is wrong around it.
        case document([UInt8], [TOCFault])
        case fault(TOCFault)
        case cancelled
    }

    /// No runtime refuses a layer without an eStargz TOC: it is read whole. podman refuses one without the TOC of zstd:chunked.
    func missing(_ reason: String) -> TOCFault {
        let isRefuted = claim.compressedDigest != nil && !claim.hasFirstNames
        return TOCFault(.missing, isRefuted ? .refute : .warning, actual: reason)
    }

    private func compare(_ bytes: [UInt8], _ before: TOCFaults) throws(ReadFault) -> TOCFaults? {
        var faults = before
        let check: TOCCheck
        let tarSplitDigest: String?
        let entryCount: Int
        do throws(TOCDocumentFault) {
            let document = try TOCDocument(parsing: bytes)
            tarSplitDigest = document.tarSplitDigest
            entryCount = document.entryCount
            check = TOCCheck(try TOCIndex(document))
        } catch {
            faults.add(fault(of: error))
            return faults
        }
        if let tarSplitDigest {
            switch try findTarSplit(tarSplitDigest, entryCount: entryCount) {
            case .split(let split): check.tarSplit = TarSplitCheck(split)
            case .nothing: break
            case .fault(let fault): faults.add(fault)
            case .cancelled: return nil
            }
        }
        guard let pass = LayerPass(check, compression, options) else { return faults }
        guard try layer.read(0..<layer.byteCount, to: { pass.take($0) }) else { return nil }
        guard pass.finish() else {
            faults.add(TOCFault(.notChecked, .undetermined, actual: "the layer cannot be read as a tar"))
            return faults
        }
        faults.append(check.faults)
        if let claimed = claim.uncompressedByteCount, claimed != String(pass.producedByteCount) {
            faults.add(
                TOCFault(
                    .uncompressedSizeDiffers, .warning, expected: claimed, actual: String(pass.producedByteCount)))
        }
        return faults
    }

    /// What a document that is not read is reported as.
    func fault(of fault: TOCDocumentFault) -> TOCFault {
        switch fault {
        case .malformed(let reason): TOCFault(.malformed, .refute, actual: reason)
        case .tooLarge: TOCFault(.notChecked, .undetermined, actual: "it has too many entries")
        }
    }
}

extension TOCFaults {
    /// The faults of a TOC that no annotation names. Runtimes use one only if they are told not to verify, so no fault refutes; and
    /// those that do not find one read the whole layer.
    fileprivate var ofFooter: TOCFaults {
        var result = TOCFaults()
        for fault in faults {
            var fault = fault
            switch fault.kind {
            case .twoFormats, .missing, .digestDiffers, .malformed, .notChecked: fault.severity = .note
            case .digestMissing, .footerDiffers, .uncompressedSizeDiffers: continue
            case .pathTwice, .entryMissing, .entryNotInTar, .entryDiffers, .contentDiffers, .offsetDiffers,
                .tarSplitDiffers, .tarSplitOfOtherTar:
                fault.severity = .warning
            }
            result.add(fault)
        }
        return result
    }
}

/// One pass over a layer: decodes it, and cuts what is decoded where the TOC leads to.
private final class LayerPass {
    private let check: TOCCheck
    private let decoder: BlockDecoder
    private var reader = TarStreamReader()
    private var offset: UInt64 = 0

    init?(_ check: TOCCheck, _ compression: Compression, _ options: CodecOptions) {
        guard let decoder = BlockDecoder(compression, options) else { return nil }
        self.check = check
        self.decoder = decoder
    }

    var producedByteCount: UInt64 { decoder.producedByteCount }

    /// Takes the next stored bytes. Returns: whether more are wanted.
    func take(_ bytes: RawSpan) -> Bool {
        var start = 0
        while true {
            reachPositions()
            guard start < bytes.byteCount, !decoder.isOver else { return !decoder.isOver }
            let left = bytes.byteCount - start
            let count = check.positions.next.map { ByteMath.clamp($0 - offset, to: left) } ?? left
            decoder.decode(bytes.extracting(start..<start + count)) { block in
                check.tarSplit?.take(block)
                reader.take(block, check)
            }
            start += count
            offset += UInt64(byteCount: count)
        }
    }

    private func reachPositions() {
        while let next = check.positions.next, next <= offset {
            check.positions.reach(decoder.isAtBoundary ? decoder.producedByteCount : nil)
        }
    }

    /// Ends the pass. Returns: false if the layer is damaged, or not a tar that runtimes read.
    func finish() -> Bool {
        reachPositions()
        guard reader.finish().isAccepted, decoder.isAtBoundary else { return false }
        check.finish()
        return true
    }
}
