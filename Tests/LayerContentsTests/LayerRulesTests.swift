// layerverify: tests of the rules of one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerContents
import LayerModel
import Testing

/// A layer, and the kinds of faults that it has by itself.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let layer: SampleLayer
    let kinds: Set<LayerFault.Kind>

    init(_ description: String, _ entries: [SampleEntry], _ kinds: Set<LayerFault.Kind> = []) {
        self.init(description, SampleLayer(entries), kinds)
    }

    init(_ description: String, _ layer: SampleLayer, _ kinds: Set<LayerFault.Kind> = []) {
        testDescription = description
        self.layer = layer
        self.kinds = kinds
    }
}

@Suite struct LayerRulesTests {
    static let paths: [RuleCase] = [
        RuleCase("nothing", []),
        RuleCase("files", [.directory("etc"), .file("etc/conf", "x"), .file("etc/more", "y")]),
        RuleCase("parents without an entry", [.file("x/y/z"), .file("x/y/a"), .directory("x")]),
        RuleCase("names that begin with ./ and /", [.directory("./"), .file("./a"), .file("/b"), .file("c//d")]),
        RuleCase("a file twice", [.file("f"), .file("f")], [.pathTwice]),
        RuleCase("a directory twice", [.directory("d"), .file("d/x"), .directory("d/")], [.pathTwice]),
        RuleCase("a path in two spellings", [.file("./f"), .file("f")], [.pathTwice]),
        RuleCase("a path with .. in two spellings", [.file("a/../f"), .file("f")], [.pathTwice, .parentComponent]),
        RuleCase("the root twice", [.directory("./"), .directory("/")], [.pathTwice]),
        RuleCase("a directory with a child, then a file", [.directory("d"), .file("d/x"), .file("d")], [.pathTwice]),
        RuleCase("a directory without an entry, then a file", [.file("d/x"), .file("d")], [.entriesReplaced]),
        RuleCase(
            "a directory without an entry, then a link", [.file("d/x"), .link("d", "e"), .file("e/y")],
            [.entriesReplaced]),
        RuleCase(
            "a child of what was a directory", [.file("d/e/x"), .file("d"), .file("d/e/y")],
            [.entriesReplaced, .parentNotDirectory]),
        RuleCase("a child of a file", [.file("f"), .file("f/x")], [.parentNotDirectory]),
        RuleCase("a child of a device", [.device("d", 1, 3), .file("d/x")], [.parentNotDirectory]),
        RuleCase(
            "a child of a link to a directory", [.directory("data"), .link("s", "data"), .file("s/x")],
            [.parentLinkFollowed]),
        RuleCase(
            "a child of an absolute link", [.directory("data"), .link("s", "/data"), .file("s/x"), .file("s/y")],
            [.parentLinkFollowed]),
        RuleCase(
            "the same path through a link", [.file("data/x"), .link("s", "data"), .file("s/x")],
            [.parentLinkFollowed, .pathTwice]),
        RuleCase(
            "a child of a link by two links",
            [.directory("a/b"), .link("c", "a"), .link("d", "./c/b/../b/"), .file("d/x/y")], [.parentLinkFollowed]),
        RuleCase(
            "a child of a link to nothing", [.link("s", "data"), .file("s/x"), .directory("data")], [.parentLinkBroken]),
        RuleCase("a child of a link to a file", [.file("f"), .link("s", "f"), .file("s/x")], [.parentNotDirectory]),
        RuleCase(
            "a child of a chain of 40 links", StackRulesTests.chain(40) + [.file("l39/x")], [.parentLinkFollowed]),
        RuleCase("a child of a chain of 41 links", StackRulesTests.chain(41) + [.file("l40/x")], [.parentLinkBroken]),
        RuleCase("a child of a loop", [.link("a", "b"), .link("b", "a"), .file("a/x")], [.parentLinkBroken]),
        RuleCase("a child of a link out of the root", [.link("s", "../../out"), .file("s/x")], [.parentLinkBroken]),
        RuleCase(
            "a child of a link out of the root, to what is there",
            [.directory("out"), .link("s", "../out"), .file("s/x")],
            [.parentLinkFollowed]),
        RuleCase(
            "a link, then a directory of its name", [.directory("d"), .link("s", "d"), .directory("s")], [.pathTwice]),
        RuleCase(
            "links that nothing lies below", [.link("a", "b"), .link("b", "a"), .link("c", "../../../etc/passwd")]),
        RuleCase("names out of the root", [.file("../x")], [.pathOutsideRoot]),
        RuleCase("names out of the root, from within", [.file("a/../../x")], [.pathOutsideRoot]),
        RuleCase("a directory ..", [.directory("..")], [.pathOutsideRoot]),
        RuleCase("absolute names stay inside", [.file("/../x")], [.parentComponent]),
        RuleCase("an absolute name of a file", [.file("/../x", "x")], [.parentComponent, .notFoundAgain]),
        RuleCase("an absolute name that stays inside by itself", [.file("/a/../x", "x")], [.parentComponent]),
    ]

