// layerverify: what receives the entries of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Receives what a `TarStreamReader` reads.
package protocol TarStreamVisitor: AnyObject {
    /// Takes the next entry; its extended headers are applied.
    ///
    /// Returns: whether its content is wanted.
    func visit(_ member: TarMember) -> Bool

    /// Takes the next bytes of the content of the last entry, as they are stored: of a sparse file, its pieces one after another.
    func content(_ bytes: RawSpan)

    /// The content of the last entry is complete. It is not called for entries whose content was not wanted.
    func contentEnded()
}
