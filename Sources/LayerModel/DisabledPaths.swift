// layerverify: fast paths that somebody turned off.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The fast paths that the environment variable LAYERVERIFY_DISABLE names, separated by commas; for diagnosis.
package enum DisabledPaths {
    /// Whether a fast path is turned off. The variable is read once.
    package static func contains(_ name: String) -> Bool { names.contains(name[...]) }

    package static let names: Set<Substring> = {
        guard let value = getenv("LAYERVERIFY_DISABLE") else { return [] }
        return Set(String(cString: value).split(separator: ","))
    }()
}
