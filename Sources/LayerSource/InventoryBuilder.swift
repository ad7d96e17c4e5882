// layerverify: gathering what a source finds.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage

/// Gathers images, blobs, claims and findings of all roots of a run, in order.
package struct InventoryBuilder {
    package private(set) var inventory = Inventory()
    package let selection: Selection
    package let opener: any BlobOpener
    let digester: DocumentDigester
    /// The blobs of the present root by their place.
    private var blobs = HashIndex()
    var root: RootIndex = 0
    /// What the present root has cost so far.
    package internal(set) var budget: RootBudget
    private let limits: RootBudget.Limits
    private let held = HeldDocuments()
    let watch: WalkWatch
    var isExcessNoted = false
    var isInterruptionNoted = false
    /// The documents that were parsed for the roots before.
    private var earlierDocumentCount = 0
    var configs = ConfigCache()
    /// The place in the inventory of the present root's first image.
    private var firstImage = 0
    /// What the present root's `index.json` was found to list.
    private var listsNothing = false
    private var listsNull = false
    /// The first image of the present root's layout with each config.
    private var imagesOfConfigs: [BlobIndex: Int] = [:]
    /// The references that led to something, by their places in the selection, and the roots in which anything was selected.
    var selectedReferences: Set<Int> = []
    private(set) var rootsWithImages: Set<RootIndex> = []
    /// Who is told of each entry that names an image, where the walk is a survey.
    var observer: StoreSurvey.Observer?
    /// What is known of the digests that images must have.
    var digestCheck = DigestCheck()
    /// False once a root before the present one was not read as a whole.
    private var wereRootsWhole = true
    /// True if the image layout of the present root leads to any image.
    private(set) var hasLayoutImages = false
    /// False once something of the present root could not be read, or was not followed. Then nothing may be concluded from
    /// what its documents do not name.
    private(set) var isWhole = true
    /// The platforms that the present root lists and that are not there.
    var absentPlatforms: [AbsentPlatform] = []
    /// The bytes that the commands of the layers take, of all roots.
    var historyByteCount = 0
    /// False once a finding of the present root keeps it from being verified.
    private(set) var isRootVerifiable = true

    /// The present root's files by their bytes: to Swift, `é` written in two ways is one string, to Linux two files.
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
    ///   - watch: is asked whether the walk goes on, and told how far it has come.
    ///   - limits: what each root may cost.
    package init(
        selection: Selection, opener: any BlobOpener, digester: DocumentDigester, watch: WalkWatch = WalkWatch(),
        limits: RootBudget.Limits = RootBudget.Limits()
    ) {
        self.selection = selection
        self.opener = opener
        self.digester = digester
        self.watch = watch
        self.limits = limits
        budget = RootBudget(limits: limits, held: held)
    }

    // Roots and findings

    /// Begins a root; what is added from now on belongs to it.
    ///
    /// - Parameter indexByteCount: the memory that the index of an archive takes.
    package mutating func beginRoot(_ record: RootRecord, indexByteCount: Int = 0) {
        wereRootsWhole = wereRootsWhole && isWhole && !isCutShort
        root = inventory.roots.count
        inventory.roots.append(record)
        blobs = HashIndex()
        imagesOfConfigs = [:]
        hasLayoutImages = false
        earlierDocumentCount += budget.documentCount
        budget = RootBudget(
            limits: limits, indexByteCount: indexByteCount, earlierByteCount: inventory.byteCount, held: held)
        (isExcessNoted, isInterruptionNoted) = (false, false)
        configs = ConfigCache()
        firstImage = inventory.images.count
        (listsNothing, listsNull) = (false, false)
        isWhole = true
        isRootVerifiable = true
        absentPlatforms = []
    }

    /// Says what form the present root turned out to have.
    mutating func setForm(_ form: ImageForm) { inventory.roots[root].form = form }

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
        // A document of a thousand faults may be named by a thousand others.
        budget.step(1, keeping: 0, inventory)
    }

    mutating func add(_ claim: Claim) { inventory.claims.append(claim) }

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

    /// The first image of the present root's layout whose config is one of these blobs.
    func image(withConfig blobs: [BlobIndex]) -> Int? { blobs.compactMap { imagesOfConfigs[$0] }.min() }

    /// Adds names that an image does not go by yet.
    mutating func addReferences(_ references: [String], to image: Int) { inventory.images.add(references, to: image) }

    mutating func updateImage(_ index: Int, _ change: (inout ImageRecord) -> Void) {
        inventory.images.change(index, change)
    }

    /// Whether the documents of all roots so far could be read to their end.
    var areRootsWhole: Bool { wereRootsWhole && isWhole && !isCutShort }

    /// True if the index.json of the present root could be read, and has an empty list.
    var layoutIsEmpty: Bool { listsNothing && !listsNull }

    /// The images of the present root, by their places in the inventory.
    var imagesOfRoot: Range<Int> { firstImage..<inventory.images.count }

    /// Notes what the search found and is not an image.
    package mutating func noteIgnored(_ files: IgnoredFiles) { inventory.ignored = files }

    // Blobs

    /// The blob at a location, one and the same for every document that mentions it.
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

    /// The blobs at a path, usually one; several where an archive has several entries of that name.
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
            // Each of them is claimed to be what the name is.
            budget.step(alternatives.count, keeping: 64 * alternatives.count, inventory)
            return ([location] + alternatives).map { location in
                // An archive's index has the size.
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

    /// True if some document mentioned the file at `path`.
    func mentions(_ path: String, in tree: any ImageTree) -> Bool {
        guard case .at(let location, _, _) = tree.locate(path) else { return true }
        let key = BlobKey(location, path: path)
        return find(key, key.hashValue) != nil
    }

    // Documents

    /// Reads the blob as a document. Its bytes are hashed as they are read, so that what is hashed is what was parsed.
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
                parsing: bytes, keys: isMap ? .exact : .ignoringCase, held: held)
            budget.add(document)
            return .success(document)
        } catch {
            return .failure(.json(error))
        }
    }

    /// Whether a blob may be a JSON object: its first byte that is no white space is a brace, and it is no larger than a
    /// document. Where it cannot be read, that becomes a fact about it.
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
        // Whoever reads the blob will say so.
        case .cutOff, .missing, .outsideImage, .linkNotFollowed, .notRegularFile: break
        }
        return false
    }

    /// Notes that a blob could not be read. What was read before and is not there any more has changed.
    ///
    /// Returns: what is known of it now.
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
        // Its digest is for the pipeline to find; only reading it as a document is out of the question.
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
            byteCount: ByteMath.fileSize(bytes.count), digests: digests,
            compression: Compression.detect(prefix: bytes), reading: ending)
        // A document that several others name is read for each. It had better stay the same.
        if let known = inventory.blobs[blob].facts, known.digests.first != facts.digests.first {
            facts.reading = .changed
        }
        inventory.blobs[blob].facts = facts
        return bytes
    }

    /// The facts about a blob, where it was read already.
    func facts(of blob: BlobIndex) -> BlobFacts? { inventory.blobs[blob].facts }
}

/// Why a document cannot be read.
package enum DocumentFault: Error, Equatable, Sendable {
    /// Its blob could not be read; the claims about the blob tell.
    case unread(ReadEnding)
    case json(JSONFault)
    case tooLarge(byteCount: UInt64)
    /// The root has reached a limit, which is a finding already. The pipeline reads the blob if anything is claimed of it.
    case overBudget

    /// True if what the document says is not known. What follows from that is undetermined.
    var leavesOpen: Bool {
        switch self {
        case .unread(let ending): ending.leavesOpen
        case .json(let fault): fault.code == .tooLarge
        case .tooLarge, .overBudget: true
        }
    }

    var isDuplicateKey: Bool { if case .json(let fault) = self { fault.code == .duplicateKey } else { false } }
}

extension FindingCode {
    /// True if a part of what the image says is not known because of this.
    fileprivate var leavesOpen: Bool {
        switch self {
        case .pathUnreadable, .blobUnreadable, .blobChanged, .documentTooLarge, .indexTooDeep, .tooManyDescriptors,
            .archiveEntryUnsupported, .linkNotFollowed, .interrupted:
            true
        default: false
        }
    }
}