    static func global(_ name: String) -> SampleEntry {
        SampleEntry(name: Array(name.utf8), type: "g", content: Array("13 comment=c\n".utf8))
    }

    static let globalHeaders: [RuleCase] = [
        RuleCase("of two names", [global("g1"), global("g2"), .file("f")], [.globalComment]),
        RuleCase("of one name", [global("g"), .file("f"), global("./g")], [.globalComment, .pathTwice]),
        RuleCase("of the name of a later file", [global("f"), .file("f")], [.globalComment, .pathTwice]),
        RuleCase("of the name of an earlier file", [.file("f"), global("f")], [.globalComment, .pathTwice]),
        RuleCase("of the name of a child", [.file("d/x"), global("d/x")], [.globalHeader, .pathTwice]),
        RuleCase("of the name of the root", [.directory("./"), global(".")], [.globalComment, .pathTwice]),
        RuleCase(
            "of the name of a whiteout", [.file(".wh.f"), global(".wh.f")],
            [.globalComment, .globalWhiteout, .pathTwice]),
        RuleCase("that name nothing", [global(".wh.")], [.globalComment, .globalWhiteout]),
        RuleCase(
            "of the name of an opaque marker", [.file("d/.wh..wh..opq"), global("d/.wh..wh..opq")],
            [.globalHeader, .globalWhiteout, .pathTwice]),
        RuleCase(
            "of the name of a directory without an entry", [.file("d/x"), global("d"), .file("f")], [.globalComment]),
        RuleCase("of another spelling", [.file("/f"), global("f"), .file("/g"), global("/h")], [.globalComment]),
        RuleCase("of spellings that are mixed", [.file("/f"), .file("g"), global("f")], [.globalComment]),
        RuleCase(
            "of a path that has another name", [.directory("d"), .link("s", "d"), .file("s/x"), global("d/x")],
            [.parentLinkFollowed, .globalHeader]),
        RuleCase("below a file", [.file("f"), global("f/x"), .file("g")], [.globalHeader, .parentNotDirectory]),
        RuleCase("below a loop", [.link("s", "s"), global("s/x"), .file("g")], [.globalHeader, .parentLinkBroken]),
        RuleCase("below a link", [.link("f", "g"), global("f/x"), .file("g")], [.globalHeader]),
        RuleCase("too many", (0..<2000).map { global("g\($0)") } + [.file("f")], [.globalComment, .pathLimit]),
    ]

