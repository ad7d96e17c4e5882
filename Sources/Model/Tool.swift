// layerverify: the name and the version of the program.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The name and the version in reports and in `--version`.
package enum Tool {
    package static let name = "layerverify"
    /// Spec: Semantic Versioning 2.0.0.
    package static let version = "0.1.0"
}
