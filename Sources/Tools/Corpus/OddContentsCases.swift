// layerverify: layers that every runtime unpacks, with a warning, a note, or neither.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let oddContentsCases: [CorpusCase] = [
    // Runtimes make different file systems of these.
    .oddLayer("contents-child-of-lower-link", "lib/x, where lib is a link below.", "layer-result-differs") {
        $0.add("lib/new", "0", "content")
        $0.end()
    },
    .oddLayer(
        "contents-child-of-lower-link-late", "lib/x and then a folder lib/, where lib is a link below.",
        "layer-result-differs"
    ) {
        $0.add("lib/new", "0", "content")
        $0.folder("lib")
        $0.end()
    },
    .oddLayer(
        "contents-whiteout-below-lower-link",
        "lib/.wh.x, where lib is a link below: nothing is deleted where it leads.",
        "layer-result-differs"
    ) {
        $0.add("lib/.wh.x")
        $0.end()
    },
    .oddLayer(
        "contents-hard-link-through-link", "A hard link to s/, where s is a link to a file: Docker links to the link.",
        "layer-result-differs"
    ) {
        $0.add("f", "0", "content")
        $0.link("s", to: "f")
        $0.hardLink("h", to: "s/")
        $0.end()
    },
    .oddLayer("contents-child-of-lower-file", "bin/sh/x, where bin/sh is a file below.", "layer-result-differs") {
        $0.add("bin/sh/x", "0", "content")
        $0.end()
    },
    .oddLayer("contents-opaque-root", "An opaque marker at the root.", "layer-result-differs") {
        $0.add(".wh..wh..opq")
        $0.add("f", "0", "content")
        $0.end()
    },
    .oddLayer("contents-whiteout-and-folder", "A whiteout, and then a folder of that name.", "layer-result-differs") {
        $0.add(".wh.data")
        $0.folder("data")
        $0.add("data/new", "0", "content")
        $0.end()
    },
    .oddLayer("contents-overlay-device", "A device 0/0, which is overlay's own whiteout.", "layer-result-differs") {
        $0.folder("etc")
        $0.add("etc/conf", "3") { $0.device = (0, 0) }
        $0.end()
    },
    .oddLayer("contents-parent-without-entry", "A file in a lower folder of mode 0700.", "layer-result-differs") {
        $0.add("priv/new", "0", "content")
        $0.end()
    },
    .oddLayer("contents-root-mode", "An entry for the root with another mode.", "layer-result-differs") {
        $0.folder(".", mode: 0o700)
        $0.add("f", "0", "content")
        $0.end()
    },
    // Values, links, whiteouts.
    .oddLayer("contents-owner-negative", "Owner -2, in base-256.", "layer-value-changed") {
        $0.add("f", "0", "content") { $0.raw = [(108, OddTar.base256(-2, byteCount: 8))] }
        $0.end()
    },
    .oddLayer("contents-time-negative", "A time before 1970.", "layer-value-changed") {
        $0.pax([("mtime", "-1000000000")])
        $0.add("f", "0", "content")
        $0.end()
    },
    .oddLayer("contents-child-of-link", "A file below a link of the same layer.", "layer-link-followed") {
        $0.folder("d")
        $0.link("s", to: "d")
        $0.add("s/x", "0", "content")
        $0.end()
    },
    .oddLayer(
        "contents-child-of-link-held-back", "A file below a link above the root, where `..` does not lead.",
        "layer-link-followed"
    ) {
        $0.folder("d")
        $0.link("s", to: "../../d")
        $0.add("s/x", "0", "content")
        $0.end()
    },
    .oddLayer("contents-whiteout-with-content", "A whiteout with content (layer.md).", "layer-whiteout-unusual") {
        $0.add("etc/.wh.conf", "0", "content")
        $0.end()
    },
    // Other readers of tar differ.
    .oddLayer("contents-names-differ", "GNU's and pax's names for one entry.", "layer-readers-differ") {
        $0.add("././@LongLink", "L", "by-gnu\u{0}")
        $0.pax([("path", "by-pax")])
        $0.add("f", "0", "content")
        $0.end()
    },
    .oddLayer("contents-global-header", "A global pax header that sets a path.", "layer-readers-differ") {
        $0.pax([("path", "global")], type: "g", name: "pax_global_header")
        $0.add("f", "0", "content")
        $0.end()
    },
    .oddLayer("contents-without-padding", "The padding behind the last file is missing.", "layer-tar-unusual") {
        $0.add("f", "0", "content") { $0.isPadded = false }
    },
    .oddLayer("contents-followed-by-bytes", "Text behind the end of the tar.", "layer-trailing-bytes") {
        $0.add("f", "0", "content")
        $0.end()
        $0.append(prose(seed: 2100, byteCount: 100))
    },
    .oddLayer("contents-followed-by-entries", "A second archive behind the end.", "layer-trailing-bytes") {
        $0.add("f", "0", "content")
        $0.end()
        $0.add("hidden", "0", "content")
        $0.end()
    },
    .oddLayer("contents-folder-with-size", "A folder with a size and no data.", "layer-not-saved-again") {
        $0.add("d/", "5") { $0.size = 512 }
        $0.end()
    },
    .oddLayer("contents-file-of-aufs", "A file of aufs with content, which is not unpacked.", "layer-not-saved-again") {
        $0.add(".wh..wh.foo", "0", "content")
        $0.end()
    },
    // Notes.
    .oddLayer("contents-without-end", "The blocks that end the tar are missing.", "layer-tar-unusual") {
        $0.add("f", "0", "content")
    },
    .oddLayer("contents-name-not-utf8", "A name that is not UTF-8.", "layer-tar-unusual") {
        $0.add([0x66, 0xe9], "0", Array("content".utf8))
        $0.end()
    },
    .oddLayer("contents-name-dots", "A name with `..` that stays inside.", "layer-tar-unusual") {
        $0.add("etc/../f", "0", "content")
        $0.end()
    },
    .oddLayer("contents-magic-unknown", "Headers with an unknown magic.", "layer-tar-unusual") {
        $0.add("f", "0", "content") { $0.magic = "foobar\u{0}0" }
        $0.end()
    },
    .oddLayer("contents-git-archive", "The global comment that git archive writes.", "layer-tar-unusual") {
        $0.pax(
            [("comment", "13cff549b9c2b1a1e1a9e9a2f0a6e5b4f6a7d8c9")], type: "g", name: "pax_global_header")
        $0.add("f", "0", "content")
        $0.end()
    },
    // Common in real layers, and nothing to be said about it.
    .oddLayer("contents-ordinary-oddities", "Type bits in modes, absolute names, devices, whiteouts, and more.", nil) {
        $0.folder(".")
        $0.add("./with-dot", "0", "content") { $0.mode = 0o100644 }
        $0.add("/absolute", "0", "content")
        $0.add("no/parent/entry", "0", "content")
        $0.add("setuid", "0", "content") { $0.mode = 0o4755 }
        $0.add("fifo", "6")
        $0.add("null", "3") { $0.device = (1, 3) }
        $0.link("out", to: "../../../etc/passwd")
        $0.add("v7", "0", "content") { $0.magic = "" }
        $0.add("gnu", "0", "content") { $0.magic = "ustar  \u{0}" }
        $0.hardLink("hard", to: "with-dot")
        $0.hardLink("hard-to-link", to: "out")
        $0.add("etc/.wh.conf")
        $0.folder("data")
        $0.add("data/new", "0", "content")
        $0.add("data/.wh..wh..opq")
        $0.end()
        $0.append([UInt8](repeating: 0, count: 512 * 17))
    },
]
