// layerverify: tests of the limits of one image store.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerSource
import LayerSystem
import Synchronization
import Testing

/// The results and the cost of a walk.
private struct Walk {
    /// The inventory of each root.
    let inventories: [Inventory]
    let budget: RootBudget

    /// The inventory of the last root.
    var inventory: Inventory { inventories.last ?? Inventory() }
    var codes: [FindingCode] { inventories.flatMap { $0.codes } }
    var excess: [String] {
        inventories.flatMap { $0.findings.map { $0.finding } }.filter { $0.code == .tooManyDescriptors }
            .map { $0.message }
    }

    /// Walks all roots of a folder; the budget is that of the last root.
    init(
        _ folder: ImageFolder, at name: String = "", watch: WalkWatch = WalkWatch(),
        _ change: (inout RootBudget.Limits) -> Void = { _ in }
    ) {
        var limits = RootBudget.Limits()
        change(&limits)
        var finder = ImageFinder(watch: watch)
        finder.find(folder.path + name)
        var builder = InventoryBuilder(
            selection: Selection(), opener: finder.store,
            digester: DocumentDigester(fast: { .of($0, $1) }, reference: { .reference(of: $0, $1) }), watch: watch,
            limits: limits)
        var inventories: [Inventory] = []
        for found in finder.found {
            defer { inventories.append(builder.endRoot()) }
            let tree = found.tree
            builder.beginRoot(found.record, indexByteCount: tree?.byteCount ?? 0)
            if let finding = found.finding { builder.add(finding) }
            guard let tree else { continue }
            for finding in tree.findings { builder.add(finding) }
            found.source?.walk(tree, &builder)
        }
        self.inventories = inventories
        budget = builder.budget
        withExtendedLifetime(folder) {}
    }
}

@Suite struct RootBudgetTests {
    private static let missing = "sha256:" + String(repeating: "1", count: 64)

    private static func missing(_ number: Int, _ mediaType: String = MediaTypes.manifest) -> String {
        let digits = String(number, radix: 16)
        let digest = "sha256:" + String(repeating: "0", count: 64 - digits.utf8.count) + digits
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":1}"#
    }

    // Documents that were parsed once

