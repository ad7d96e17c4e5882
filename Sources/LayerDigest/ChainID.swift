// layerverify: chain IDs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The names of stacks of layers.
///
/// Spec: OCI image-spec v1.1.1 config.md §Layer ChainID.
package enum ChainID {
    /// The chain ID of a layer on top of `parent`; nil is the parent of the base layer, whose chain ID is its diffID.
    ///
    /// It is a sha256 of both digests' texts, whatever their own algorithms.
    package static func next(parent: ContentDigest?, diffID: ContentDigest) -> ContentDigest {
        guard let parent else { return diffID }
        return .of(Array("\(parent) \(diffID)".utf8), .sha256)
    }
}
