// layerverify: the tree of a layer from its bytes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerPipeline
internal import Tar

/// Makes the tree of a layer from its uncompressed bytes, as they go by.
package final class TreeConsumer: BlockConsumer {
    private var reader = TarStreamReader()
    private let builder: LayerTreeBuilder
    private let deliver: (BlobFacts, LayerTree) -> Void

    /// - Parameters:
    ///   - digestsFiles: whether to compute the SHA-256 of each file.
    ///   - deliver: receives the tree if the layer was read to its end, with the facts of the blob so far: its digests are
    ///     known.
    package init(
        _ budget: TreeBudget, digestsFiles: Bool = false, deliver: @escaping (BlobFacts, LayerTree) -> Void
    ) {
        builder = LayerTreeBuilder(budget, digestsFiles: digestsFiles)
        self.deliver = deliver
    }

    package func consume(_ bytes: RawSpan) { reader.take(bytes, builder) }

    package func finish(into facts: inout BlobFacts) { deliver(facts, builder.finish(reader.finish())) }
}
