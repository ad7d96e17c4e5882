// layerverify: the files of layers by their tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerCodec
internal import LayerContents
internal import LayerModel
internal import LayerSystem
internal import LayerTree

/// Reads the tables of contents (TOCs) of the layers of one image, and not the layers.
///
/// A TOC must have the digest that the annotations of its layer give. What it says of the layer is only claimed.
struct LayerTables {
    let opener: any BlobOpener
    let options: CodecOptions
    let digestsFiles: Bool
    let isCancelled: () -> Bool

    /// The layers, base first. One without a TOC that can be used has no tree.
    func layers(of image: ImageCandidates.Candidate, in inventory: Inventory) -> [ImageFiles.Layer] {
        let budget = TreeBudget()
        var claims: [Int: TOCClaim] = [:]
        for record in inventory.tableRecords where record.image == image.place {
            if let layer = record.layer { claims[layer] = record.claim }
        }
        return image.record.layers.enumerated().map { number, record in
            var layer = ImageFiles.Layer(history: record.createdBy)
            guard let claim = claims[number] else {
                layer.troubles = [Trouble("the annotations of layer \(number + 1) name no table of contents")]
                return layer
            }
            guard let blob = record.blob, case .opened(let reader) = opener.open(inventory.blobs[blob].location) else {
                layer.troubles = [Trouble("the table of contents of layer \(number + 1) cannot be read by position")]
                return layer
            }
            if let size = record.size, size != reader.byteCount {
                let message = "layer \(number + 1) has \(reader.byteCount) bytes, the manifest says \(size)"
                layer.troubles = [Trouble(message, .refuted)]
                return layer
            }
            let tree = TableTree(budget, digestsFiles: digestsFiles)
            layer.troubles = read(claim, of: number, reader, into: tree)
            if layer.troubles.allSatisfy({ $0.outcome == .verified }) { layer.tree = tree.finish() }
            return layer
        }
    }

    private typealias Trouble = ImageFiles.Trouble

    private func read(_ claim: TOCClaim, of layer: Int, _ reader: any BlobReader, into tree: TableTree) -> [Trouble] {
        do throws(ReadFault) {
            let prefix = try reader.bytes(at: 0, upTo: Compression.prefixByteCount)
            var options = options
            options.windowBudget = nil
            let toc = LayerTOC(
                claim, in: reader, Compression.detect(prefix: prefix), options: options, isCancelled: isCancelled)
            switch try toc.list({ tree.add($0, $1) }) {
            case .cancelled: return [Trouble("the run was interrupted")]
            case .fault(let fault):
                let isRefuted = fault.severity == .refute
                return [Trouble(fault.message(ofLayer: layer), isRefuted ? .refuted : .undetermined)]
            case .listed(let faults):
                guard !reader.hasChanged else { return [Trouble("layer \(layer + 1) changed while it was read")] }
                return faults.map { Trouble($0.message(ofLayer: layer), .verified) }
            }
        } catch {
            return [Trouble("the table of contents of layer \(layer + 1) cannot be read")]
        }
    }
}

extension ImageFiles {
    /// What is wrong with the table of contents of a layer.
    struct Trouble: Sendable {
        var message: String
        /// Verified if the table can be used all the same.
        var outcome: Outcome

        init(_ message: String, _ outcome: Outcome = .undetermined) {
            self.message = message
            self.outcome = outcome
        }
    }
}