    static let hardLinks: [RuleCase] = [
        RuleCase("to an earlier file", [.file("f"), .hardLink("g", "f"), .hardLink("h", "/f"), .hardLink("i", "g")]),
        RuleCase(
            "to a link, a FIFO and through a link",
            [
                .link("s", "d"), .hardLink("s2", "s"), .other("p", "6"), .hardLink("p2", "p"), .directory("d"),
                .file("d/x"),
                .hardLink("y", "s/x"), .hardLink("z", "s2/x"),
            ]),
        RuleCase("to nothing", [.hardLink("g", "f")], [.hardLinkTargetMissing]),
        RuleCase(
            "through a link to a file", [.file("f"), .link("s", "f"), .hardLink("h", "s/")], [.hardLinkThroughLink]),
        RuleCase(
            "through a link to a file, with a dot", [.file("f"), .link("s", "f"), .hardLink("h", "s/.")],
            [.hardLinkThroughLink]),
        RuleCase("to what comes later", [.hardLink("g", "f"), .file("f")], [.hardLinkTargetMissing]),
        RuleCase("to itself", [.file("f"), .hardLink("f", "f")], [.hardLinkTargetMissing, .pathTwice]),
        RuleCase(
            "to what it replaces", [.file("d/x"), .hardLink("d", "d/x")], [.hardLinkTargetMissing, .entriesReplaced]),
        RuleCase("out of the root", [.hardLink("g", "../../out")], [.hardLinkTargetMissing]),
        RuleCase("to a directory", [.directory("d"), .hardLink("g", "d")], [.hardLinkToDirectory]),
        RuleCase("to a directory without an entry", [.file("d/x"), .hardLink("g", "d")], [.hardLinkToDirectory]),
        RuleCase("to the root", [.hardLink("g", "")], [.hardLinkToDirectory]),
        RuleCase(
            "to a link to a directory, with a slash", [.directory("d"), .link("s", "d"), .hardLink("g", "s/")],
            [.hardLinkToDirectory]),
        RuleCase(
            "to a link to a directory, with a slash and a dot",
            [.directory("d"), .link("s", "d"), .hardLink("g", "s/.")], [.hardLinkToDirectory]),
        RuleCase(
            "to a link to nothing, with a slash", [.link("s", "d"), .hardLink("g", "s/")], [.hardLinkTargetMissing]),
        RuleCase("to a whiteout", [.file(".wh.f"), .hardLink("g", "f")], [.hardLinkTargetMissing]),
    ]

    static let whiteouts: [RuleCase] = [
        RuleCase("of a path, and the path again", [.file("etc/.wh.conf"), .file("etc/conf")]),
        RuleCase("of a path, and a directory there", [.file(".wh.d"), .directory("d"), .file("d/x")]),
        RuleCase("of a path, and a child without its entry", [.file(".wh.d"), .file("d/x")], [.parentNotDirectory]),
        RuleCase("after the path", [.file("f"), .file(".wh.f")], [.whiteoutAfterEntry]),
        RuleCase("after a child", [.file("d/x"), .file(".wh.d")], [.whiteoutAfterEntry]),
        RuleCase("twice", [.file(".wh.f"), .file("./.wh.f")], [.pathTwice]),
        RuleCase("of nothing", [.file("d/.wh."), .file(".wh.."), .file(".wh...")], [.whiteoutWithoutName]),
        RuleCase("of three dots", [.file(".wh....")]),
        RuleCase("opaque", [.file("d/x"), .file("d/.wh..wh..opq"), .file("d/y")]),
        RuleCase("opaque twice", [.file("d/.wh..wh..opq"), .file("d/.wh..wh..opq")], [.pathTwice]),
        RuleCase("opaque, and a path", [.file("d/.wh..wh..opq"), .file("d/.wh.x")], [.whiteoutInOpaque]),
        RuleCase("with content", [.file(".wh.f", "x")], [.whiteoutNotEmptyFile]),
        RuleCase("as a directory", [.directory(".wh.f"), .directory("d/.wh..wh..opq")], [.whiteoutNotEmptyFile]),
        RuleCase(
            "with a child", [.directory(".wh.d"), .file(".wh.d/x")], [.whiteoutNotEmptyFile, .whiteoutDirectoryUsed]),
        RuleCase(
            "of aufs",
            [
                .file(".wh..wh.aufs"), .directory(".wh..wh.plnk"), .file(".wh..wh.plnk/1.2"),
                .hardLink("f", ".wh..wh.plnk/1.2"),
            ],
            [.whiteoutMetadata, .whiteoutDirectoryUsed]),
        RuleCase("of aufs with content", [.file(".wh..wh.foo", "x")], [.notFoundAgain]),
        RuleCase("out of the root", [.file("../.wh.x")], [.pathOutsideRoot]),
        RuleCase("with a long name", [.file(".wh." + String(repeating: "n", count: 255))]),
        RuleCase("with a name that is too long", [.file(".wh." + String(repeating: "n", count: 256))], [.nameTooLong]),
        RuleCase("below a file", [.file("f"), .file("f/.wh.x")], [.parentNotDirectory]),
        RuleCase("of overlay", [.device("f", 0, 0)], [.overlayDevice]),
    ]

