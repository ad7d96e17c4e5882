// layerverify: what an HTML report shows in full.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Which images a page shows in full, and which of their layers are in several images.
///
/// Memory: a byte for each image, and an entry for each layer of the images that are shown.
struct HTMLPlan {
    /// A layer that is in several images.
    struct SharedLayer {
        /// `A` to `Z`, then `AA` and so on; the same in all images.
        let marker: String
        /// The number of images, also of those that are not shown.
        var imageCount: Int
    }

    /// The size of a page: the number of images, layers and findings that it shows. About 1 KiB each.
    static let maximumElementCount = 10_000
    /// The number of shared layers that have markers: `A` to `ZZ`.
    static let maximumMarkerCount = 26 * 27

    /// Whether each image is shown in full.
    private(set) var isFull: [Bool]
    /// The images that are not verified, in order.
    private(set) var failing: [Int] = []
    private(set) var shared: [ContentDigest: SharedLayer] = [:]
    /// The digests of `shared` in the order of the markers.
    private(set) var sharedDigests: [ContentDigest] = []

    init(_ report: Report, maximumElementCount: Int = maximumElementCount) {
        isFull = Array(repeating: false, count: report.images.count)
        var total = 0
        var failingTotal = 0
        for (index, image) in report.images.enumerated() {
            let count = image.layers.reduce(1 + image.layers.count + image.findings.count) { $0 + $1.findings.count }
            total += count
            guard image.outcome != .verified else { continue }
            failing.append(index)
            // The first one is shown whatever its size.
            if failingTotal == 0 || failingTotal + count <= maximumElementCount { isFull[index] = true }
            failingTotal += count
        }
        if total <= maximumElementCount || report.images.count == 1 {
            for index in isFull.indices { isFull[index] = true }
        }
        findShared(report)
    }

    private mutating func findShared(_ report: Report) {
        var counts: [ContentDigest: Int] = [:]
        var order: [ContentDigest] = []
        for index in isFull.indices where isFull[index] {
            for layer in report.images[index].layers.prefix(HTMLReport.maximumLayerCount) {
                guard let digest = layer.record.digest ?? layer.record.diffID, counts[digest] == nil else { continue }
                counts[digest] = 0
                order.append(digest)
            }
        }
        guard !counts.isEmpty, report.images.count > 1 else { return }
        for image in report.images {
            for digest in Set(image.layers.compactMap { $0.record.digest ?? $0.record.diffID }) {
                if let count = counts[digest] { counts[digest] = count + 1 }
            }
        }
        for digest in order {
            guard let count = counts[digest], count > 1, sharedDigests.count < Self.maximumMarkerCount else { continue }
            shared[digest] = SharedLayer(marker: Self.marker(sharedDigests.count), imageCount: count)
            sharedDigests.append(digest)
        }
    }

    private static func marker(_ number: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let last = String(letters[number % 26])
        return number < 26 ? last : String(letters[number / 26 - 1]) + last
    }

    func shared(_ layer: LayerReport) -> SharedLayer? {
        (layer.record.digest ?? layer.record.diffID).flatMap { shared[$0] }
    }
}
