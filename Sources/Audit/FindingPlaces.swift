// layerverify: the findings of a report and their images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The findings as they count in this run.
struct Judgement: Sendable {
    let pool: PackedList<Finding>
    let waivers: Waivers
    let isStrict: Bool

    /// A finding of the pool.
    subscript(place: Int) -> Finding {
        let finding = pool[place]
        if let waiver = waivers[place] { return finding.waived(by: waiver) }
        return isStrict && finding.severity == .warning ? finding.refuting() : finding
    }
}

/// The findings that a report shows, and the image of each.
struct FindingPlaces: Sendable {
    /// An image and a layer in it. Units: 8 bytes each, since there may be 100 000.
    struct Position: Sendable {
        private let packedImage: Int32
        private let packedLayer: Int32

        init(_ entry: FindingList.Entry) {
            packedImage = entry.image.map { Int32($0) } ?? -1
            packedLayer = entry.layer.map { Int32($0) } ?? -1
        }

        var image: Int? { packedImage < 0 ? nil : Int(packedImage) }
        var layer: Int? { packedLayer < 0 ? nil : Int(packedLayer) }
    }

    /// The index in the pool of each finding of the report.
    private(set) var shown: [UInt32] = []
    /// The first image and layer of each finding of the report; negative for none.
    private(set) var firstEntries: [Position] = []
    /// The outcome that each finding gives its image.
    private(set) var outcomes: [Outcome] = []
    private(set) var figures = Summary()
    /// The outcome of the findings of each root that are not about an image.
    private(set) var rootOutcomes: [RootIndex: Outcome] = [:]
    /// For each entry about an image the index of its finding in the report, sorted by image.
    ///
    /// `layer` is negative for a finding about the image itself, and `someLayer` for one about an unknown layer.
    private var ofImages: [(finding: UInt32, layer: Int32)] = []
    static let someLayer: Int32 = -2
    /// The first entry of each image.
    private var starts: [UInt32]

    init(_ located: FindingList, imageCount: Int, _ judgement: Judgement) {
        var places = [UInt32](repeating: .max, count: located.pool.count)
        starts = Array(repeating: 0, count: imageCount + 1)
        for entry in located.entries {
            if let image = entry.image {
                starts[image + 1] += 1
            } else {
                let finding = judgement[Int(entry.finding)]
                rootOutcomes[finding.root, default: .verified] = rootOutcomes[finding.root, default: .verified].joined(
                    with: finding.outcome)
            }
            guard places[Int(entry.finding)] == .max else { continue }
            places[Int(entry.finding)] = UInt32(shown.count)
            shown.append(entry.finding)
            firstEntries.append(Position(entry))
            count(judgement[Int(entry.finding)], times: located.count(of: Int(entry.finding)))
        }
        for image in 0..<imageCount { starts[image + 1] += starts[image] }
        ofImages = Array(repeating: (0, -1), count: Int(starts[imageCount]))
        var next = starts
        for entry in located.entries {
            guard let image = entry.image else { continue }
            let layer = entry.layer.map { Int32($0) } ?? (entry.isAboutSomeLayer ? Self.someLayer : -1)
            ofImages[Int(next[image])] = (places[Int(entry.finding)], layer)
            next[image] += 1
        }
    }

    private mutating func count(_ finding: Finding, times: Int) {
        outcomes.append(finding.outcome)
        switch finding.severity {
        case _ where finding.waiver != nil: break
        case .error: figures.errorCount += times
        case .warning: figures.warningCount += times
        case .note: figures.noteCount += times
        }
        if let waiver = finding.waiver { figures.waived[waiver.source] += times }
        switch finding.code {
        case .platformAbsent: figures.absentPlatformCount += times
        case .blobUnreferenced: figures.unreferencedBlobCount += times
        default: break
        }
    }

    subscript(image: Int) -> ArraySlice<(finding: UInt32, layer: Int32)> {
        ofImages[Int(starts[image])..<Int(starts[image + 1])]
    }

    func outcome(_ findings: [Int]) -> Outcome { findings.reduce(.verified) { $0.joined(with: outcomes[$1]) } }

    func outcome(ofImage image: Int) -> Outcome {
        self[image].reduce(.verified) { $0.joined(with: outcomes[Int($1.finding)]) }
    }
}
