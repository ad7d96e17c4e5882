// layerverify: tests of what hostile layers cost.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerContents
import LayerModel
import Testing

@Suite struct LayerLimitTests {
    @Test func aLayerBeyondTheBudgetIsNotSilent() {
        let layer = SampleLayer(
            (0..<5000).map { SampleEntry.file("dir/file-\($0)") } + [.file("dir/file-0"), .file("../x")])
        let budget = PathBudget(byteCount: 1 << 16)
        let facts = layer.facts(budget: budget)
        #expect(Set(facts.faults.map(\.kind)) == [.pathLimit, .pathOutsideRoot])
        #expect(facts.paths == nil)
        #expect(facts.isPathLimitReached)
        #expect(facts.entryCount == 5002)
        #expect(budget.usedByteCount == 0)
    }

    /// A name of 4 KB implies two thousand directories, and compresses to some bytes.
    @Test func directoriesWithoutEntriesAreLimited() {
        let deep = String(repeating: "d/", count: 1000)
        let facts = SampleLayer((0..<20).map { .file("\($0)/" + deep + "f") }).facts()
        #expect(facts.faults.map { $0.kind } == [.pathLimit])
        #expect(facts.faults.first?.path.starts(with: Array("16/d/".utf8)) == true)
        let layer = SampleLayer((0..<3000).map { .file("\($0)/a/b/c/d/e/f/g/file") })
        #expect(layer.facts().faults.isEmpty)
        #expect(layer.facts().paths?.count == 3000 * 9 + 1)
    }

    /// containerd makes a file by the path that links lead to.
    @Test func pathsThroughLinksAreLimited() {
        let deep = String(repeating: "d/", count: 1000)
        func kinds(_ count: Int) -> Set<LayerFault.Kind> {
            let name = "l/" + String(repeating: "e/", count: count) + "f"
            return Set(SampleLayer([.file(deep + "f"), .link("l", deep), .file(name)]).facts().faults.map(\.kind))
        }
        #expect(kinds(900) == [.parentLinkFollowed, .linkTargetLong])
        #expect(kinds(1000) == [.parentLinkFollowed, .linkTargetLong, .nameNearLimit])
        #expect(kinds(1100) == [.parentLinkFollowed, .linkTargetLong, .nameTooLong])
    }

    @Test func theMemoryOfPathsReturns() {
        let budget = PathBudget(byteCount: 1 << 20)
        for _ in 0..<20 {
            let facts = SampleLayer((0..<2000).map { SampleEntry.file("dir/file-\($0)") }).facts(budget: budget)
            #expect(facts.paths?.count == 2002)
            #expect(budget.usedByteCount > 2000 * 28)
            #expect(budget.usedByteCount < 2000 * 70)
        }
        #expect(budget.usedByteCount == 0)
    }

    @Test func manyFaultsOfAKindAreCounted() {
        let facts = SampleLayer((0..<1000).map { _ in SampleEntry.file("f") } + [.file("f/x")]).facts()
        let twice = facts.faults.filter { $0.kind == .pathTwice }
        #expect(twice.count == LayerFaultList.countOfKind)
        #expect(twice.map(\.furtherCount) == [0, 0, 0, 999 - LayerFaultList.countOfKind])
        #expect(twice.first?.otherOffset == 0)
        #expect(twice.first?.headerOffset == 512)
        #expect(facts.faults.contains { $0.kind == .parentNotDirectory })
    }

    @Test func longNamesAreCut() {
        let name = String(repeating: "n", count: 5000)
        let facts = SampleLayer([.file(name)]).facts()
        #expect(facts.faults.first?.path.count == LayerFault.maximumByteCount)
    }

    /// Forty links of 4 KB each would take 50 000 steps for each of 20 000 entries.
    @Test func longWalksAlongLinksEnd() {
        var entries: [SampleEntry] = [.directory("a")]
        let detour = String(repeating: "a/../", count: 800)
        for number in 0..<39 { entries.append(.link("l\(number)", detour + (number == 38 ? "a" : "l\(number + 1)"))) }
        for number in 0..<20_000 { entries.append(.file(number % 2 == 0 ? "l0/\(number)" : "a/\(number)")) }
        let facts = SampleLayer(entries).facts()
        #expect(facts.isPathLimitReached)
        #expect(Set(facts.faults.map(\.kind)).isSubset(of: [.pathLimit, .parentLinkFollowed, .linkTargetLong]))
    }

