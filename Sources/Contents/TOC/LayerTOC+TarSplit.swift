// layerverify: reading the tar-split data of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

extension LayerTOC {
    /// The tar-split data of a layer.
    enum FoundTarSplit {
        case split(TarSplit)
        /// The TOC names none.
        case nothing
        case fault(TOCFault)
        case cancelled
    }

    /// The data is not decoded beyond this number of bytes.
    private static let maximumTarSplitByteCount: UInt64 = 16 << 30

    /// Reads the tar-split data, and compares it with its digest in the TOC. podman refuses the layer if they differ.
    ///
    /// - Parameter entryCount: that of the TOC.
    func findTarSplit(_ claimed: String, entryCount: Int) throws(ReadFault) -> FoundTarSplit {
        guard !claimed.isEmpty, claim.compressedDigest != nil else { return .nothing }
        guard let range = claim.tarSplitPosition.flatMap({ StoredRange(annotation: $0, count: 3) }), range.offset > 0,
            range.isWithin(layer.byteCount)
        else {
            return .fault(
                TOCFault(.tarSplitDiffers, .refute, expected: claimed, actual: "no annotation has its position"))
        }
        guard let decoder = BlockDecoder(.zstd, options) else { return .cancelled }
        let hashing = Hashing()
        var split = TarSplit(maximumFileCount: entryCount)
        var fault: TarSplit.Fault?
        let isRead = try layer.read(range.offset..<range.offset + range.byteCount) { stored in
            hashing.add(stored)
            decoder.decode(stored) { block in
                guard fault == nil else { return }
                guard decoder.producedByteCount <= Self.maximumTarSplitByteCount else {
                    fault = .tooLarge
                    return
                }
                fault = split.fault(taking: block)
            }
            return true
        }
        guard isRead else { return .cancelled }
        let actual = hashing.finish().description
        guard actual == claimed else {
            return .fault(TOCFault(.tarSplitDiffers, .refute, expected: claimed, actual: actual))
        }
        if decoder.isBeyondLimits { fault = .tooLarge }
        if fault == nil, !decoder.isAtBoundary { fault = .malformed("it does not decode") }
        if fault == nil { fault = split.finalFault() }
        switch fault {
        case nil: return .split(split)
        case .malformed(let reason): return .fault(TOCFault(.tarSplitOfOtherTar, .refute, actual: reason))
        case .tooLarge: return .fault(TOCFault(.notChecked, .undetermined, actual: "its tar-split data is too large"))
        }
    }
}

extension TarSplit {
    fileprivate mutating func fault(taking bytes: RawSpan) -> Fault? {
        do throws(Fault) {
            try take(bytes)
            return nil
        } catch {
            return error
        }
    }

    fileprivate mutating func finalFault() -> Fault? {
        do throws(Fault) {
            try finish()
            return nil
        } catch {
            return error
        }
    }
}
