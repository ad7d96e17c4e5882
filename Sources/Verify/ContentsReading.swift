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

    /// What reads the tar in each layer of one run, as the options ask.
    ///
    /// It is attached to the uncompressed side of each blob that is decoded, or whose bytes are those of a layer.
    func contentsConsumers() -> ConsumerFactory {
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