    @Test func aDocumentOfAnUnknownTypeIsParsedOnceForManyDescriptors() throws {
        let folder = try ImageFolder()
        let blob = try folder.addBlob(#"{"mediaType":"\#(MediaTypes.manifest)"}"#, "application/x")
        try folder.writeIndex(Array(repeating: blob, count: 50))
        let walk = Walk(folder)
        // The documents: oci-layout, index.json, and the shared one.
        #expect(walk.budget.documentCount == 3)
        #expect(walk.codes.filter { $0 == .mediaTypeContradiction }.count == 50)
    }

    @Test func aConfigIsParsedOnceForManyManifests() throws {
        let folder = try ImageFolder()
        let config = try folder.addBlob(ImageFolder.config([]), MediaTypes.config)
        let manifests = try (0..<50).map {
            try folder.addBlob(
                #"{"schemaVersion":2,"config":\#(config),"layers":[],"annotations":{"n":"\#($0)"}}"#,
                MediaTypes.manifest)
        }
        try folder.writeIndex(manifests)
        let walk = Walk(folder)
        #expect(walk.budget.documentCount == 53)
        #expect(walk.inventory.images.count == 50)
        #expect(walk.inventory.images.allSatisfy { $0.platform?.os == "linux" })
    }

    @Test func aConfigIsParsedOnceForManyEntriesOfDockersManifest() throws {
        let folder = try ImageFolder()
        try folder.write(ImageFolder.config([]), to: "c.json")
        let entries = (0..<50).map { #"{"Config":"c.json","RepoTags":["a:\#($0)"],"Layers":[]}"# }
        try folder.write("[\(entries.joined(separator: ","))]", to: "manifest.json")
        let walk = Walk(folder)
        #expect(walk.budget.documentCount == 2)
        #expect(walk.inventory.images.count == 50)
    }

    @Test func faultsOfAConfigAreReportedForEachImage() throws {
        let folder = try ImageFolder()
        let config = try folder.addBlob(#"{"os":"linux","architecture":"amd64"}"#, MediaTypes.config)
        let manifests = try (0..<3).map {
            try folder.addBlob(
                #"{"schemaVersion":2,"config":\#(config),"layers":[],"annotations":{"n":"\#($0)"}}"#,
                MediaTypes.manifest)
        }
        try folder.writeIndex(manifests)
        let walk = Walk(folder)
        #expect(walk.inventory.findings.filter { $0.finding.code == .configInvalid }.map { $0.image } == [0, 1, 2])
    }

    /// A document is walked once, as the type in its first descriptor. The second must not contradict it.
    @Test func aDocumentWithTwoTypesInDescriptorsIsRefuted() throws {
        for (own, types) in [
            ("", [MediaTypes.manifest, MediaTypes.index]),
            (
                #""mediaType":"\#(MediaTypes.manifest)","#,
                [MediaTypes.manifest, "application/vnd.docker.distribution.manifest.v2+json"]
            ),
        ] {
            let folder = try ImageFolder()
            let config = try folder.addBlob(ImageFolder.config([]), MediaTypes.config)
            let text = #"{"schemaVersion":2,\#(own)"config":\#(config),"layers":[]}"#
            try folder.writeIndex(try types.map { try folder.addBlob(text, $0) })
            let walk = Walk(folder)
            #expect(walk.codes == [.mediaTypeContradiction])
            #expect(walk.inventory.findings.allSatisfy { $0.finding.outcome == .refuted })
        }
    }

    // Limits

    @Test func eachRootHasLimitsOfItsOwn() throws {
        let folder = try ImageFolder()
        for name in ["a", "b", "c"] {
            let index = ImageFolder.index((1...10).map { Self.missing($0) })
            try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: name + "/oci-layout")
            try folder.write(index, to: name + "/index.json")
        }
        let walk = Walk(folder) { $0.stepCount = 20 }
        #expect(walk.excess.isEmpty)
        #expect(walk.inventories.map { $0.images.count } == [10, 10, 10])
        #expect(walk.budget.stepCount == 10)
    }

    @Test func aRootThatFillsTheMemoryOfTheRunLeavesRoomForOrdinaryImages() throws {
        let folder = try ImageFolder()
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "a/oci-layout")
        try folder.write(ImageFolder.index((1...2000).map { Self.missing($0) }), to: "a/index.json")
        for (name, count) in [("b", 20), ("c", 2000)] {
            try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: name + "/oci-layout")
            try folder.write(ImageFolder.index((1...count).map { Self.missing($0) }), to: name + "/index.json")
        }
        let walk = Walk(folder) {
            $0.runByteCount = 100_000
            $0.assuredByteCount = 20_000
        }
        #expect(walk.inventories.map { $0.codes.contains(.tooManyDescriptors) }.suffix(2) == [false, true])
        #expect(walk.inventories[1].images.count == 20)
        #expect(walk.inventories[1].images.allSatisfy { $0.root == 1 })
    }

    /// A change of the limits, and a word of the finding.
    static let limits: [(change: @Sendable (inout RootBudget.Limits) -> Void, text: String)] = [
        ({ $0.stepCount = 5 }, "more than 5 descriptors"), ({ $0.documentByteCount = 3000 }, "of documents"),
        ({ $0.valueCount = 100 }, "documents of more than 100 values"),
        ({ $0.inventoryByteCount = 2000 }, "descriptors that take more than"),
        ({ $0.byteCount = 30_000 }, "that together take more than"),
    ]

    @Test(arguments: limits.indices)
    func aReachedLimitIsReportedOnceAndTheImagesBeforeItAreChecked(_ place: Int) throws {
        let folder = try ImageFolder()
        let manifests = try (0..<40).map { try folder.addImage(["layer \($0)"]) }
        try folder.writeIndex(manifests)
        let whole = Walk(folder)
        #expect(whole.excess.isEmpty)
        let walk = Walk(folder, Self.limits[place].change)
        #expect(walk.excess.count == 1)
        #expect(walk.excess.first?.contains(Self.limits[place].text) == true, "\(walk.excess)")
        #expect(walk.codes.allSatisfy { $0 == .tooManyDescriptors })
        #expect(walk.inventory.claims.count < whole.inventory.claims.count)
        #expect(walk.inventory.findings.allSatisfy { $0.finding.outcome == .undetermined })
    }

