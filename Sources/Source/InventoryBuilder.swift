// layerverify: collecting the findings of sources.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import StrictJSON

/// Collects images, blobs, claims and findings of the roots of a run, in order.
///
/// `endRoot` gives away the inventory of a root. What is kept after that is what findings about the whole run need.
package struct InventoryBuilder {
    package internal(set) var inventory = Inventory()
    package let selection: Selection
    package let opener: any BlobOpener
    let digester: DocumentDigester
    let watch: WalkWatch
    private let limits: RootBudget.Limits
    let held = HeldDocuments()
    /// Receives each entry that names an image, if the walk is a survey.
    var observer: StoreSurvey.Observer?
    /// The root to which findings are added: the current one, or the whole run.
    var root: RootIndex = 0
    /// What is kept of the current root, and of all.
    var current: CurrentRoot
    var run: WalkedRoots

    /// - Parameters:
    ///   - minimumImageCount: how many different images there must be.
    ///   - watch: tells when the walk must end, and receives its progress.
    ///   - limits: the limits of each root.
    package init(
        selection: Selection, opener: any BlobOpener, digester: DocumentDigester, minimumImageCount: Int = 0,
        watch: WalkWatch = WalkWatch(), limits: RootBudget.Limits = RootBudget.Limits()
    ) {
        self.selection = selection
        self.opener = opener
        self.digester = digester
        self.watch = watch
        self.limits = limits
        run = WalkedRoots(minimumImageCount: minimumImageCount)
        current = CurrentRoot(RootBudget(limits: limits, held: held), firstImage: 0)
    }

    // Roots and findings

    /// The cost of the current root so far.
    package var budget: RootBudget { current.budget }

    /// Begins a root. Everything that is added after this belongs to it.
    ///
    /// - Parameter indexByteCount: the memory of an archive's index in bytes.
    package mutating func beginRoot(_ record: RootRecord, indexByteCount: Int = 0) {
        root = run.count
        run.begin(after: current)
        inventory.roots.append(record)
        let budget = RootBudget(
            limits: limits, indexByteCount: indexByteCount, inventoryByteCount: inventory.byteCount,
            reportByteCount: run.reportByteCount, held: held)
        current = CurrentRoot(budget, firstImage: inventory.images.count)
    }

    /// Ends the current root: adds the findings that need all of its documents, and gives away its inventory. The next
    /// root, and findings about the run, are added to an empty one.
    package mutating func endRoot() -> Inventory {
        noteIncompleteRoot()
        noteUnexpectedDigests()
        noteImageIdentities()
        run.end(inventory, expectsDigests: selection.expectedDigests != nil)
        let ended = inventory
        inventory = Inventory(sameRunAs: ended)
        current.release()
        return ended
    }

    /// Sets the form of the current root.
    mutating func setForm(_ form: ImageForm) { inventory.roots[inventory.roots.count - 1].form = form }

    package mutating func add(_ finding: Finding, image: Int? = nil, layer: Int? = nil) {
        var finding = finding
        finding.root = root
        current.notes.note(finding)
        inventory.findings.append(LocatedFinding(finding, image: image, layer: layer))
        // A thousand documents may name a document with a thousand faults.
        current.budget.step(1, keeping: 0, inventory)
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
        run.withImages.insert(image.root)
        let index = inventory.images.count - 1
        current.add(image, at: index)
        return index
    }

    /// Adds names that an image does not have yet.
    mutating func addReferences(_ references: [String], to image: Int) { inventory.images.add(references, to: image) }

    mutating func updateImage(_ index: Int, _ change: (inout ImageRecord) -> Void) {
        inventory.images.change(index, change)
    }

    /// Whether the documents of all roots so far were read completely.
    var areRootsWhole: Bool { run.areComplete && current.notes.isComplete }

    /// The images of the current root, by their indexes in the inventory.
    var imagesOfRoot: Range<Int> { current.firstImage..<inventory.images.count }

    // Blobs

    /// The blob at a location, the same for every document that mentions it.
    mutating func blob(
        _ location: BlobLocation, path: String, expectedByteCount: UInt64, facts: BlobFacts? = nil
    ) -> BlobIndex {
        let key = BlobPlaces.Key(location, path: path)
        if let known = current.blobs.find(key, in: inventory.blobs) { return known }
        inventory.blobs.append(
            BlobRecord(
                root: root, path: path, location: location, facts: facts, expectedByteCount: expectedByteCount))
        let index = inventory.blobs.count - 1
        current.blobs.add(index, key)
        return index
    }

    /// The blobs at a path: one in most cases, several if an archive has several entries of that name.
    mutating func blobs(at path: String, in tree: any ImageTree, expectedByteCount: UInt64) -> [BlobIndex] {
        switch tree.locate(path) {
        case .at(let location, let alternatives, let isContradicted):
            if isContradicted, !mentions(location, path) {
                add(
                    Finding(
                        .archiveEntryAmbiguous, "the archive has a link, a folder or the like by this name, too",
                        at: Place(path)))
            }
            // Each copy is claimed to have the digest in the name.
            current.budget.step(alternatives.count, keeping: 64 * alternatives.count, inventory)
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
        return mentions(location, path)
    }

    private func mentions(_ location: BlobLocation, _ path: String) -> Bool {
        current.blobs.find(BlobPlaces.Key(location, path: path), in: inventory.blobs) != nil
    }

    /// Sets the facts of a blob that the tree knows.
    mutating func set(_ facts: BlobFacts, of blob: BlobIndex) { inventory.setFacts(facts, of: blob) }

    /// The facts about a blob; nil if it was not read yet.
    func facts(of blob: BlobIndex) -> BlobFacts? { inventory.blobs[blob].facts }
}
