// layerverify: tests of the rules about layers on top of each other.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerContents
import LayerModel
import Testing

/// Layers on top of a base, and what the rules of the stack find in the uppermost one.
struct StackCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let layers: [SampleLayer]
    let kinds: Set<LayerFault.Kind>

    init(_ description: String, _ layers: [SampleEntry]..., kinds: Set<LayerFault.Kind> = []) {
        testDescription = description
        self.layers = layers.map { SampleLayer($0) }
        self.kinds = kinds
    }
}

@Suite struct StackRulesTests {
    static let base = SampleLayer([
        .directory("bin"), .file("bin/sh"), .directory("etc"), .file("etc/conf"), .directory("etc/sub"),
        .file("etc/sub/a"),
        .file("etc/sub/b"), .directory("usr/lib"), .file("usr/lib/x"), .directory("tmp", 0o1777),
        .link("lib", "usr/lib"),
        .link("dangle", "nowhere"), .link("loopa", "loopb"), .link("loopb", "loopa"), .directory("empty"),
    ])

    /// Links `l0`, `l1` and so on; `l0` leads to a directory, each other one to the one before.
    static func chain(_ count: Int) -> [SampleEntry] {
        [.directory("d"), .link("l0", "d")] + (1..<count).map { .link("l\($0)", "l\($0 - 1)") }
    }

    static let cases: [StackCase] = [
        StackCase("whiteouts", [.file("bin/.wh.sh"), .file("etc/.wh.sub"), .file(".wh.lib")]),
        StackCase("a whiteout of nothing", [.file("bin/.wh.no")], kinds: [.whiteoutOfNothing]),
        StackCase("a whiteout twice", [.file("bin/.wh.sh")], [.file("bin/.wh.sh")], kinds: [.whiteoutOfNothing]),
        StackCase("a whiteout of a child of nothing", [.file("no/.wh.x")], kinds: [.whiteoutWithoutParent]),
        StackCase(
            "a whiteout in a new directory", [.directory("no"), .file("no/.wh.x")], kinds: [.whiteoutWithoutParent]),
        StackCase(
            "a whiteout below a whiteout", [.file("etc/.wh.sub")], [.file("etc/sub/.wh.a")],
            kinds: [.whiteoutWithoutParent]),
        StackCase(
            "a whiteout of what was opaque", [.file("etc/sub/.wh..wh..opq")], [.file("etc/sub/.wh.a")],
            kinds: [.whiteoutOfNothing]),
        StackCase("a child of a link", [.file("lib/new")], kinds: [.lowerLinkReplaced]),
        StackCase(
            "a child of a link, and an opaque marker at the root", [.file(".wh..wh..opq"), .file("lib/new")],
            kinds: [.opaqueRoot, .lowerLinkReplaced]),
        StackCase("a child of a link that is no more", [.file(".wh.lib")], [.file("lib/new")]),
        StackCase("a child of a link that a directory replaced", [.directory("lib")], [.file("lib/new")]),
        StackCase("a whiteout below a link", [.file("lib/.wh.x")], kinds: [.whiteoutBelowLink]),
        StackCase("an opaque marker below a link", [.file("lib/.wh..wh..opq")], kinds: [.whiteoutBelowLink]),
        StackCase(
            "a whiteout and a file below a link", [.file("lib/.wh.x"), .file("lib/y")], kinds: [.lowerLinkReplaced]),
        StackCase(
            "a child of a link, then its directory", [.file("lib/new"), .directory("lib")], kinds: [.lowerLinkReplaced]),
        StackCase(
            "a whiteout below a link, then its directory", [.file("lib/.wh.x"), .directory("lib")],
            kinds: [.whiteoutBelowLink]),
        StackCase(
            "an opaque marker below a link, then its directory", [.file("lib/.wh..wh..opq"), .directory("lib")],
            kinds: [.whiteoutBelowLink]),
        StackCase("a global header below a loop", [LayerRulesTests.global("loopa/x/y")], kinds: [.lowerLinkLoop]),
        StackCase("a global header below a link", [LayerRulesTests.global("lib/x/y")]),
        StackCase(
            "a global header below a loop that is no more", [.file(".wh.loopa")],
            [LayerRulesTests.global("loopa/x"), .file("f")]),
        StackCase(
            "a global header in a folder of the layer", [.directory("loopa"), LayerRulesTests.global("loopa/x")]),
        StackCase(
            "a global header before the folder", [LayerRulesTests.global("loopa/x"), .directory("loopa")],
            kinds: [.lowerLinkLoop]),
        StackCase(
            "a child of a loop, then its directory", [.file("loopa/x"), .directory("loopa")], kinds: [.lowerLinkLoop]),
        StackCase(
            "a child of a file, then its directory", [.file("bin/sh/x"), .directory("bin/sh")],
            kinds: [.lowerFileReplaced]),
        StackCase("a child of a directory, then its entry", [.file("etc/x"), .directory("etc", 0o700)]),
        StackCase("a child of a chain of 255 links", chain(255), [.file("l254/x")], kinds: [.lowerLinkReplaced]),
        StackCase("a child of a chain of 256 links", chain(256), [.file("l255/x")], kinds: [.lowerLinkLoop]),
        StackCase("a directory over a link", [.directory("lib"), .file("lib/new")]),
        StackCase("a child of a dangling link", [.file("dangle/new")], kinds: [.lowerLinkReplaced]),
        StackCase("a child of a loop", [.file("loopa/new")], kinds: [.lowerLinkLoop]),
        StackCase("a child of a file", [.file("bin/sh/x/y")], kinds: [.lowerFileReplaced]),
        StackCase(
            "a child of a file after a whiteout", [.file("bin/.wh.sh"), .directory("bin/sh"), .file("bin/sh/x")]),
        StackCase("a file over a directory", [.file("etc")], [.file("etc/new")], kinds: [.lowerFileReplaced]),
        StackCase("a link over a directory", [.link("etc", "usr")], [.file("etc/new")], kinds: [.lowerLinkReplaced]),
        StackCase("parents without an entry", [.file("etc/sub/new")]),
        StackCase("a parent with attributes", [.file("tmp/new")], kinds: [.parentAttributesLost]),
        StackCase("a parent with attributes and its entry", [.file("tmp/new"), .directory("tmp", 0o1777)]),
        StackCase(
            "a parent with attributes that were changed", [.directory("tmp")], [.file("tmp/new")]),
        StackCase("an owner of a parent", [.directory("p", owner: 9)], [.file("p/x")], kinds: [.parentAttributesLost]),
        StackCase("an opaque root", [.file(".wh..wh..opq"), .file("x")], kinds: [.opaqueRoot]),
        StackCase(
            "a directory again", [.file("etc/.wh.sub"), .directory("etc/sub"), .file("etc/sub/c")],
            kinds: [.whiteoutReplaced]),
        StackCase("an empty directory again", [.file(".wh.empty"), .directory("empty"), .file("empty/x")]),
        StackCase("a file again", [.file("etc/.wh.conf"), .file("etc/conf")]),
        StackCase(
            "a directory again, opaque", [.file("etc/.wh.sub"), .directory("etc/sub"), .file("etc/sub/.wh..wh..opq")]),
        StackCase("an opaque directory", [.directory("etc"), .file("etc/.wh..wh..opq"), .file("etc/sub/new")]),
        StackCase("opaque, and a directory with attributes below", [.file("tmp/.wh..wh..opq"), .directory("tmp")]),
        StackCase(
            "opaque, and a parent with attributes below", [.directory("p/q/r", 0o700)],
            [.file("p/.wh..wh..opq"), .file("p/q/r/x")]),
        StackCase(
            "a directory again, and a parent with attributes below", [.directory("p/q/r", 0o700)],
            [.file(".wh.p"), .directory("p"), .file("p/q/r/x")], kinds: [.whiteoutReplaced]),
        StackCase("the same twice", [.directory("etc"), .file("etc/conf"), .link("lib", "usr/lib")]),
        StackCase("a hard link to a lower file that goes", [.file("f"), .hardLink("g", "f")], [.file(".wh.f")]),
    ]

