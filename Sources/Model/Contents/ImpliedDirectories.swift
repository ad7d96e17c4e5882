// layerverify: a limit of directories without entries.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Limits the directories of a layer that no entry describes: a name of 4 KB can imply two thousand, and compresses to some bytes.
package enum ImpliedDirectories {
    /// Real layers have about as many directories as entries at most, even if they list no directories.
    private static let freeCount = 1 << 14
    private static let countOfEntry = 8

    /// Whether a layer may have this number of them in its first `entryCount` entries.
    package static func isPermitted(_ count: Int, entryCount: Int) -> Bool {
        count <= freeCount + countOfEntry * entryCount
    }
}
