// layerverify: walks through the entries of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import Tar

/// Applies the rules to the entries of one layer as they are read, and ends with facts.
package final class LayerWalk: TarStreamVisitor {
    private var rules: LayerRules

    /// Begins with an empty layer.
    ///
    /// Parameters: `budget` bounds the paths that are kept, together with those of other layers.
    package init(_ extent: ContentsExtent, budget: PathBudget) {
        rules = LayerRules(extent, budget: budget)
    }

    package func visit(_ member: TarMember) -> Bool {
        rules.visit(member)
        return false
    }

    package func visitGlobalHeader(_ header: TarMember) { rules.visitGlobalHeader(header) }

    package func content(_ bytes: RawSpan) {}

    package func contentEnded() {}

    /// Ends the layer.
    ///
    /// Parameters: `header` is `TarStreamReader.offsetOfHeaderWithoutEntry`, `beginning` are the first bytes of the stream,
    /// `trailingName` is that of `TarStreamReader`.
    package func finish(
        _ ending: TarStreamEnding, withoutEntry header: UInt64? = nil, beginning: [UInt8] = [],
        trailingName: [UInt8] = []
    ) -> ContentsFacts {
        rules.finish(ending, withoutEntry: header, beginning: beginning, trailingName: trailingName)
    }
}

/// How much of the contents of layers is checked.
package enum ContentsExtent: Hashable, Sendable {
    /// Each header by itself, in constant memory.
    case structure
    /// All paths as well, against the other paths of the layer and of the layers below.
    case full
}
