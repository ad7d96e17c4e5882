// layerverify: the root whose documents are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What is kept of a root while its documents are read.
struct CurrentRoot {
    /// The cost so far.
    var budget: RootBudget
    var notes = RootNotes()
    var configs = ConfigCache()
    var blobs = BlobPlaces()
    /// The index in the inventory of the first image.
    let firstImage: Int
    /// The first image of the image layout with each config.
    private var imagesOfConfigs: [BlobIndex: Int] = [:]
    /// True if the image layout leads to an image.
    private(set) var hasLayoutImages = false
    /// The platforms that are listed and whose manifests are missing.
    var absentPlatforms: [AbsentPlatform] = []
    /// The bytes of the commands of the layers.
    var historyByteCount = 0

    init(_ budget: RootBudget, firstImage: Int) {
        self.budget = budget
        self.firstImage = firstImage
    }

    /// Records an image that was added to the inventory.
    mutating func add(_ image: ImageRecord, at index: Int) {
        guard image.manifestBlob != nil else { return }
        hasLayoutImages = true
        if let config = image.configBlob, imagesOfConfigs[config] == nil { imagesOfConfigs[config] = index }
    }

    /// The first image of the image layout whose config is one of these blobs.
    func image(withConfig blobs: [BlobIndex]) -> Int? { blobs.compactMap { imagesOfConfigs[$0] }.min() }

    /// Releases what only reading further documents needs.
    mutating func release() {
        blobs = BlobPlaces()
        imagesOfConfigs = [:]
        configs = ConfigCache()
    }
}

/// What is known of a root by its findings.
struct RootNotes {
    /// False once something could not be read, or was not followed. Missing names in the documents prove nothing then.
    var isWhole = true
    /// False once a finding keeps the root from being verified.
    private(set) var isVerifiable = true
    /// A limit was reached, or the run was interrupted, which is reported once.
    var isExcessNoted = false
    var isInterruptionNoted = false
    /// The content of the list in `index.json`.
    private var listsNothing = false
    private var listsNull = false

    /// Whether a part of the root was not walked. Missing names prove nothing then.
    var isCutShort: Bool { isExcessNoted || isInterruptionNoted }

    /// True if the documents were read completely.
    var isComplete: Bool { isWhole && !isCutShort }

    /// True if `index.json` was read and has an empty list.
    var layoutIsEmpty: Bool { listsNothing && !listsNull }

    mutating func note(_ finding: Finding) {
        if finding.code.leavesOpen { isWhole = false }
        if finding.outcome != .verified { isVerifiable = false }
        switch finding.code {
        case .nothingReferenced: listsNothing = true
        case .indexManifestsNull: listsNull = true
        default: break
        }
    }
}

extension FindingCode {
    /// True if a part of the image's documents is unknown because of this finding.
    fileprivate var leavesOpen: Bool {
        switch self {
        case .pathUnreadable, .blobUnreadable, .blobChanged, .documentTooLarge, .indexTooDeep, .tooManyDescriptors,
            .archiveEntryUnsupported, .linkNotFollowed, .interrupted:
            true
        default: false
        }
    }
}
