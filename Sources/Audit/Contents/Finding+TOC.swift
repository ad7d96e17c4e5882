// layerverify: findings about tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension Finding {
    /// The finding about a fault of a table of contents.
    ///
    /// - Parameters:
    ///   - record: the layer.
    ///   - root: the image store.
    package init(_ fault: TOCFault, of record: TOCRecord, digest: ContentDigest?, root: RootIndex) {
        self.init(
            fault.code, fault.message(ofLayer: record.layer, isOfFooter: record.claim.isOfFooter), at: record.place,
            digest: digest,
            expected: fault.expected.isEmpty ? nil : fault.shown(fault.expected),
            actual: fault.actual.isEmpty ? nil : fault.shown(fault.actual))
        blob = record.blob
        self.root = root
        hint = fault.hint
    }
}

extension TOCFault {
    /// What is wrong, as a sentence.
    ///
    /// - Parameters:
    ///   - layer: the index of the layer.
    ///   - isOfFooter: whether no annotation names the table.
    package func message(ofLayer layer: Int?, isOfFooter: Bool = false) -> String {
        let layer = layer.map { "layer \($0 + 1)" } ?? "the layer"
        let more = furtherCount > 0 ? " (and \(furtherCount) more)" : ""
        return
            "the table of contents of \(layer)\(isOfFooter ? ", which no annotation names," : "") \(predicate)\(more)"
    }

    fileprivate var code: FindingCode {
        switch severity {
        case .refute: .layerTOCMismatch
        case .warning: .layerTOCUnusable
        case .undetermined: .layerTOCUnchecked
        case .note: .layerIndexUnchecked
        }
    }

    fileprivate func shown(_ text: String) -> String { text.count > 200 ? text.prefix(200) + "..." : text }

    private var entry: String {
        LayerFault.text(path) + (headerOffset.map { " (header at byte \($0))" } ?? "")
    }

    /// What is wrong, after the words `the table of contents of layer 1`.
    fileprivate var predicate: String {
        switch kind {
        case .twoFormats: "is claimed in two formats, eStargz and zstd:chunked, which podman refuses"
        case .missing: "is not there: \(actual)"
        case .digestDiffers: "has another digest than its annotation gives: that of \(property)"
        case .malformed: "is malformed: \(shown(actual))"
        case .pathTwice: "has two entries for \(entry)"
        case .entryMissing: "does not have \(entry), which the tar has"
        case .entryNotInTar: "has \(entry), which the tar does not have"
        case .entryDiffers: "says \(property) \(shown(expected)) of \(entry), the tar says \(shown(actual))"
        case .contentDiffers: "has another \(property) of \(entry) than the content in the tar"
        case .offsetDiffers:
            "leads to another place than the content of \(entry): \(property) \(shown(expected)), but \(shown(actual))"
        case .digestMissing: "has no \(property) that can be checked of \(entry)"
        case .tarSplitDiffers: "names tar-split data that is not there: \(shown(actual))"
        case .tarSplitOfOtherTar:
            "has tar-split data of another tar: \(shown(actual))\(path.isEmpty ? "" : ", at \(entry)")"
        case .footerDiffers: "is not where the end of the layer says"
        case .uncompressedSizeDiffers: "is of a layer of \(actual) bytes, an annotation says \(shown(expected))"
        case .notChecked: "was not checked: \(actual)"
        }
    }

    fileprivate var hint: String? {
        switch kind {
        case .tarSplitOfOtherTar:
            "podman writes the tar again from this data, and gets another one: convert the image again"
        case .entryDiffers, .entryMissing, .entryNotInTar, .pathTwice, .contentDiffers:
            "runtimes that pull lazily see other files than all others: convert the image again"
        case .missing, .digestDiffers, .footerDiffers, .offsetDiffers:
            "the layer was compressed again after its annotations were made: convert the image again"
        case .twoFormats, .malformed, .digestMissing, .tarSplitDiffers, .uncompressedSizeDiffers, .notChecked: nil
        }
    }
}
