// layerverify: the image stores of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerDigest
internal import LayerModel
internal import LayerPipeline
internal import LayerSource
internal import LayerSystem

/// The image stores that a run found, and what it selects in them. Their documents are read one store after another.
struct RunSources {
    /// The image stores, and the paths without one, in the order of the report.
    let found: [ImageFinder.Found]
    /// Opens the blobs of all of them.
    let opener: any BlobOpener
    /// The files that the search found and that are not images.
    let ignored: IgnoredFiles
    private let options: Verifier.Options
    private let isVerification: Bool
    private let searched: [SearchedPath]
    private let selection: Selection
    private let survey: StoreSurvey
    private let digester: DocumentDigester
    private let watch: WalkWatch
    /// Reports the progress of the search and of the walks.
    let progress: GatherProgress

    /// Searches the paths, and resolves the references of the options.
    ///
    /// - Parameters:
    ///   - isVerification: whether claims will be checked, and whether too few images are a finding.
    ///   - consumers: what is done with the bytes of files in streams besides hashing them.
    init(
        _ verifier: Verifier, _ sources: [Verifier.Source], cancellation: Verifier.Cancellation?,
        progress: ProgressObserver?,
        start: ContinuousClock.Instant, isVerification: Bool, consumers: @escaping ConsumerFactory = { _ in [] }
    ) {
        options = verifier.options
        self.isVerification = isVerification
        let teller = GatherProgress(progress, since: start)
        self.progress = teller
        watch = WalkWatch(
            isCancelled: { cancellation?.isCancelled ?? false }, noteDocuments: { teller.note(documentCount: $0) },
            noteSearch: { teller.note(searchedFileCount: $0, imageStoreCount: $1) })
        let limits = SearchLimits(
            maximumFileCount: options.maximumFileCount, staysOnFileSystem: options.staysOnFileSystem)
        let pace = verifier.readingPace(cancellation)
        let tools = verifier.streamTools(readsLayers: isVerification, pace: pace, consumers: consumers) {
            teller.note(streamedByteCount: $0)
        }
        var finder = ImageFinder(watch: watch, links: options.symbolicLinks.links, limits: limits, tools: tools)
        for source in sources {
            if source.isStandardInput { finder.findInStandardInput() } else { finder.find(source.path) }
        }
        found = finder.found
        ignored = finder.ignored
        opener = verifier.paced(finder.store, pace)
        var selection = Selection(
            platform: verifier.platform, references: options.references.map { $0.description },
            requiresAllPlatforms: options.requiresAllPlatforms)
        if !verifier.expectedDigests.isEmpty {
            selection.expectedDigests = ExpectedDigests(
                verifier.expectedDigests, areClaimsChecked: isVerification)
        }
        let offers = verifier.offers
        digester = DocumentDigester(
            fast: { offers($1) ? .of($0, $1) : nil }, reference: { offers($1) ? .reference(of: $0, $1) : nil })
        var searched = sources.map { SearchedPath(path: $0.description) }
        for (root, found) in found.enumerated() where found.source != nil {
            searched[found.pathIndex].roots.append(root)
        }
        self.searched = searched
        survey = StoreSurvey(found, opener: opener, digester: digester, watch: watch)
        self.selection = ReferenceResolver.resolve(selection, in: survey, paths: searched.map { $0.roots })
    }

    /// A builder for the inventories of the image stores.
    func makeBuilder() -> InventoryBuilder {
        InventoryBuilder(
            selection: selection, opener: opener, digester: digester,
            minimumImageCount: isVerification ? options.minimumImageCount : 0, watch: watch)
    }

    /// Reads the documents of one image store. The caller ends the root.
    func walk(_ found: ImageFinder.Found, _ builder: inout InventoryBuilder) {
        read(found, &builder)
        if isVerification, !options.allowsEmpty, found.source != nil { builder.noteNothingListed() }
    }

    private func read(_ found: ImageFinder.Found, _ builder: inout InventoryBuilder) {
        func begin(_ finding: Finding, _ builder: inout InventoryBuilder) {
            builder.beginRoot(found.record)
            builder.add(finding)
        }
        if let finding = found.finding { return begin(finding, &builder) }
        let interrupted = Finding(
            .interrupted, "the run was interrupted before the image was looked at", at: Place(""))
        guard !watch.isOver else { return begin(interrupted, &builder) }
        do throws(LookupFault) {
            guard let tree = try found.openTree(), let source = found.source else {
                return builder.beginRoot(found.record)
            }
            guard !watch.isOver else { return begin(interrupted, &builder) }
            builder.beginRoot(found.record, indexByteCount: tree.byteCount)
            for finding in tree.findings { builder.add(finding) }
            source.walk(tree, &builder)
            builder.addFacts(of: tree)
        } catch {
            begin(.cannotOpenAgain(error), &builder)
        }
    }

    /// Adds the findings that follow from all image stores, after the last root has ended.
    func noteRun(_ builder: inout InventoryBuilder) {
        guard !watch.isOver else { return builder.noteMissingDigests(isOver: true) }
        builder.noteNothingSelected(at: searched, survey)
        builder.noteMissingDigests(isOver: false)
        builder.noteTooFewImages()
    }
}
