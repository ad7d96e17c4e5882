// layerverify: reading the tar in each layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerContents
internal import LayerModel
internal import LayerPipeline

extension Verifier {
    /// The limit in bytes for the paths of all layers that are kept at a time. A layer of a million entries takes about 46
    /// million.
    static var pathByteCount: Int { 256 << 20 }

    /// What is done with the bytes of layers in one run besides hashing them: reading the tar as the options ask, and
    /// `layerConsumers`.
    ///
    /// Both are attached to the uncompressed side of each blob that is decoded, or whose bytes are those of a layer.
    func runConsumers() -> ConsumerFactory {
        let (contents, others) = (contentsConsumers(), layerConsumers)
        return { contents($0) + others($0) }
    }

    private func contentsConsumers() -> ConsumerFactory {
        let extent: ContentsExtent
        switch options.contents {
        case .none: return { _ in [] }
        case .structure: extent = .structure
        case .full: extent = .full
        }
        let budget = PathBudget(byteCount: Self.pathByteCount)
        return { $0.side == .uncompressed ? [ContentsConsumer(extent, budget: budget)] : [] }
    }
}
