// layerverify: what a process must not leave behind.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Files and folders that are there only while the process runs, and how to remove them, should it end at once.
///
/// ## Concurrency
/// Any thread may call anything.
package enum TemporaryPlaces {
    private static let removals = Locked<[String: @Sendable () -> Void]>([:])

    /// Notes a place that was made just now.
    package static func add(_ path: String, remove: @escaping @Sendable () -> Void) {
        removals.withLock { $0[path] = remove }
    }

    /// The place is gone, or is to stay.
    package static func forget(_ path: String) { removals.withLock { _ = $0.removeValue(forKey: path) } }

    /// Removes what is noted, as well as it can be done beside threads that still write; for a process that ends now.
    package static func removeAll() {
        let noted = removals.withLock { removals in
            defer { removals.removeAll() }
            return removals
        }
        for removal in noted.values { removal() }
    }
}
