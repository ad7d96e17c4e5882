// layerverify: repeated measurements.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The results of repeated measurements, in the order in which they came; there is at least one.
package struct Spread: Hashable, Sendable {
    package let values: [Double]

    /// Nil without values.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        self.values = values
    }

    /// The one in the middle; of an even number the mean of both.
    package var median: Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    package var minimum: Double { values.reduce(.infinity, min) }
    package var maximum: Double { values.reduce(-.infinity, max) }
}
