// layerverify: what receives the entries of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Receives what a `TarStreamReader` reads.
package protocol TarStreamVisitor: AnyObject {
    /// Takes the next entry; its extended headers are applied.
    ///
    /// Returns: whether its content is wanted.
    func visit(_ member: TarMember) -> Bool

    /// Takes a global header, whose content is complete. It is not applied to what follows; runtimes get it as an entry and ignore
    /// it. Most visitors do, too.
    ///
    /// Shape: the name is that in its own record of the path, if it has one; the type is `g`.
    func visitGlobalHeader(_ header: TarMember)

    /// Takes the next bytes of the content of the last entry, as they are stored: of a sparse file, its pieces one after another.
    func content(_ bytes: RawSpan)

    /// The content of the last entry is complete. It is not called for entries whose content was not wanted.
    func contentEnded()
}

extension TarStreamVisitor {
    package func visitGlobalHeader(_ header: TarMember) {}
}
