// layerverify: repeated measurements.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The results of repeated measurements in order; there is at least one.
package struct Spread: Hashable, Sendable {
    package let values: [Double]

    /// Nil if there are no values.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        self.values = values
    }

    /// The median; of an even number of values the mean of the middle two.
    package var median: Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    package var minimum: Double { values.reduce(.infinity, min) }
    package var maximum: Double { values.reduce(-.infinity, max) }
}
