// layerverify: reads the uncompressed bytes of a blob as the tar of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import LayerPipeline
import Tar

/// Reads the uncompressed side of a blob as a tar, and adds what it contains to the facts.
package final class ContentsConsumer: BlockConsumer {
    private var reader = TarStreamReader()
    private let walk: LayerWalk
    /// The first bytes of the stream, which show what it is if it is not a tar.
    private var beginning: [UInt8] = []

    private static let beginningByteCount = 16

    /// Parameters: as those of `LayerWalk`.
    package init(_ extent: ContentsExtent, budget: PathBudget) {
        walk = LayerWalk(extent, budget: budget)
    }

    package func consume(_ bytes: RawSpan) {
        for place in 0..<min(bytes.byteCount, Self.beginningByteCount - beginning.count) {
            // SAFETY: the offset is within the bytes.
            unsafe beginning.append(bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
        }
        reader.take(bytes, walk)
    }

    package func finish(into facts: inout BlobFacts) { facts.uncompressed?.contents = finish() }

    /// Ends the stream.
    package func finish() -> ContentsFacts {
        let ending = reader.finish()
        return walk.finish(
            ending, withoutEntry: reader.offsetOfHeaderWithoutEntry, beginning: beginning,
            trailingName: reader.trailingName)
    }
}
