// layerverify: chainIDs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The identifier of a stack of layers.
///
/// Spec: OCI image-spec v1.1.1 config.md §Layer ChainID.
package enum ChainID {
    /// The chainID of a layer on top of the layers with the chainID `parent`. For the base layer `parent` is nil, and
    /// its chainID is its diffID.
    ///
    /// A chainID is always the sha256 of the texts of both digests, whatever their own algorithms are.
    package static func next(parent: ContentDigest?, diffID: ContentDigest) -> ContentDigest {
        guard let parent else { return diffID }
        return .of(Array("\(parent) \(diffID)".utf8), .sha256)
    }
}
