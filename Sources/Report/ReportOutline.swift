// layerverify: which images and findings belong to which image store.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The images of each root, and the findings that belong to a root and to none of its images, by their indexes in the
/// report.
struct ReportOutline {
    let imagesOfRoot: [RootIndex: [Int]]
    let findingsOfRoot: [RootIndex: [Int]]
    /// The findings without a root.
    let strays: [Int]

    /// Complexity: one access to each image and to each finding.
    init(_ report: Report) {
        var isPlaced = [Bool](repeating: false, count: report.findings.count)
        var imagesOfRoot: [RootIndex: [Int]] = [:]
        for (place, image) in report.images.enumerated() {
            imagesOfRoot[image.record.root, default: []].append(place)
            for index in image.findings where isPlaced.indices.contains(index) { isPlaced[index] = true }
            for layer in image.layers {
                for index in layer.findings where isPlaced.indices.contains(index) { isPlaced[index] = true }
            }
        }
        self.imagesOfRoot = imagesOfRoot
        findingsOfRoot = Dictionary(grouping: report.findings.indices.filter { !isPlaced[$0] }) {
            report.findings[$0].root
        }
        strays = findingsOfRoot.keys.filter { !report.roots.indices.contains($0) }.sorted()
            .flatMap { [findingsOfRoot] in findingsOfRoot[$0] ?? [] }
    }
}
