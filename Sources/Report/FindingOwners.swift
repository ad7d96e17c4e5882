// layerverify: the images that findings belong to.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Tells to which image a finding belongs. A report knows only the findings of each image.
///
/// Memory: eight bytes for each finding.
struct FindingOwners {
    private let report: Report
    private var firstImage: [Int32]
    private var imageCount: [UInt32]
    /// The image that was asked about last: consecutive findings are mostly about the same one.
    private var last: (image: Int, title: String)?

    init(_ report: Report) {
        self.report = report
        firstImage = [Int32](repeating: -1, count: report.findings.count)
        imageCount = [UInt32](repeating: 0, count: report.findings.count)
        for (number, image) in report.images.enumerated() {
            for finding in image.findings { add(finding, Int32(clamping: number)) }
            for layer in image.layers {
                for finding in layer.findings { add(finding, Int32(clamping: number)) }
            }
        }
    }

    private mutating func add(_ finding: Int, _ image: Int32) {
        guard firstImage.indices.contains(finding) else { return }
        if firstImage[finding] < 0 { firstImage[finding] = image }
        imageCount[finding] &+= 1
    }

    /// The first image of a finding by name and platform, as text from the image, and the number of further images; nil
    /// for a finding about no image.
    mutating func image(of finding: Int) -> (title: String, others: Int)? {
        guard firstImage.indices.contains(finding), firstImage[finding] >= 0 else { return nil }
        let number = Int(firstImage[finding])
        if last?.image != number { last = (number, Self.title(of: report.images[number].record)) }
        return last.map { ($0.title, Int(imageCount[finding]) - 1) }
    }

    private static func title(of record: ImageRecord) -> String {
        let parts = [record.references.first, record.platform?.description].compactMap { $0 }
        if !parts.isEmpty { return parts.joined(separator: " ") }
        return (record.manifestDigest ?? record.imageID)?.description ?? record.kind.rawValue
    }
}