    @Test(arguments: cases) func findsEffectsOnLowerLayers(_ sample: StackCase) {
        let facts = ([Self.base] + sample.layers).map { $0.facts() }
        for layer in facts { #expect(!layer.faults.contains { $0.severity == .refute }) }
        let faults = StackRules.faults(of: facts).filter { $0.layer == sample.layers.count }
        #expect(Set(faults.map(\.fault.kind)) == sample.kinds)
    }

    /// The tree may be larger or smaller than a layer: the faults are the same.
    @Test(arguments: cases) func manyPathsChangeNothing(_ sample: StackCase) {
        let others = (0..<100).map { SampleEntry.file("opt/\($0)/x") }
        let plain = StackRules.faults(of: ([Self.base] + sample.layers).map { $0.facts() })
        let large = StackRules.faults(
            of: [SampleLayer(others).facts()] + ([Self.base] + sample.layers).map { $0.facts() })
        #expect(plain.map(\.fault) == large.map(\.fault))
    }

    @Test func theLowestLayerHidesNothing() {
        let layer = SampleLayer([.file("etc/.wh.x"), .file(".wh..wh..opq"), .file("a/b/c")])
        let faults = StackRules.faults(of: [layer.facts()])
        #expect(faults.map(\.fault.kind) == [.whiteoutOfNothing])
        #expect(faults.first?.fault.path == Array("etc/.wh.x".utf8))
        #expect(faults.first?.fault.headerOffset == 0)
    }

    @Test func nothingIsSaidAboveALayerThatIsNotKnown() {
        let upper = SampleLayer([.file("lib/new")]).facts()
        #expect(StackRules.faults(of: [nil, Self.base.facts(), upper]).isEmpty)
        #expect(StackRules.faults(of: [Self.base.facts(.structure), upper]).isEmpty)
        #expect(StackRules.faults(of: [SampleLayer(bytes: Array(Self.base.bytes[..<2000])).facts(), upper]).isEmpty)
        #expect(StackRules.faults(of: [Self.base.facts(), upper, nil]).map(\.layer) == [1])
    }

    /// Ten thousand children of a lower link are one fault: the directory over the link.
    @Test func oneDirectoryIsOneFault() {
        let upper = SampleLayer((0..<1000).map { SampleEntry.file("lib/\($0)") }).facts()
        let faults = StackRules.faults(of: [Self.base.facts(), upper])
        #expect(faults.count == 1)
        #expect(faults.first?.fault.other == Array("usr/lib".utf8))
        #expect(faults.first?.fault.path == Array("lib".utf8))
    }
}
