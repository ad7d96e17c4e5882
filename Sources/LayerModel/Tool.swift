// layerverify: what this program calls itself.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The name and version that reports and `--version` show.
package enum Tool {
    package static let name = "layerverify"
    /// Spec: Semantic Versioning 2.0.0.
    package static let version = "0.1.0"
}
