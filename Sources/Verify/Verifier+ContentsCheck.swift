// layerverify: how much of the tar in each layer is checked.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// What is checked of the tar in each layer, besides its digest.
    public enum ContentsCheck: String, Hashable, Sendable, Codable, CaseIterable {
        /// Checks that runtimes can unpack each layer, and that they get the same file system. Needs memory for the
        /// paths of the layers: about 46 bytes and the bytes of the name for each entry, up to a limit.
        case full
        /// Checks that each layer is a tar whose headers runtimes can read. Needs no memory for paths.
        case structure
        /// Does not look into layers: a layer with the right digest is verified, whatever it is.
        case none
    }
}
