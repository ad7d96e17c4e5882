// layerverify: what reading an archive in one pass needs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem

/// The parts of reading an archive in one pass that the facade provides, since sources neither decode whole streams nor hash.
package struct StreamTools: Sendable {
    /// Decodes a source; nil if no codec decodes the compression.
    let decode: @Sendable (any SequentialSource, Compression) -> (any DecodedStream)?
    /// Makes a reader of the files in an archive of a compression; nil if only documents are read.
    let makeReader: (@Sendable (Compression) -> any StreamedBlobReader)?
    /// Reads a source on a thread of its own.
    package let readAhead: @Sendable (any SequentialSource) -> any SequentialSource
    /// Limits the speed of a source.
    package let pace: @Sendable (any SequentialSource) -> any SequentialSource

    package init(
        decode: @escaping @Sendable (any SequentialSource, Compression) -> (any DecodedStream)?,
        makeReader: (@Sendable (Compression) -> any StreamedBlobReader)?,
        readAhead: @escaping @Sendable (any SequentialSource) -> any SequentialSource = { $0 },
        pace: @escaping @Sendable (any SequentialSource) -> any SequentialSource = { $0 }
    ) {
        self.decode = decode
        self.makeReader = makeReader
        self.readAhead = readAhead
        self.pace = pace
    }
}
