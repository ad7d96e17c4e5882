// layerverify: codecs by compression.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension Codecs {
    /// The codec to decode with: the fastest one that is not disabled. Nil if nothing here decodes the compression.
    ///
    /// It is the reference itself (their names are equal) where there is no faster one.
    package static func fast(for compression: Compression) -> Codec? {
        fast(for: compression, disabled: DisabledPaths.names)
    }

    /// The codec whose word counts when another one finds a fault: zlib, libzstd. It cannot be disabled.
    package static func reference(for compression: Compression) -> Codec? {
        all.last { $0.compression == compression }
    }

    /// The codec to decode with, if `disabled` names the codecs that are not to be used.
    package static func fast(for compression: Compression, disabled: Set<Substring>) -> Codec? {
        all.first { $0.compression == compression && !disabled.contains($0.name[...]) }
            ?? reference(for: compression)
    }
}
