// layerverify: which symbolic links are followed.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Which symbolic links are followed on the way to a file below a directory. The way to the directory itself is not concerned.
package enum LinkPolicy: String, Hashable, Sendable, CaseIterable {
    /// Those that stay inside the directory, or inside the path given if the directory was found below it.
    case inside
    /// All of them.
    case anywhere
    /// None.
    case never
}