    @Test func fortyLinksAreFollowed() {
        func layer(_ count: Int) -> SampleLayer {
            let links = (0..<count).map { SampleEntry.link("l\($0)", $0 == count - 1 ? "a" : "l\($0 + 1)") }
            return SampleLayer([.directory("a")] + links + [.file("l0/x")])
        }
        #expect(layer(40).facts().faults.map(\.kind) == [.parentLinkFollowed])
        #expect(layer(41).facts().faults.map(\.kind) == [.parentLinkBroken])
    }

    @Test func deepPathsAreFound() {
        let deep = String(repeating: "d/", count: 1900)
        let facts = SampleLayer([.file(deep + "f"), .file(deep + "g"), .file(deep + "f")]).facts()
        #expect(Set(facts.faults.map(\.kind)) == [.pathTwice])
        #expect(facts.paths?.count == 1903)
    }

    /// A layer with all kinds of paths, whose table is the same whichever way its bytes come.
    @Test func theTableKnowsThePaths() throws {
        let facts = SampleLayer([
            .directory("./", 0o755), .directory("etc", 0o700), .file("etc/conf", "x"), .link("lib", "usr/lib"),
            .hardLink("lib2", "lib"),
            .file("opt/.wh.old"), .file("opt/a/.wh..wh..opq"), .file("b/.wh.c"), .directory("b/c"),
        ]).facts()
        let table = try #require(facts.paths)
        func find(_ path: String) -> PathNode? {
            path.split(separator: "/").reduce(PathNode.root) { node, name in
                node.flatMap { table.find(Array(name.utf8), 0..<name.utf8.count, in: $0) }
            }
        }
        let conf = try #require(find("etc/conf"))
        #expect(table.kind(of: conf) == .file)
        #expect(table.headerOffset(of: conf) == 1024)
        #expect(table.path(of: conf) == Array("etc/conf".utf8))
        #expect(table.flags(of: .root).isDisjoint(with: .implied))
        #expect(
            find("etc").map { table.flags(of: $0).intersection([.implied, .defaultAttributes, .hasChildren]) }
                == .hasChildren)
        #expect(try table.linkTarget(of: #require(find("lib"))).map { Array($0) } == Array("usr/lib".utf8))
        #expect(try table.linkTarget(of: #require(find("lib2"))).map { Array($0) } == Array("usr/lib".utf8))
        #expect(find("opt/old").map { table.kind(of: $0) } == .whiteout)
        #expect(find("opt/a").map { table.flags(of: $0).contains(.opaque) } == true)
        #expect(find("b/c").map { table.flags(of: $0).contains(.replacesWhiteout) } == true)
        #expect(find("nothing") == nil)
        #expect(
            Set(table.dependents.map { table.path(of: $0) })
                == Set(["opt", "opt/old", "opt/a", "b", "b/c"].map { Array($0.utf8) }))
    }

    /// Against a table of whole names: random small trees.
    @Test func theTableAgreesWithADictionary() throws {
        var table = PathTable(budget: PathBudget(byteCount: 1 << 24))
        var known: [String: PathNode] = ["": .root]
        var seed: UInt64 = 7
        for _ in 0..<20_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let parents = ["", "a", "a/b", "c"].filter { known[$0] != nil }
            let parent = parents[Int(seed >> 33) % parents.count]
            let name = Int(seed >> 40) % 4 == 0 ? ["a", "b", "c"][Int(seed >> 50) % 3] : "n\(seed >> 50)"
            let path = parent.isEmpty ? name : parent + "/" + name
            let text = Array(name.utf8)
            let directory = try #require(known[parent])
            let found = table.find(text, text.indices, in: directory)
            #expect(found == known[path])
            if found == nil { known[path] = table.add(text, text.indices, in: directory, .directory, at: 0) }
        }
        #expect(table.count == known.count)
    }
}
