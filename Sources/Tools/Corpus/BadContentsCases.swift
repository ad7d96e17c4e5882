// layerverify: layers whose digests hold and that no runtime, or not every one, unpacks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

private func alone(_ name: String, _ about: String, _ finding: String, _ bytes: [UInt8]) -> CorpusCase {
    .layer(name, about, findings: [finding], .refuted, bytes)
}

let badContentsCases: [CorpusCase] = [
    // Not a tar, or not a whole one.
    alone(
        "contents-json-document", "The layer is a JSON document (layer.md: a layer is a tar archive).", "layer-not-tar",
        Array(#"{"hello":"world"}"#.utf8)),
    alone(
        "contents-compressed-twice", "The layer decodes to a gzip file, and its diffID is the digest of that.",
        "layer-not-tar", Gzip.member(Layer.tar(2000))),
    alone(
        "contents-web-page", "The layer is the error page of a proxy, longer than a tar header.", "layer-not-tar",
        Array("<!DOCTYPE html><title>502 Bad Gateway</title>".utf8) + prose(seed: 2001, byteCount: 900)),
    .badLayer("contents-cut-in-header", "The tar ends within its second header.", "layer-tar-truncated") {
        $0.folder("d")
        $0.add("a", "0", "content")
        $0.cut(to: 800)
    },
    .badLayer("contents-cut-in-file", "The tar ends within the content of a file.", "layer-tar-truncated") {
        $0.add("a", "0", String(repeating: "a", count: 2000))
        $0.cut(to: 1500)
    },
    .badLayer("contents-cut-in-pax", "The tar ends within a pax header.", "layer-tar-truncated") {
        $0.pax([("comment", String(repeating: "c", count: 700))])
        $0.cut(to: 900)
    },
    // Headers that Go does not read.
    .badLayer("contents-checksum", "The checksum of the second header is wrong (POSIX ustar).", "layer-tar-invalid") {
        $0.add("a", "0", "content")
        $0.add("b") { $0.hasWrongChecksum = true }
        $0.end()
    },
    .badLayer("contents-mode-not-a-number", "The mode of a file is not octal (POSIX ustar).", "layer-tar-invalid") {
        $0.folder("d")
        $0.add("a") { $0.raw = [(100, Array("rw-r--r".utf8))] }
        $0.end()
    },
    .badLayer("contents-size-negative", "A size is below 0, in base-256.", "layer-tar-invalid") {
        $0.folder("d")
        $0.add("a") { $0.raw = [(124, OddTar.base256(-1, byteCount: 12))] }
        $0.end()
    },
    .badLayer("contents-zero-block-inside", "One block of zeros lies between two entries.", "layer-tar-invalid") {
        $0.add("a", "0", "content")
        $0.append([UInt8](repeating: 0, count: 512))
        $0.add("b", "0", "content")
        $0.end()
    },
    .badLayer("contents-pax-length", "The length of a pax record is wrong (POSIX pax).", "layer-tar-invalid") {
        $0.folder("d")
        $0.add("PaxHeaders/0", "x", "30 path=a\n")
        $0.add("b")
        $0.end()
    },
    .badLayer("contents-pax-too-large", "An extended header of 1.5 MiB, of which Go reads 1 MiB.", "layer-tar-invalid")
    {
        $0.folder("d")
        $0.pax([("comment", String(repeating: "c", count: 1_500_000))])
        $0.add("b")
        $0.end()
    },
    .badLayer(
        "contents-folder-with-data", "Data follows a folder, which has none (POSIX ustar).", "layer-tar-invalid",
        and: ["layer-not-saved-again"]
    ) {
        $0.add("d/", "5", String(repeating: "d", count: 512))
        $0.end()
    },
    .badLayer(
        "contents-type-contiguous", "A contiguous file (type 7), which no runtime knows.", "layer-entry-unsupported"
    ) {
        $0.add("a", "7", "content")
        $0.end()
    },
    .badLayer("contents-type-unknown", "An entry of the vendor type Z.", "layer-entry-unsupported") {
        $0.add("a", "Z", "content")
        $0.end()
    },
    // Paths.
    .badLayer("contents-path-twice", "A file has two entries (layer.md: MUST NOT).", "layer-path-duplicate") {
        $0.add("srv", "0", "one")
        $0.add("srv", "0", "two")
        $0.end()
    },
    .badLayer("contents-path-twice-spelled", "./f and f are one path.", "layer-path-duplicate") {
        $0.add("./f", "0", "one")
        $0.add("f", "0", "two")
        $0.end()
    },
    .badLayer("contents-file-over-folder", "A file has the name of a folder with a child.", "layer-path-duplicate") {
        $0.folder("d")
        $0.add("d/x")
        $0.add("d", "0", "content")
        $0.end()
    },
    .badLayer(
        "contents-global-headers-twice", "Two global headers of one name, which Docker notes as it notes entries.",
        "layer-path-duplicate", and: ["layer-tar-unusual"]
    ) {
        $0.pax([("comment", "one")], type: "g", name: "pax_global_header")
        $0.add("f", "0", "content")
        $0.pax([("comment", "two")], type: "g", name: "pax_global_header")
        $0.add("g", "0", "content")
        $0.end()
    },
    .badLayer(
        "contents-hard-link-to-slash", "A hard link to s/, where s is a link to a folder: containerd follows it.",
        "layer-hard-link-broken"
    ) {
        $0.folder("d")
        $0.link("s", to: "d")
        $0.hardLink("h", to: "s/")
        $0.end()
    },
    .badLayer(
        "contents-global-header-below-loop", "A global header whose name is below a loop of the layer below.",
        "layer-path-blocked", and: ["layer-readers-differ"]
    ) {
        $0.pax([("comment", "c")], type: "g", name: "loopa/pax_global_header")
        $0.add("f", "0", "content")
        $0.end()
    },
    .badLayer(
        "contents-attribute-large", "An attribute of 4045 bytes, which ext4 does not store.", "layer-attribute-invalid"
    ) {
        $0.pax([("SCHILY.xattr.user.large", String(repeating: "v", count: 4045))])
        $0.add("f", "0", "content")
        $0.end()
    },
    .badLayer("contents-hard-link-to-nothing", "A hard link to nothing.", "layer-hard-link-broken") {
        $0.hardLink("h", to: "nothing")
        $0.end()
    },
    .badLayer("contents-hard-link-to-lower", "A hard link to a file of the layer below.", "layer-hard-link-broken") {
        $0.hardLink("h", to: "etc/conf")
        $0.end()
    },
    .badLayer("contents-hard-link-to-folder", "A hard link to a folder.", "layer-hard-link-broken") {
        $0.folder("d")
        $0.hardLink("h", to: "d")
        $0.end()
    },
    .badLayer("contents-child-of-file", "A file below a file of the same layer.", "layer-path-blocked") {
        $0.add("f", "0", "content")
        $0.add("f/x", "0", "content")
        $0.end()
    },
    .badLayer("contents-child-of-link-out", "A file below a link out of the root.", "layer-path-blocked") {
        $0.link("s", to: "../../../outside")
        $0.add("s/x", "0", "content")
        $0.end()
    },
    .badLayer(
        "contents-child-of-lower-loop", "A file below a link of the layer below that leads to itself.",
        "layer-path-blocked"
    ) {
        $0.add("loopa/x", "0", "content")
        $0.end()
    },
    .badLayer("contents-name-climbs", "A name that leads above the root.", "layer-path-outside") {
        $0.add("../outside", "0", "content")
        $0.end()
    },
    .badLayer("contents-name-too-long", "A component of 300 bytes; Linux has 255.", "layer-name-invalid") {
        $0.pax([("path", String(repeating: "n", count: 300))])
        $0.add("n", "0", "content")
        $0.end()
    },
    .badLayer("contents-link-to-nothing", "A symbolic link without a target.", "layer-name-invalid") {
        $0.link("s", to: "")
        $0.end()
    },
    // Whiteouts and attributes.
    .badLayer("contents-whiteout-bare", "A whiteout of nothing: `.wh.` (layer.md).", "layer-whiteout-invalid") {
        $0.add("etc/.wh.")
        $0.end()
    },
    .badLayer("contents-whiteout-behind", "A file, and then its whiteout.", "layer-whiteout-invalid") {
        $0.add("f", "0", "content")
        $0.add(".wh.f")
        $0.end()
    },
    .badLayer("contents-attribute-of-macos", "An attribute outside of Linux' namespaces.", "layer-attribute-invalid") {
        $0.pax([("SCHILY.xattr.com.apple.provenance", "x")])
        $0.add("f", "0", "content")
        $0.end()
    },
    .badLayer("contents-capability-cut", "A file capability of three bytes.", "layer-attribute-invalid") {
        $0.pax([("SCHILY.xattr.security.capability", "abc")])
        $0.add("f", "0", "content")
        $0.end()
    },
    .badLayer("contents-overlay-attribute", "A folder that overlay takes for opaque.", "layer-attribute-invalid") {
        $0.pax([("SCHILY.xattr.trusted.overlay.opaque", "y")])
        $0.folder("etc")
        $0.end()
    },
]
