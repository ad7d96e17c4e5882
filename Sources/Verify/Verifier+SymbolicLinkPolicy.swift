// layerverify: symbolic links.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSystem

extension Verifier {
    /// The symbolic links that are followed to the files of an image in a folder.
    public enum SymbolicLinkPolicy: String, Hashable, Sendable, Codable, CaseIterable {
        /// Follows links that stay inside the path given. The targets of other links are undetermined.
        case inside
        /// Follows all links.
        case anywhere
        /// Follows no links. Their targets are undetermined.
        case never

        var links: LinkPolicy {
            switch self {
            case .inside: .inside
            case .anywhere: .anywhere
            case .never: .never
            }
        }
    }
}
