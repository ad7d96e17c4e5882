// layerverify: the tree of a layer by its table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import Tar

/// Makes the tree of a layer from a list of its files, without the tar. What the list says is only claimed.
package struct TableTree {
    private let builder: LayerTreeBuilder
    private let digestsFiles: Bool

    /// - Parameter digestsFiles: whether the digests of files that the list has are kept.
    package init(_ budget: TreeBudget, digestsFiles: Bool) {
        builder = LayerTreeBuilder(budget, digestsFiles: false)
        self.digestsFiles = digestsFiles
    }

    /// Adds an entry of the list, in its order.
    package func add(_ member: TarMember, _ digest: ContentDigest?) {
        builder.add(member, claiming: digestsFiles ? digest : nil)
    }

    /// The tree, in which nothing has an offset.
    package func finish() -> LayerTree { builder.finish(.empty, hasOffsets: false) }
}