    static let headers: [RuleCase] = [
        RuleCase("types", [.device("c", 1, 3), .device("b", 8, 0, "4"), .other("p", "6")]),
        RuleCase("other types", [.other("a", "7"), .other("b", "Z"), .other("c", "D")], [.typeUnsupported]),
        RuleCase("modes", [.file("a").with { $0.mode = 0o100644 }, .file("b").with { $0.mode = 0o7777777 }]),
        RuleCase("the root", [.directory("./")]),
        RuleCase("the root of Fedora", [.directory("./", 0o555)]),
        RuleCase("the root's mode", [.directory("./", 0o700)], [.rootAttributes]),
        RuleCase("the root's owner", [.directory("/", owner: 5)], [.rootAttributes]),
        RuleCase("an attribute of the root", [attribute("user.test", [1], .directory("./"))], [.rootAttributes]),
        RuleCase("a file over the root", [.file("./", "x")], [.entryOverRoot, .nameEndsInSlash]),
        RuleCase("a file named /", [.file("/", "x")], [.rootReplaced, .nameEndsInSlash]),
        RuleCase("owners", [.file("a").with { $0.userID = 1 << 31 }]),
        RuleCase("owner -2", [.file("a").with { $0.userID = -2 }], [.ownerOutOfRange]),
        RuleCase("owner 2^32 - 1", [.file("a").record("gid", "4294967295")], [.ownerOutOfRange]),
        RuleCase("times", [.file("a").record("mtime", "9223372036.5")]),
        RuleCase("a time before 1970", [.file("a").with { $0.time = -1 }], [.timeOutOfRange]),
        RuleCase("a time after 2262", [.file("a").record("mtime", "9223372037")], [.timeOutOfRange]),
        RuleCase("devices", [.device("a", 4095, 2_097_151), .device("b", 4096, 1)], [.deviceNumberCut]),
        RuleCase("a device that is cut to 0/0", [.device("a", 4096, 0)], [.deviceNumberCut, .overlayDevice]),
        RuleCase("a component of 255 bytes", [.file("a/" + String(repeating: "n", count: 255) + "/b")]),
        RuleCase("a component of 256 bytes", [.file("a/" + String(repeating: "n", count: 256) + "/b")], [.nameTooLong]),
        RuleCase("a path of 4000 bytes", [.file(long(4000))], [.nameNearLimit]),
        RuleCase("a path of 4095 bytes", [.file(long(4095))], [.nameTooLong]),
        RuleCase("a path of 200 000 bytes", [.file(long(200_000))], [.nameTooLong]),
        RuleCase("targets", [.link("a", String(repeating: "t", count: 1023))]),
        RuleCase("long targets", [.link("a", String(repeating: "t", count: 4095))], [.linkTargetLong]),
        RuleCase("a target of 4096 bytes", [.link("a", String(repeating: "t", count: 4096))], [.linkTargetRefused]),
        RuleCase("no target", [.link("a", "")], [.linkTargetRefused]),
        RuleCase("a backslash", [.file("system\\x2dsystemd.slice")]),
        RuleCase("a name that is not UTF-8", [SampleEntry(name: [0x66, 0xff])], [.nameNotUTF8]),
        RuleCase("controls", [.file("a\nb")], [.nameHasControls]),
        RuleCase("a file with a slash", [.file("a/", "x")], [.nameEndsInSlash]),
        RuleCase("a directory with a size", [.directory("d").with { $0.size = 512 }], [.sizeWithoutData]),
        RuleCase("two names", [.file(String(repeating: "n", count: 101)).record("path", "other")], [.namesDiffer]),
        RuleCase("two records", [.file("a").record("path", "b").record("path", "c")], [.paxRecordTwice]),
        RuleCase("a comment for all", [.file("a").with { $0.globalRecords = [("comment", [0x31])] }], [.globalComment]),
        RuleCase("a path for all", [.file("a").with { $0.globalRecords = [("path", [0x31])] }], [.globalHeader]),
    ]

