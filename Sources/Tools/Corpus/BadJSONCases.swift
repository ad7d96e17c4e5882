// layerverify: bad JSON: documents that readers disagree on or cannot read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// An image whose config consists of damaged bytes, under the correct digest.
private func config(
    _ name: String, _ about: String, seed: Int, finding: String, _ damage: (String) -> [UInt8]
) -> CorpusCase {
    .bad(name, about) { image in
        let layer = Layer.gzip(seed)
        let text = String(decoding: ImageBuilder.config([layer]).bytes, as: UTF8.self)
        let config = image.blob(MediaTypes.config, damage(text))
        image.layout([image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, [image.layer(layer)])).named("x")])
        image.expect(finding, config["digest"].text)
    }
}

let badJSONCases: [CorpusCase] = [
    config(
        "json-byte-order-mark", "A byte order mark before the config (RFC 8259 §8.1).", seed: 600,
        finding: "json-invalid"
    ) {
        [0xef, 0xbb, 0xbf] + Array($0.utf8)
    },
    config("json-goes-on", "A second value after the config's end (RFC 8259 §2).", seed: 601, finding: "json-invalid") {
        Array(($0 + "{}").utf8)
    },
    config(
        "json-not-utf8", "A lone continuation byte in a string of the config (RFC 8259 §8.1).", seed: 602,
        finding: "json-invalid"
    ) {
        let halves = $0.replacing("/bin/true", with: "/bin/|").split(separator: "|")
        return Array(halves[0].utf8) + [0x80] + Array(halves[1].utf8)
    },
    config(
        "json-lone-surrogate", "An escape of half a surrogate pair (RFC 7493 §2.1).", seed: 603,
        finding: "json-invalid"
    ) {
        Array($0.replacing("/bin/true", with: "\\ud800").utf8)
    },
    config("json-trailing-comma", "A comma before the closing brace (RFC 8259 §4).", seed: 604, finding: "json-invalid")
    {
        Array(($0.dropLast() + ",}").utf8)
    },
    config("json-no-number", "NaN in place of a number (RFC 8259 §6).", seed: 605, finding: "json-invalid") {
        Array(($0.dropLast() + ",\"x\":NaN}").utf8)
    },
    config("json-empty", "A config of no bytes at all (RFC 8259 §2).", seed: 606, finding: "json-invalid") { _ in [] },
    config(
        "json-too-deep", "Nested arrays, one level deeper than Go's encoding/json reads.", seed: 607,
        finding: "json-too-deep"
    ) {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        return Array(($0.dropLast() + ",\"x\":\(deep)}").utf8)
    },
    config(
        "json-key-twice", "A config has two members `rootfs` (RFC 7493 §2.3).", seed: 608, finding: "json-duplicate-key"
    ) {
        Array(($0.dropLast() + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}").utf8)
    },
    config(
        "json-key-twice-by-case", "`RootFS` next to `rootfs`, which are equal to Go.", seed: 609,
        finding: "json-duplicate-key"
    ) {
        Array(($0.dropLast() + ",\"RootFS\":{\"type\":\"layers\",\"diff_ids\":[]}}").utf8)
    },
    config(
        "json-key-twice-by-escape", "`\\u0072ootfs` is a second `rootfs` (RFC 8259 §8.3).", seed: 610,
        finding: "json-duplicate-key"
    ) {
        Array(($0.dropLast() + ",\"\\u0072ootfs\":{}}").utf8)
    },
    .bad(
        "json-layers-twice",
        "A manifest with two lists of layers: verified with one, run from the other (RFC 7493 §2.3)."
    ) { image in
        let (first, second) = (Layer.gzip(611), Layer.gzip(612))
        let manifest = image.singleImage(
            [first], manifest: { $0.adding("layers", .array([second.descriptor])) })
        _ = image.layer(second)
        image.expect("json-duplicate-key", manifest["digest"].text)
        image.expectUnreferenced(image.configDigest(of: manifest), first.digest, second.digest)
    },
    .bad("json-index-cut", "index.json was cut (RFC 8259).") { image in
        let config = image.blob("application/vnd.example.config.v1+json", Array("{}".utf8))
        let manifest = image.blob(MediaTypes.manifest, ImageBuilder.manifest(config, []))
        image.layout([manifest.named("x")])
        image.damage("index.json") { $0.removeLast(10) }
        image.expect("json-invalid")
        image.expectUnreferenced(manifest["digest"].text, config["digest"].text)
    },
]
