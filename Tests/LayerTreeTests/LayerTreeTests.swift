// layerverify: tests of the tree of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerTree
import TestSupport
import Testing

@Suite struct LayerTreeTests {
    @Test func namesAreCleanedAndSorted() {
        let listing = Listing {
            $0.add("./b")
            $0.add("/a//c/")
            $0.add("x/../d")
            $0.add("../e")
        }
        #expect(
            listing.lines == [
                "dir a 755 @1", "file a/c 644 0 @1", "file b 644 0 @1", "file d 644 0 @1", "file e 644 0 @1",
            ])
    }

    @Test func hardLinksShareAttributes() {
        let listing = Listing {
            $0.add("a", "12", mode: 0o600)
            $0.add("b", type: "1", link: "./a")
            $0.add("c", type: "1", link: "/b")
        }
        #expect(listing.lines == ["file a 600 2 @1", "file b 600 2 = a @1", "file c 600 2 = a @1"])
    }

    /// The first name of a hard link is replaced: the other one keeps the file, and is not a link to what replaced it.
    @Test func aHardLinkOutlivesItsFirstName() {
        let listing = Listing {
            $0.add("a", "12")
            $0.add("b", type: "1", link: "a")
            $0.add("a", "new")
        }
        #expect(listing.lines == ["file a 644 3 @1", "file b 644 2 @1"])
    }

    @Test func theLastEntryOfAPathWins() {
        let listing = Listing {
            $0.addDirectory("d")
            $0.add("d/x")
            $0.add("d", "file")
            $0.addDirectory("d", mode: 0o700)
            $0.add("d/y")
            $0.addDirectory("d", mode: 0o711)
        }
        #expect(listing.lines == ["dir d 711 @1", "file d/y 644 0 @1"])
    }

    @Test func linksOfTheLayerAreFollowedWithinTheRoot() {
        let listing = Listing {
            $0.addDirectory("data")
            $0.add("s", type: "2", link: "data")
            $0.add("s/one")
            $0.add("up", type: "2", link: "../../../data")
            $0.add("up/two")
            $0.add("dangling", type: "2", link: "gone/../made")
            $0.add("dangling/three")
        }
        #expect(
            listing.lines == [
                "link dangling -> gone/../made @1", "dir data 755 @1", "file data/one 644 0 @1",
                "file data/two 644 0 @1", "dir made 755 @1", "file made/three 644 0 @1", "link s -> data @1",
                "link up -> ../../../data @1",
            ])
    }

    /// Entries that make no file are counted, with the reason.
    @Test func entriesThatMakeNoFileAreTold() {
        let tree = LayerTree.reading(
            SampleTar.bytes {
                $0.add("a", type: "2", link: "b")
                $0.add("b", type: "2", link: "a")
                $0.add("a/x")
                $0.add(".wh.")
                $0.add("f")
                $0.add(".wh.f")
                $0.add("device", type: "7")
                $0.addDirectory("d")
                $0.add("h", type: "1", link: "d")
                $0.add("/")
            })
        #expect(
            tree.omissions.entries.map { $0.reason } == [
                .linkLoop, .whiteoutOfNothing, .whiteoutAfterFile, .typeUnsupported, .hardLinkToDirectory,
                .rootReplaced,
            ])
        #expect(tree.omissions.count == 6)
        #expect(tree.entryCount == 10)
        #expect(!tree.omissions.hasReachedLimit)
    }

    @Test func faultsOfTheTarAreKept() {
        let good = SampleTar.bytes { $0.add("a", "content") }
        #expect(LayerTree.reading(good).fault == nil)
        #expect(LayerTree.reading([]).fault == nil)
        #expect(LayerTree.reading(Array("{}".utf8) + [UInt8](repeating: 0x20, count: 600)).fault == .notATar)
        #expect(LayerTree.reading(Array(good.prefix(515))).fault == .cut(atByte: 515))
        #expect(
            LayerTree.reading(Array(good.prefix(1024)) + [UInt8](repeating: 1, count: 512)).fault
                == .invalid(atByte: 1024))
    }

    @Test func theLimitOfMemoryIsTold() {
        let tar = SampleTar.bytes { tar in
            for number in 0..<2000 { tar.add("file\(number)") }
        }
        let limited = LayerTree.reading(tar, TreeBudget(byteCount: 128 << 10))
        #expect(limited.omissions.hasReachedLimit)
        #expect(limited.children(of: LayerTree.root).count < 2000)
        #expect(!LayerTree.reading(tar).omissions.hasReachedLimit)
        #expect(LayerTree.reading(tar).children(of: LayerTree.root).count == 2000)
    }

    /// A name of 4 KB implies two thousand directories, and compresses to some bytes.
    @Test func directoriesWithoutEntriesAreLimited() {
        let deep = String(repeating: "d/", count: 1000)
        let tree = LayerTree.reading(
            SampleTar.bytes { tar in for number in 0..<20 { tar.add("\(number)/" + deep + "f") } })
        #expect(tree.omissions.hasReachedLimit)
        #expect(tree.omissions.entries.isEmpty)
        let wide = LayerTree.reading(
            SampleTar.bytes { tar in for number in 0..<3000 { tar.add("\(number)/a/b/c/d/e/f/g/file") } })
        #expect(!wide.omissions.hasReachedLimit)
    }

    /// Without a limit a few links make a path of any length.
    @Test func pathsThroughLinksAreLimited() {
        let deep = String(repeating: "d/", count: 1000)
        let listing = Listing {
            $0.add(deep + "f")
            $0.add("l", type: "2", link: deep)
            $0.add("l/" + String(repeating: "e/", count: 1020) + "g")
            $0.add("l/" + String(repeating: "h/", count: 1050) + "i")
        }
        #expect(listing.lines.count == 1000 + 1 + 1 + 1020 + 1)
        #expect(listing.tree.layers[0].omissions.entries.map { $0.reason } == [.nameTooLong])
    }

    /// A path that changes between a file and a directory must not take more time each time.
    @Test func aPathOfManyEntriesTakesLinearTime() {
        let tar = SampleTar.bytes { tar in
            for _ in 0..<10_000 {
                tar.add("a")
                tar.addDirectory("a")
                tar.add("a/b")
            }
        }
        let tree = LayerTree.reading(tar)
        #expect(tree.children(of: LayerTree.root).count == 1)
        #expect(tree.child(of: LayerTree.root, named: Array("a".utf8)[...]).map { tree.children(of: $0).count } == 1)
    }
}
