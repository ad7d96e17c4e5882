// layerverify: the images of which one is to be chosen.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The images of a run, of which one is to be chosen.
struct ImageCandidates {
    /// Which entries of an image store count as one image.
    enum Sameness {
        /// Those with the same layers: they have the same files.
        case files
        /// Those with the same manifest, or without manifests the same config.
        case documents
    }

    struct Candidate {
        /// The index of the image store in the run.
        var root: Int
        /// The index among the images of its store.
        var place: Int
        /// The index among all images.
        var number: Int
        var record: ImageRecord
        var form: ImageForm
    }

    /// The first ones.
    private(set) var candidates: [Candidate] = []
    /// Of all of them; those of a store are counted up to a limit.
    private(set) var count = 0
    private let sameness: Sameness
    private var rootCount = 0
    private var imageCount = 0

    private static let keptCount = 20
    private static let countedOfRoot = 1000

    init(_ sameness: Sameness) { self.sameness = sameness }

    /// The image, if there is exactly one.
    var one: Candidate? { count == 1 ? candidates.first : nil }

    /// Adds the images of the next image store. Returns: their number.
    @discardableResult
    mutating func add(_ inventory: Inventory) -> Int {
        defer { rootCount += 1 }
        let form = inventory.roots.last?.form ?? .unknown
        var known: Set<Identity> = []
        var ofRoot = 0
        for (place, record) in inventory.images.enumerated() {
            defer { imageCount += 1 }
            guard record.kind == .image, ofRoot < Self.countedOfRoot, known.insert(identity(of: record, place)).inserted
            else { continue }
            ofRoot += 1
            guard candidates.count < Self.keptCount else { continue }
            candidates.append(
                Candidate(root: rootCount, place: place, number: imageCount, record: record, form: form))
        }
        count += ofRoot
        return ofRoot
    }

    private enum Identity: Hashable {
        case layers([BlobIndex?])
        case manifest(ContentDigest)
        case config(BlobIndex)
        /// An image that is the same as no other one.
        case place(Int)
    }

    private func identity(of record: ImageRecord, _ place: Int) -> Identity {
        switch sameness {
        case .files: .layers(record.layers.map { $0.blob })
        case .documents:
            record.manifestDigest.map { .manifest($0) } ?? record.configBlob.map { .config($0) } ?? .place(place)
        }
    }
}