    static func long(_ byteCount: Int) -> String {
        String(
            String(repeating: String(repeating: "d", count: 99) + "/", count: byteCount / 100 + 1).prefix(byteCount - 1)
        ) + "f"
    }

    static let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20] + Array(repeating: 0, count: 14)
    static let list: [UInt8] =
        [2, 0, 0, 0] + [(1, 6), (4, 4), (32, 4)].flatMap { [UInt8($0), 0, $1, 0, 255, 255, 255, 255] }

    static let attributes: [RuleCase] = [
        RuleCase("user", [attribute("user.test", [1]), attribute("user.test", [], .directory("d"))]),
        RuleCase("user on a link", [attribute("user.test", [1], .link("s", "t"))], [.attributeMisplaced]),
        RuleCase("user without a name", [attribute("user.", [1])], [.attributeRefused]),
        RuleCase("no name", [attribute("", [1])], [.attributeRefused]),
        RuleCase("a long name", [attribute("user." + String(repeating: "n", count: 251), [1])], [.attributeRefused]),
        RuleCase("what ext4 stores", [attribute("user.test", Array(repeating: 1, count: 4044))]),
        RuleCase("a large value", [attribute("user.test", Array(repeating: 1, count: 4045))], [.attributeTooLong]),
        RuleCase("the largest value", [attribute("trusted.t", Array(repeating: 1, count: 65536))], [.attributeTooLong]),
        RuleCase("a larger value", [attribute("user.test", Array(repeating: 1, count: 65537))], [.attributeRefused]),
        RuleCase(
            "a large value on a link", [attribute("user.test", Array(repeating: 1, count: 5000), .link("s", "t"))],
            [.attributeMisplaced]),
        RuleCase("no namespace", [attribute("com.apple.quarantine", [1])], [.attributeNamespace]),
        RuleCase("an unknown one of the system", [attribute("system.test", [1])], [.attributeNamespace]),
        RuleCase("capability", [attribute("security.capability", capability)]),
        RuleCase("capability of 3 bytes", [attribute("security.capability", [1, 2, 3])], [.attributeMalformed]),
        RuleCase("no capability", [attribute("security.capability", [])]),
        RuleCase(
            "capability 1", [attribute("security.capability", [1, 0, 0, 1] + capability[4..<12])], [.attributeMalformed]
        ),
        RuleCase("SELinux", [attribute("security.selinux", [1])]),
        RuleCase("trusted", [attribute("trusted.test", [1])], [.attributeDropped]),
        RuleCase("overlay", [attribute("trusted.overlay.opaque", [0x79], .directory("d"))], [.overlayAttribute]),
        RuleCase(
            "overlay of users", [attribute("user.overlay.opaque", [0x79], .directory("d"))], [.userOverlayAttribute]),
        RuleCase("access list", [attribute("system.posix_acl_access", list)]),
        RuleCase(
            "malformed access list", [attribute("system.posix_acl_access", list.dropLast())], [.attributeMalformed]),
        RuleCase("default access list of a file", [attribute("system.posix_acl_default", list)], [.attributeMisplaced]),
        RuleCase(
            "access list of a link", [attribute("system.posix_acl_access", list, .link("s", "t"))],
            [.attributeMisplaced]),
        RuleCase("empty default access list of a file", [attribute("system.posix_acl_default", [2, 0, 0, 0])]),
        RuleCase("other records", [.file("a").record("VENDOR.key", "v").record("LIBARCHIVE.xattr.x", "v")]),
    ]

    static func attribute(_ name: String, _ value: some Sequence<UInt8>, _ entry: SampleEntry = .file("f"))
        -> SampleEntry
    {
        entry.record("SCHILY.xattr." + name, Array(value))
    }

    static let one = SampleLayer([.file("f", "content")], ending: [])
    static let zeros = [UInt8](repeating: 0, count: 512)

    static let endings: [RuleCase] = [
        RuleCase("no bytes", SampleLayer(bytes: []), [.emptyStream]),
        RuleCase("JSON", SampleLayer(bytes: Array("{\"a\": 1}".utf8)), [.notATar]),
        RuleCase("text", SampleLayer(bytes: Array(repeating: 0x20, count: 2048)), [.notATar]),
        RuleCase("no end", one, [.endBlocksMissing]),
        RuleCase("half an end", SampleLayer(bytes: one.bytes + zeros), [.endBlocksMissing]),
        RuleCase("no padding", SampleLayer(bytes: Array(one.bytes[..<519])), [.paddingMissing]),
        RuleCase("cut in content", SampleLayer(bytes: Array(one.bytes[..<515])), [.tarCut]),
        RuleCase("cut in the second header", SampleLayer(bytes: one.bytes + one.bytes[..<300]), [.tarCut]),
        RuleCase("cut in zeros", SampleLayer(bytes: one.bytes + zeros[..<200]), [.tarCut]),
        RuleCase("zeros", SampleLayer([.file("f")], ending: Array(repeating: 0, count: 10000))),
        RuleCase("bytes", SampleLayer([.file("f")], ending: zeros + zeros + [1, 2]), [.bytesAfterEnd]),
        RuleCase("entries", SampleLayer([.file("f")], ending: zeros + zeros + one.bytes), [.entriesAfterEnd]),
        RuleCase(
            "the index of eStargz",
            SampleLayer([.file("f")], ending: zeros + zeros + SampleLayer([.file("stargz.index.json", "{}")]).bytes),
            [.indexAfterEnd]),
        RuleCase("one block of zeros", SampleLayer(bytes: zeros + one.bytes), [.zeroBlockAmongEntries]),
        RuleCase("a bad header", SampleLayer(bytes: one.bytes + Array(repeating: 0x41, count: 512)), [.headerInvalid]),
        RuleCase("a bad record", [.file("f").record("mtime", "x")], [.extendedHeaderInvalid]),
    ]

    @Test(arguments: Array([paths, globalHeaders, hardLinks, whiteouts, headers, attributes, endings].joined()))
    func findsFaults(_ sample: RuleCase) {
        for blockByteCount in [4096, 1 << 20, 7] {
            let facts = sample.layer.facts(blockByteCount: blockByteCount)
            #expect(Set(facts.faults.map(\.kind)) == sample.kinds)
            #expect(facts == sample.layer.facts())
        }
    }

    @Test(arguments: Array([globalHeaders, headers, attributes, endings].joined()))
    func structureFindsFaultsOfSingleHeaders(_ sample: RuleCase) {
        let facts = sample.layer.facts(.structure, budget: PathBudget(byteCount: 4096))
        #expect(facts.paths == nil)
        #expect(!facts.isPathLimitReached)
        #expect(Set(facts.faults.map(\.kind)) == sample.kinds.filter { [.archive, .entry].contains($0.scope) })
    }

    /// A global header is told where it is, whatever follows it.
    @Test func globalHeadersAreFoundWhereTheyAre() {
        let facts = SampleLayer([.file("f"), Self.global("a/g"), .file("g"), Self.global("h")]).facts()
        #expect(facts.faults.map { $0.kind } == [.globalHeader, .globalComment])
        #expect(facts.faults.map { $0.headerOffset } == [512, 2048])
        let pax = SampleEntry(name: Array("pax".utf8), type: "x", content: Array("13 comment=c\n".utf8))
        let last = SampleLayer([.file("f"), pax]).facts()
        #expect(last.faults.map { $0.kind } == [.extendedHeaderWithoutEntry])
        #expect(last.faults.first?.headerOffset == 512)
    }

    /// Each rule of a layer has a case. What is missing is tested by the reader's tests, or needs a stack.
    @Test func allKindsHaveACase() {
        let cases = [
            Self.paths, Self.globalHeaders, Self.hardLinks, Self.whiteouts, Self.headers, Self.attributes, Self.endings,
        ].joined()
        let seen = cases.reduce(into: Set<LayerFault.Kind>()) { $0.formUnion($1.kinds) }
        let elsewhere: Set<LayerFault.Kind> = [
            .sparseMapInvalid, .sparseFile, .extendedHeaderWithoutEntry, .extendedHeaderIgnored, .unknownMagic,
            .blankNumber, .pathLimit, .sparseMapTooLong,
        ]
        for kind in LayerFault.Kind.allCases where kind.scope != .stack && !elsewhere.contains(kind) {
            #expect(seen.contains(kind), "\(kind)")
        }
    }
}
