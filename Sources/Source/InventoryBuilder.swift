// layerverify: collecting the findings of sources.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
package import StrictJSON
import SystemPackage

/// Collects images, blobs, claims and findings of the roots of a run, in order.
///
/// `endRoot` gives away the inventory of a root. What is kept after that is what findings about the whole run need.
package struct InventoryBuilder {
    package private(set) var inventory = Inventory()
    package let selection: Selection
    package let opener: any BlobOpener
    let digester: DocumentDigester
    /// The blobs of the current root by location.
    private var blobs = HashIndex()
    var root: RootIndex = 0
    /// The number of roots that were begun.
    private(set) var rootCount = 0
    /// The cost of the current root so far.
    package internal(set) var budget: RootBudget
    private let limits: RootBudget.Limits
    private let held = HeldDocuments()
    let watch: WalkWatch
    var isExcessNoted = false
    var isInterruptionNoted = false
    /// The number of documents that were parsed for earlier roots, and the bytes that these leave in the report.
    private var earlierDocumentCount = 0
    private var earlierByteCount = 0
    var configs = ConfigCache()
    /// The index in the inventory of the current root's first image.
    private var firstImage = 0
    /// The content of the list in the current root's `index.json`.
    private var listsNothing = false
    private var listsNull = false
    /// The first image of the current root's layout with each config.
    private var imagesOfConfigs: [BlobIndex: Int] = [:]
    /// The indexes in the selection of the references that matched, and the roots in which anything was selected.
    var selectedReferences: Set<Int> = []
    private(set) var rootsWithImages: Set<RootIndex> = []
    /// The different images so far, up to `minimumImageCount`.
    var imageIdentities: Set<ImageIdentity> = []
    let minimumImageCount: Int
    /// Whether a finding of a root that has ended is undetermined; not known if no digest is expected.
    private(set) var hasUndeterminedRoot = false
    /// Receives each entry that names an image, if the walk is a survey.
    var observer: StoreSurvey.Observer?
    /// The state of the comparison with expected digests.
    var digestCheck = DigestCheck()
    /// False once an earlier root was not read completely.
    private var wereRootsWhole = true
    /// True if the image layout of the current root leads to an image.
    private(set) var hasLayoutImages = false
    /// False once something of the current root could not be read, or was not followed. Missing names in its documents
    /// prove nothing then.
    private(set) var isWhole = true
    /// The platforms that the current root lists and whose manifests are missing.
    var absentPlatforms: [AbsentPlatform] = []
    /// The bytes of the commands of the current root's layers.
    var historyByteCount = 0
    /// False once a finding of the current root keeps it from being verified.
    private(set) var isRootVerifiable = true

    /// The current root's files by their bytes: Swift treats two encodings of `é` as equal strings, Linux as two file
    /// names.
    private enum BlobKey: Hashable {
        case path([UInt8])
        case range(offset: UInt64, byteCount: UInt64)

        init(_ location: BlobLocation, path: String) {
            switch location {
            case .file(_, let path): self = .path(Array(path.utf8))
            case .range(_, let offset, let byteCount): self = .range(offset: offset, byteCount: byteCount)
            case .memory: self = .path(Array(path.utf8))
            }
        }
    }

    /// - Parameters:
    ///   - minimumImageCount: how many different images there must be.
    ///   - watch: tells when the walk must end, and receives its progress.
    ///   - limits: the limits of each root.
    package init(
        selection: Selection, opener: any BlobOpener, digester: DocumentDigester, minimumImageCount: Int = 0,
        watch: WalkWatch = WalkWatch(), limits: RootBudget.Limits = RootBudget.Limits()
    ) {
        self.minimumImageCount = minimumImageCount
        self.selection = selection
        self.opener = opener
        self.digester = digester
        self.watch = watch
        self.limits = limits
        budget = RootBudget(limits: limits, held: held)
    }

    // Roots and findings

    /// Begins a root. Everything that is added after this belongs to it.
    ///
    /// - Parameter indexByteCount: the memory of an archive's index in bytes.
    package mutating func beginRoot(_ record: RootRecord, indexByteCount: Int = 0) {
        wereRootsWhole = wereRootsWhole && isWhole && !isCutShort
        root = rootCount
        rootCount += 1
        inventory.roots.append(record)
        blobs = HashIndex()
        imagesOfConfigs = [:]
        hasLayoutImages = false
        earlierDocumentCount += budget.documentCount
        budget = RootBudget(
            limits: limits, indexByteCount: indexByteCount, inventoryByteCount: inventory.byteCount,
            reportByteCount: earlierByteCount, held: held)
        (isExcessNoted, isInterruptionNoted) = (false, false)
        configs = ConfigCache()
        firstImage = inventory.images.count
        (listsNothing, listsNull) = (false, false)
        isWhole = true
        isRootVerifiable = true
        absentPlatforms = []
        historyByteCount = 0
    }

    /// Ends the current root: adds the findings that need all of its documents, and gives away its inventory. The next
    /// root, and findings about the run, are added to an empty one.
    package mutating func endRoot() -> Inventory {
        noteIncompleteRoot()
        noteUnexpectedDigests()
        noteImageIdentities()
        if selection.expectedDigests != nil {
            hasUndeterminedRoot =
                hasUndeterminedRoot || inventory.findings.contains { $0.finding.outcome == .undetermined }
        }
        earlierByteCount += inventory.reportedByteCount
        let ended = inventory
        inventory = Inventory(sameRunAs: ended)
        blobs = HashIndex()
        imagesOfConfigs = [:]
        configs = ConfigCache()
        return ended
    }

    /// Sets the form of the current root.
    mutating func setForm(_ form: ImageForm) { inventory.roots[inventory.roots.count - 1].form = form }

    package mutating func add(_ finding: Finding, image: Int? = nil, layer: Int? = nil) {
        var finding = finding
        finding.root = root
        if finding.code.leavesOpen { isWhole = false }
        if finding.outcome != .verified { isRootVerifiable = false }
        switch finding.code {
        case .nothingReferenced: listsNothing = true
        case .indexManifestsNull: listsNull = true
        default: break
        }
        inventory.findings.append(LocatedFinding(finding, image: image, layer: layer))
        // A thousand documents may name a document with a thousand faults.
        budget.step(1, keeping: 0, inventory)
    }

    mutating func add(_ claim: Claim) { inventory.claims.append(claim) }

    /// Notes a layer that has a table of contents.
    mutating func add(_ record: TOCRecord) {
        if inventory.tableRecords.count < TOCRecord.maximumCount {
            inventory.tableRecords.append(record)
        } else if inventory.tableRecords.count == TOCRecord.maximumCount {
            inventory.tableRecords.append(record)
            add(
                Finding(
                    .layerTOCUnchecked,
                    "tables of contents of more than \(TOCRecord.maximumCount) layers were not checked",
                    at: record.place, expected: "at most \(TOCRecord.maximumCount)"))
        }
    }

    // Images

    mutating func addImage(_ image: ImageRecord) -> Int {
        inventory.images.append(image)
        rootsWithImages.insert(image.root)
        let index = inventory.images.count - 1
        if image.manifestBlob != nil {
            hasLayoutImages = true
            if let config = image.configBlob, imagesOfConfigs[config] == nil { imagesOfConfigs[config] = index }
        }
        return index
    }

    /// The first image of the current root's layout whose config is one of these blobs.
    func image(withConfig blobs: [BlobIndex]) -> Int? { blobs.compactMap { imagesOfConfigs[$0] }.min() }

    /// Adds names that an image does not have yet.
    mutating func addReferences(_ references: [String], to image: Int) { inventory.images.add(references, to: image) }

    mutating func updateImage(_ index: Int, _ change: (inout ImageRecord) -> Void) {
        inventory.images.change(index, change)
    }

    /// Whether the documents of all roots so far were read completely.
    var areRootsWhole: Bool { wereRootsWhole && isWhole && !isCutShort }

    /// True if the index.json of the current root was read and has an empty list.
    var layoutIsEmpty: Bool { listsNothing && !listsNull }

    /// The images of the current root, by their indexes in the inventory.
    var imagesOfRoot: Range<Int> { firstImage..<inventory.images.count }

    // Blobs

    /// The blob at a location, the same for every document that mentions it.
    mutating func blob(
        _ location: BlobLocation, path: String, expectedByteCount: UInt64, facts: BlobFacts? = nil
    ) -> BlobIndex {
        let key = BlobKey(location, path: path)
        let hash = key.hashValue
        if let known = find(key, hash) { return known }
        inventory.blobs.append(
            BlobRecord(
                root: root, path: path, location: location, facts: facts, expectedByteCount: expectedByteCount))
        let index = inventory.blobs.count - 1
        blobs.insert(index, hash: hash)
        return index
    }

    private func find(_ key: BlobKey, _ hash: Int) -> BlobIndex? {
        blobs.find(hash) { place in
            let record = inventory.blobs[place]
            return BlobKey(record.location, path: record.path) == key
        }
    }

    /// The blobs at a path: one in most cases, several if an archive has several entries of that name.
    mutating func blobs(at path: String, in tree: any ImageTree, expectedByteCount: UInt64) -> [BlobIndex] {
        switch tree.locate(path) {
        case .at(let location, let alternatives, let isContradicted):
            let key = BlobKey(location, path: path)
            if isContradicted, find(key, key.hashValue) == nil {
                add(
                    Finding(
                        .archiveEntryAmbiguous, "the archive has a link, a folder or the like by this name, too",
                        at: Place(path)))
            }
            // Each copy is claimed to have the digest in the name.
            budget.step(alternatives.count, keeping: 64 * alternatives.count, inventory)
            return ([location] + alternatives).map { location in
                // The size is known from the archive's index.
                guard case .range(_, _, let byteCount) = location, expectedByteCount == 0 else {
                    return blob(location, path: path, expectedByteCount: expectedByteCount)
                }
                return blob(location, path: path, expectedByteCount: byteCount)
            }
        case .nowhere(let ending):
            let facts = BlobFacts(reading: ending)
            return [blob(.memory, path: path, expectedByteCount: 0, facts: facts)]
        case .unsupported:
            let facts = BlobFacts(reading: .unsupportedEntry)
            return [blob(.memory, path: path, expectedByteCount: 0, facts: facts)]
        }
    }

    /// True if a document mentioned the file at `path`.
    func mentions(_ path: String, in tree: any ImageTree) -> Bool {
        guard case .at(let location, _, _) = tree.locate(path) else { return true }
        let key = BlobKey(location, path: path)
        return find(key, key.hashValue) != nil
    }

    /// Sets the facts of a blob that the tree knows.
    mutating func set(_ facts: BlobFacts, of blob: BlobIndex) { inventory.setFacts(facts, of: blob) }

    // Documents

    /// Reads the blob as a document. Its bytes are hashed as they are read, so that the hashed bytes are the parsed
    /// ones.
    mutating func document(
        _ blob: BlobIndex, algorithms: [DigestAlgorithm], isMap: Bool = false
    ) -> Result<JSONDocument, DocumentFault> {
        let result = parsedDocument(blob, algorithms: algorithms, isMap: isMap)
        if case .failure(let fault) = result, fault.leavesOpen { isWhole = false }
        return result
    }

    private mutating func parsedDocument(
        _ blob: BlobIndex, algorithms: [DigestAlgorithm], isMap: Bool
    ) -> Result<JSONDocument, DocumentFault> {
        let bytes: [UInt8]
        switch readBytes(of: blob, algorithms: algorithms) {
        case .success(let read): bytes = read
        case .failure(let fault): return .failure(fault)
        }
        guard budget.parse(bytes, inventory) else {
            _ = noteExcess(at: Place(inventory.blobs[blob].path))
            return .failure(.overBudget)
        }
        watch.noteDocuments(earlierDocumentCount + budget.documentCount)
        do throws(JSONFault) {
            let document = try JSONDocument(
                parsing: bytes, keys: isMap ? .exact : KnownMembers.comparison, held: held)
            budget.add(document)
            return .success(document)
        } catch {
            return .failure(.json(error))
        }
    }

    /// Whether a blob may be a JSON object: its first byte that is not white space is a brace, and it is not larger
    /// than a document. If it cannot be read, that becomes a fact about it.
    mutating func beginsAsObject(_ blobs: [BlobIndex]) -> Bool {
        guard let blob = blobs.last, inventory.blobs[blob].location != .memory else { return false }
        switch opener.open(inventory.blobs[blob].location) {
        case .opened(let reader):
            guard reader.byteCount <= UInt64(JSONDocument.maximumByteCount) else { return false }
            do throws(ReadFault) {
                let prefix = try reader.bytes(at: 0, upTo: 64)
                return prefix.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{")
            } catch {
                note(ReadEnding(error, atByte: 0), of: blob)
            }
        case .failed(let errno): note(.unreadable(errno: errno.rawValue, atByte: 0), of: blob)
        case .changed: note(.changed, of: blob)
        // Reading the blob reports these.
        case .cutOff, .missing, .outsideImage, .linkNotFollowed, .notRegularFile: break
        }
        return false
    }

    /// Records that a blob could not be read. A blob that was read before and is missing now has changed.
    ///
    /// Returns: the reading that is recorded for it.
    @discardableResult
    private mutating func note(_ ending: ReadEnding, of blob: BlobIndex) -> ReadEnding {
        let wasRead = inventory.blobs[blob].facts?.reading == .complete
        let noted = wasRead && !ending.leavesOpen ? .changed : ending
        inventory.blobs[blob].facts = BlobFacts(reading: noted)
        return noted
    }

    private mutating func readBytes(
        of blob: BlobIndex, algorithms: [DigestAlgorithm]
    ) -> Result<[UInt8], DocumentFault> {
        let record = inventory.blobs[blob]
        if record.location == .memory { return .failure(.unread(record.facts?.reading ?? .missing)) }
        let (reader, ending): ((any BlobReader)?, ReadEnding)
        switch opener.open(record.location) {
        case .opened(let opened): (reader, ending) = (opened, .complete)
        case .cutOff(let opened): (reader, ending) = (opened, .cutOff(atByte: opened.byteCount))
        case .missing: (reader, ending) = (nil, .missing)
        case .outsideImage: (reader, ending) = (nil, .outsideImage)
        case .linkNotFollowed(let target): (reader, ending) = (nil, .linkNotFollowed(target: target))
        case .notRegularFile(let kind): (reader, ending) = (nil, .notRegularFile(kind))
        case .failed(let errno): (reader, ending) = (nil, .unreadable(errno: errno.rawValue, atByte: 0))
        case .changed: (reader, ending) = (nil, .changed)
        }
        guard let reader else { return .failure(.unread(note(ending, of: blob))) }
        // It is too large for a document; the pipeline computes its digest.
        guard reader.byteCount <= UInt64(JSONDocument.maximumByteCount) else {
            inventory.blobs[blob].expectedByteCount = reader.byteCount
            if reader.byteCount > BlobRequest.excessByteCount {
                inventory.blobs[blob].facts = BlobFacts(reading: .oversized(byteCount: reader.byteCount))
            }
            return .failure(.tooLarge(byteCount: reader.byteCount))
        }
        guard !isInterrupted(at: Place(record.path), reading: Int(clamping: reader.byteCount)) else {
            if record.facts == nil { inventory.blobs[blob].facts = BlobFacts(reading: .cancelled) }
            return .failure(.unread(.cancelled))
        }
        guard budget.read(byteCount: Int(clamping: reader.byteCount), inventory) else {
            _ = noteExcess(at: Place(record.path))
            return .failure(.overBudget)
        }
        let bytes: [UInt8]
        do throws(ReadFault) {
            bytes = try reader.bytes(at: 0, upTo: JSONDocument.maximumByteCount)
        } catch ReadFault.failed(.illegalSeek) {
            // Its digest is known, and its content is not.
            return .failure(.notKept(byteCount: reader.byteCount))
        } catch {
            return .failure(.unread(note(ReadEnding(error, atByte: 0), of: blob)))
        }
        guard !reader.hasChanged else { return .failure(.unread(note(.changed, of: blob))) }
        return .success(take(bytes, as: ending, blob: blob, algorithms: algorithms))
    }

    private mutating func take(
        _ bytes: [UInt8], as ending: ReadEnding, blob: BlobIndex, algorithms: [DigestAlgorithm]
    ) -> [UInt8] {
        var all = algorithms.contains(.sha256) ? algorithms : [.sha256] + algorithms
        for algorithm in selection.expectedDigests?.algorithms ?? [] where !all.contains(algorithm) {
            all.append(algorithm)
        }
        let path = inventory.blobs[blob].path
        let (digests, isFastMethodWrong) = digester.digests(of: bytes, all, path: path)
        if isFastMethodWrong { add(.fastDigestDisagrees(path, at: Place(path))) }
        var facts = BlobFacts(
            byteCount: UInt64(byteCount: bytes.count), digests: digests,
            compression: Compression.detect(prefix: bytes), reading: ending)
        // A document that several others name is read for each of them, and must not change in between.
        if let known = inventory.blobs[blob].facts, known.digests.first != facts.digests.first {
            facts.reading = .changed
        }
        inventory.blobs[blob].facts = facts
        return bytes
    }

    /// The facts about a blob; nil if it was not read yet.
    func facts(of blob: BlobIndex) -> BlobFacts? { inventory.blobs[blob].facts }
}

/// The reason for which a document cannot be read.
package enum DocumentFault: Error, Equatable, Sendable {
    /// Its blob could not be read; the claims about the blob report it.
    case unread(ReadEnding)
    case json(JSONFault)
    case tooLarge(byteCount: UInt64)
    /// It is in a stream that is read once, and was not kept. Its digest is known.
    case notKept(byteCount: UInt64)
    /// The root has reached a limit, which has a finding. The pipeline reads the blob if there are claims about it.
    case overBudget

    /// True if the content of the document is unknown. Everything that follows from it is undetermined.
    var leavesOpen: Bool {
        switch self {
        case .unread(let ending): ending.leavesOpen
        case .json(let fault): fault.code == .tooLarge
        case .tooLarge, .notKept, .overBudget: true
        }
    }

    var isDuplicateKey: Bool { if case .json(let fault) = self { fault.code == .duplicateKey } else { false } }
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