    @Test func documentsWithinOneAnotherCountTogether() throws {
        let folder = try ImageFolder()
        let filling = String(repeating: "1,", count: 20_000)
        var last = Self.missing(1)
        for _ in 0..<10 {
            last = try folder.addBlob(
                #"{"schemaVersion":2,"manifests":[\#(last)],"x":[\#(filling)1]}"#, MediaTypes.index)
        }
        try folder.writeIndex([last])
        #expect(Walk(folder).excess.isEmpty)
        // One of them takes 200 KB, ten of them 2 MB.
        let walk = Walk(folder) { $0.byteCount = 1 << 20 }
        #expect(walk.excess.count == 1)
        #expect(walk.budget.documentCount < 9)
    }

    @Test func faultsOfADocumentThatManyNameCount() throws {
        let folder = try ImageFolder()
        let history = Array(repeating: #"{"created":1}"#, count: 1000).joined(separator: ",")
        let config = try folder.addBlob(
            #"{"os":"a","architecture":"b","rootfs":{"type":"layers","diff_ids":[]},"history":[\#(history)]}"#,
            MediaTypes.config)
        let manifests = try (0..<20).map {
            try folder.addBlob(
                #"{"schemaVersion":2,"config":\#(config),"layers":[],"annotations":{"n":"\#($0)"}}"#,
                MediaTypes.manifest)
        }
        try folder.writeIndex(manifests)
        // The first hundred faults of a list are reported.
        #expect(Walk(folder).codes.filter { $0 == .configInvalid }.count <= 20 * 101)
        #expect(Walk(folder) { $0.stepCount = 300 }.excess.count == 1)
    }

    @Test func unreferencedBlobsCount() throws {
        let folder = try ImageFolder()
        try folder.writeIndex([])
        for number in 0..<30 { _ = try folder.addBlob("\(number)", "a/b") }
        #expect(Walk(folder).excess.isEmpty)
        #expect(Walk(folder) { $0.stepCount = 20 }.excess.count == 1)
    }

    @Test func embeddedListsAreCheckedAndNotKept() throws {
        let names = (0..<1000).map { #""k\#($0)":"""# }.joined(separator: ",")
        let urls = Array(repeating: #""u""#, count: 1000).joined(separator: ",")
        let folder = try ImageFolder()
        try folder.writeIndex([
            #"{"mediaType":"\#(MediaTypes.manifest)","digest":"\#(Self.missing)","size":1,"urls":[\#(urls)],"#
                + #""annotations":{\#(names),"org.opencontainers.image.ref.name":"x"}}"#
        ])
        #expect(Walk(folder).inventory.images.first?.references == ["x"])
    }

    // repositories

    private func repositories(_ tags: Int, chain: Int, tops: Int) throws -> ImageFolder {
        let folder = try ImageFolder()
        for layer in 0..<chain {
            try folder.write("x", to: "\(layer)/layer.tar")
            try folder.write(layer + 1 < chain ? #"{"parent":"\#(layer + 1)"}"# : "{}", to: "\(layer)/json")
        }
        let names = (0..<tags).map { #""t\#($0)":"\#($0 % tops)""# }.joined(separator: ",")
        try folder.write(#"{"app":{\#(names)}}"#, to: "repositories")
        return folder
    }

    @Test func aChainOfLayersIsReadOnceForManyTags() throws {
        let walk = Walk(try repositories(200, chain: 20, tops: 2))
        // `repositories`, and one for each layer.
        #expect(walk.budget.documentCount == 21)
        #expect(walk.inventory.images.map { $0.layers.count } == [20, 19])
        #expect(walk.inventory.images.map { $0.references.count } == [100, 100])
        #expect(walk.inventory.images.first?.layers.first?.path == "19/layer.tar")
    }

    @Test func theLayersOfEachTagCount() throws {
        let folder = try repositories(20, chain: 20, tops: 20)
        #expect(Walk(folder).excess.isEmpty)
        let walk = Walk(folder) { $0.stepCount = 100 }
        #expect(walk.excess.count == 1)
        #expect(walk.inventory.claims.count < 100)
    }

    @Test func namesWithoutALayerCount() throws {
        let folder = try ImageFolder()
        let names = (0..<100).map { #""t\#($0)":[]"# }.joined(separator: ",")
        try folder.write(#"{\#(names)}"#, to: "repositories")
        #expect(Walk(folder) { $0.stepCount = 20 }.inventory.findings.count < 30)
        try folder.write("[]", to: "manifest.json")
        #expect(Walk(folder) { $0.stepCount = 20 }.inventory.findings.count < 30)
    }

    // manifest.json

    @Test func namesOfOneImageCount() throws {
        let folder = try ImageFolder()
        try folder.write(ImageFolder.config([]), to: "c.json")
        let tags = (0..<100).map { "\"a:\($0)\"" }.joined(separator: ",")
        try folder.write(#"[{"Config":"c.json","RepoTags":[\#(tags)],"Layers":[]}]"#, to: "manifest.json")
        #expect(Walk(folder).excess.isEmpty)
        #expect(Walk(folder).inventory.images.first?.references.count == 100)
        #expect(Walk(folder) { $0.stepCount = 50 }.excess.count == 1)
    }

    @Test func entriesOfOneNameCountEach() throws {
        let folder = try ImageFolder()
        let layers = Array(repeating: #""l""#, count: 10).joined(separator: ",")
        var bytes: [UInt8] = .entry("manifest.json", #"[{"Config":"c.json","RepoTags":null,"Layers":[\#(layers)]}]"#)
        bytes += .entry("c.json", ImageFolder.config([]))
        for _ in 0..<100 { bytes += .entry("l", "x") }
        try folder.write(bytes + .end, to: "image.tar")
        #expect(Walk(folder, at: "/image.tar").excess.isEmpty)
        #expect(Walk(folder, at: "/image.tar") { $0.stepCount = 300 }.excess.count == 1)
    }

    @Test func theIndexOfAnArchiveCounts() throws {
        let folder = try ImageFolder()
        var bytes: [UInt8] = .entry("manifest.json", #"[{"Config":"c.json","RepoTags":null,"Layers":[]}]"#)
        bytes += .entry("c.json", ImageFolder.config([]))
        for number in 0..<1000 { bytes += .entry("some/name/\(number)") }
        try folder.write(bytes + .end, to: "image.tar")
        let walk = Walk(folder, at: "/image.tar") { $0.byteCount = 30_000 }
        #expect(walk.excess.first?.contains("together take more than") == true)
    }

    // Interruptions

    @Test func anInterruptedWalkEndsSoonAndReportsIt() throws {
        let folder = try ImageFolder()
        let manifests = try (0..<300).map { try folder.addImage(["layer \($0)"]) }
        try folder.writeIndex(manifests)
        let count = Locked(0)
        let watch = WalkWatch(
            isCancelled: { count.withLock { $0 } >= 10 }, noteDocuments: { number in count.withLock { $0 = number } })
        let walk = Walk(folder, watch: watch)
        #expect((10..<100).contains(walk.budget.documentCount))
        #expect(count.withLock { $0 } == walk.budget.documentCount)
        let interruptions = walk.inventory.findings.filter { $0.finding.code == .interrupted }
        #expect(interruptions.count == 1)
        #expect(walk.codes == [.interrupted])
        #expect(!walk.inventory.images.isEmpty)
    }

    @Test func anInterruptedSearchEndsSoonAndReportsIt() throws {
        let folder = try ImageFolder()
        for number in 0..<300 { try folder.write("x", to: "\(number)/file") }
        try folder.writeIndex([])
        let asked = Atomic(0)
        let watch = WalkWatch(isCancelled: {
            asked.wrappingAdd(1, ordering: .relaxed)
            return true
        })
        var finder = ImageFinder(watch: watch)
        finder.find(folder.path)
        finder.find(folder.path)
        #expect(finder.found.last?.finding?.code == .interrupted)
        #expect(finder.found.contains { $0.source != nil })
        #expect(asked.load(ordering: .relaxed) < 100)
        withExtendedLifetime(folder) {}
    }
}
