// layerverify: reading the tar in each layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerContents
internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

extension Verifier {
    /// The limit in bytes for the paths of one layer, and for those of all layers of all streams. A layer of a million entries
    /// takes about 46 million. What is kept of the layers of an image store is limited by `KeptPaths`.
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
        @Sendable func makeBudget() -> PathBudget {
            PathBudget(byteCount: Self.pathByteCount, hasRoom: { AddressSpace.hasRoom(for: $0) })
        }
        // The files of streams are read one after another. Blobs are read at the same time, and must not share: which one finds no
        // memory left would depend on the time.
        let ofStreams = makeBudget()
        return { side in
            guard side.side == .uncompressed else { return [] }
            return [ContentsConsumer(extent, budget: side.blob == nil ? ofStreams : makeBudget())]
        }
    }
}
