// layerverify: tests of the file system that layers make together.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerTree
import TestSupport
import Testing

@Suite struct MergedTreeTests {
    @Test func aWhiteoutHidesLowerFiles() {
        let listing = Listing(
            {
                $0.addDirectory("d")
                $0.add("d/x")
                $0.add("f")
            }, { $0.add(".wh.d") })
        #expect(listing.lines == ["file f 644 0 @1"])
        #expect(
            listing.allLines == [
                "whiteout d @2", "dir d 755 @1 hidden by 2", "file d/x 644 0 @1 hidden by 2", "file f 644 0 @1",
            ])
    }

    /// A device 0/0 is the whiteout of overlay file systems.
    @Test func aDeviceWithoutNumbersIsAWhiteout() {
        #expect(Listing({ $0.add("f") }, { $0.add("f", type: "3") }).lines.isEmpty)
        let device = Listing({ $0.add("f") }, { $0.add("f", type: "3", device: (1, 3)) })
        #expect(device.lines == ["char f 644 @2"])
    }

    @Test func anOpaqueDirectoryHidesItsLowerContent() {
        let listing = Listing(
            {
                $0.addDirectory("d", mode: 0o700)
                $0.add("d/old")
            },
            {
                $0.add("d/new")
                $0.add("d/.wh..wh..opq")
            }, { $0.add("d/newer") })
        // The directory has no entry in the upper layers: it keeps its mode.
        #expect(listing.lines == ["dir d 700 @2", "file d/new 644 0 @2", "file d/newer 644 0 @3"])
        #expect(listing.allLines.contains("file d/old 644 0 @1 hidden by 2"))
        #expect(listing.allLines.contains("opaque d @2"))
    }

    /// Overlay mounts ignore a marker at their root.
    @Test func anOpaqueRootHidesNothing() {
        #expect(Listing({ $0.add("f") }, { $0.add(".wh..wh..opq") }).lines == ["file f 644 0 @1"])
    }

    /// The whiteout is replaced by a plain directory, so the lower content shows through.
    @Test func aDirectoryAfterItsWhiteoutIsMerged() {
        let listing = Listing(
            {
                $0.addDirectory("d")
                $0.add("d/x")
            },
            {
                $0.add(".wh.d")
                $0.addDirectory("d", mode: 0o711)
            })
        #expect(listing.lines == ["dir d 711 @2", "file d/x 644 0 @1"])
    }

    @Test func aFileEndsTheMergingOfDirectories() {
        let listing = Listing(
            {
                $0.addDirectory("d")
                $0.add("d/lowest")
            }, { $0.add("d", "file") },
            {
                $0.addDirectory("d")
                $0.add("d/top")
            })
        #expect(listing.lines == ["dir d 755 @3", "file d/top 644 0 @3"])
    }

    /// Nothing of lower layers is there while a layer is unpacked, so their links are not followed.
    @Test func linksOfLowerLayersAreReplaced() {
        let listing = Listing(
            {
                $0.addDirectory("usr/lib")
                $0.add("lib", type: "2", link: "usr/lib")
            }, { $0.add("lib/new") })
        #expect(listing.lines == ["dir lib 755 @2", "file lib/new 644 0 @2", "dir usr 755 @1", "dir usr/lib 755 @1"])
    }

    /// A directory without an entry leaves the attributes of the one below.
    @Test func implicitDirectoriesKeepAttributes() {
        let listing = Listing({ $0.addDirectory("d", mode: 0o700, owner: 9) }, { $0.add("d/x") })
        #expect(listing.lines == ["dir d 700 @1", "file d/x 644 0 @2"])
    }

    @Test func hardLinksOutOfTheLayerShowTheLowerFile() {
        let listing = Listing({ $0.add("a", "123", mode: 0o600) }, { $0.add("b", type: "1", link: "a") })
        #expect(listing.lines == ["file a 600 3 @1", "file b 600 3 = a @2"])
        // A loop through layers, or a target that does not exist, ends.
        let broken = Listing({ $0.add("a", type: "1", link: "b") }, { $0.add("b", type: "1", link: "a") })
        #expect(broken.lines.count == 2)
    }

    /// Of several layers that hide a file the first one is named.
    @Test func hiddenFilesNameTheFirstLayerThatHidesThem() {
        let file = Listing({ $0.add("f") }, { $0.add("f") }, { $0.add("f") })
        #expect(file.allLines == ["file f 644 0 @3", "file f 644 0 @2 hidden by 3", "file f 644 0 @1 hidden by 2"])
        let folder = Listing({ $0.addDirectory("d") }, { $0.addDirectory("d") }, { $0.addDirectory("d") })
        #expect(folder.allLines == ["dir d 755 @3", "dir d 755 @2 hidden by 3", "dir d 755 @1 hidden by 2"])
        let below = Listing({ $0.add("d/f") }, { $0.add("d/.wh.f") }, { $0.add(".wh.d") })
        #expect(below.allLines.contains("file d/f 644 0 @1 hidden by 2"))
        let replaced = Listing({ $0.add("d/f") }, { $0.add("d") }, { $0.addDirectory("d") }, { $0.add(".wh.d") })
        #expect(replaced.allLines.contains("file d/f 644 0 @1 hidden by 2"))
        #expect(replaced.allLines.contains("file d 644 0 @2 hidden by 3"))
        #expect(replaced.allLines.contains("dir d 755 @3 hidden by 4"))
    }

    /// Names of many layers come in order, each once.
    @Test func namesOfManyLayersAreSorted() {
        let layers = (0..<20).map { layer in
            LayerTree.reading(
                SampleTar.bytes { tar in
                    for number in stride(from: layer, to: 300, by: layer + 1) { tar.add("d/\(number)") }
                })
        }
        let listing = Listing(layers)
        let names = (0..<300).map { "d/\($0)" }.sorted()
        #expect(listing.lines.dropFirst().map { String($0.split(separator: " ")[1]) } == names)
    }

    /// A directory without an entry has the attributes of what its path leads to below: through links, through layers without an
    /// entry, and behind opaque markers.
    @Test func attributesAreInheritedAlongPaths() {
        let listing = Listing(
            {
                $0.addDirectory("real/in/deep", mode: 0o701)
                $0.addDirectory("real/in", mode: 0o702)
                $0.addDirectory("p/q", mode: 0o703)
                $0.add("link", type: "2", link: "real")
            }, { $0.add("p/.wh..wh..opq") }, { $0.add("p/q/.wh..wh..opq") },
            {
                $0.add("link/in/deep/more/f")
                $0.add("p/q/r/f")
                $0.add("p/.wh..wh..opq")
            })
        #expect(listing.lines.contains("dir link/in 702 @4"))
        #expect(listing.lines.contains("dir link/in/deep 701 @4"))
        #expect(listing.lines.contains("dir link/in/deep/more 755 @4"))
        #expect(listing.lines.contains("dir p/q 755 @4"))
        #expect(listing.lines.contains("dir p/q/r 755 @4"))
    }

    /// Following the whole path of each directory would take a minute.
    @Test func deepDirectoriesAreListedInLinearTime() {
        let deep = String(repeating: "d/", count: 2000)
        let layer: (inout SampleTar) -> Void = { tar in
            tar.add("d/.wh..wh..opq")
            tar.add(deep + "f")
        }
        let listing = Listing(layer, layer, layer, layer, layer)
        #expect(listing.lines.count == 2001)
        #expect(listing.allLines.count > 10_000)
    }

    @Test func anImageWithoutLayersHasARoot() {
        let listing = Listing()
        #expect(listing.lines.isEmpty)
        #expect(listing.find("/") == "/")
        #expect(listing.find("x") == "missing x")
    }

    @Test func pathsAreFollowedWithinTheRoot() {
        let listing = Listing(
            {
                $0.add("etc/conf")
                $0.add("up", type: "2", link: "../../etc")
                $0.add("loop", type: "2", link: "loop")
            },
            {
                $0.add("abs", type: "2", link: "/up/conf")
                $0.add("gone", type: "2", link: "nowhere/x")
            })
        #expect(listing.find("/") == "/")
        #expect(listing.find("etc//./conf") == "/etc/conf")
        #expect(listing.find("/../up/conf") == "/etc/conf")
        #expect(listing.find("abs") == "/etc/conf")
        #expect(listing.find("abs", followsLast: false) == "/abs")
        #expect(listing.find("up/", followsLast: false) == "/etc")
        #expect(listing.find("loop/x") == "loop")
        #expect(listing.find("gone") == "link gone to missing nowhere")
        #expect(listing.find("gone", followsLast: false) == "/gone")
        #expect(listing.find("nothing/x") == "missing nothing")
        #expect(listing.find("etc/conf/x") == "not a directory etc/conf")
        #expect(listing.find("etc/conf/", followsLast: false) == "not a directory etc/conf")
    }

    @Test func contentIsFoundThroughHardLinks() throws {
        let listing = Listing({ $0.add("a", "123") }, { $0.add("b", type: "1", link: "a") })
        let found = try listing.tree.find(Array("b".utf8), followsLast: true)
        let content = try #require(listing.tree.content(of: found.place))
        #expect(content.layer == 0 && content.offset == 512 && content.byteCount == 3 && !content.isSparse)
        #expect(listing.tree.content(of: listing.tree.root) == nil)
    }
}
