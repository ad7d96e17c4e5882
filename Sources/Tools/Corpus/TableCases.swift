// layerverify: layers with tables of contents, good and bad.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

private enum Form {
    case estargz
    case zstdChunked
}

/// A case with one lazy layer, and findings about it.
private func table(
    _ name: String, _ about: String, _ form: Form, _ verdict: CorpusCase.Verdict = .verified,
    findings: [String] = [], _ change: (inout LazyLayer) -> Void = { _ in }
) -> CorpusCase {
    var lazy = LazyLayer()
    change(&lazy)
    let written = form == .estargz ? lazy.estargz() : lazy.zstdChunked()
    let build: (inout ImageBuilder) -> Void = { image in
        image.lazyImage(written)
        for finding in findings { image.expect(finding, written.layer.digest) }
    }
    return verdict == .verified ? .good(name, about, build) : .bad(name, about, build)
}

private let mismatch = "layer-toc-mismatch"

/// The table of contents does not describe the tar.
private func other(
    _ name: String, _ about: String, _ form: Form, count: Int = 1, _ edit: @escaping ([JSON]) -> [JSON]
) -> CorpusCase {
    let findings = [String](repeating: mismatch, count: count)
    return table(name, about, form, .refuted, findings: findings) { $0.edit = edit }
}

/// The entries with one of them changed.
private func changing(
    _ name: String, _ change: @escaping (JSON) -> JSON
) -> ([JSON]) -> [JSON] {
    { lines in lines.map { $0["name"].text == name && $0["type"].text != "chunk" ? change($0) : $0 } }
}

/// The annotations under other names.
private func unannotated(_ annotations: JSON) -> JSON { [:] }

/// The table of another layer, which the annotation names correctly.
private func tableOfOtherLayer(_ lines: [JSON]) -> [JSON] {
    [["name": "bin/", "type": "dir", "mode": JSON(0o755)], ["name": "bin/sh", "type": "reg", "mode": JSON(0o755)]]
}

private let checksumName = "io.github.containers.zstd-chunked.manifest-checksum"
private let splitName = "io.github.containers.zstd-chunked.tarsplit-position"

/// The lines with the first segment changed, which is the header of `etc/`.
private func changingFirstHeader(_ lines: [JSON]) -> [JSON] {
    guard let first = lines.first else { return lines }
    var header = bytes(base64: first["payload"].text)
    header[0] ^= 1
    return [first.setting("payload", .string(base64(header)))] + lines.dropFirst()
}

let tableCases: [CorpusCase] = [
    table("toc-estargz", "A layer in eStargz, whose table of contents describes its tar.", .estargz),
    table("toc-zstd-chunked", "A layer in zstd:chunked with tar-split data.", .zstdChunked),
    table("toc-zstd-chunked-no-split", "A layer in zstd:chunked without tar-split data.", .zstdChunked) {
        $0.editSplit = nil
        $0.annotate = { $0.removing(splitName) }
    },
    // The table says something else than the tar.
    other(
        "toc-estargz-name", "The table of contents has a file under another name.", .estargz, count: 2,
        changing("etc/name") { $0.setting("name", "etc/other") }),
    other(
        "toc-estargz-mode", "The table of contents makes a file setuid.", .estargz,
        changing("etc/name") { $0.setting("mode", JSON(0o4755)) }),
    other(
        "toc-estargz-size", "The table of contents gives a file another size.", .estargz,
        changing("etc/empty") { $0.setting("size", 1) }),
    other(
        "toc-estargz-digest", "The table of contents gives a file another digest.", .estargz,
        changing("srv/log") { $0.setting("digest", .string(digestOf([1]))) }),
    other(
        "toc-estargz-link", "The table of contents has another target of a link.", .estargz,
        changing("etc/link") { $0.setting("linkName", "/etc/shadow") }),
    other("toc-estargz-more", "The table of contents has a file that the tar lacks.", .estargz) {
        $0 + [["name": "etc/more", "type": "reg", "mode": JSON(0o644)]]
    },
    other("toc-estargz-other-layer", "The table of contents is that of another layer.", .estargz, count: 6) {
        tableOfOtherLayer($0)
    },
    other(
        "toc-zstd-chunked-name", "The table of contents has a file under another name.", .zstdChunked, count: 2,
        changing("etc/name") { $0.setting("name", "etc/other") }),
    other(
        "toc-zstd-chunked-mode", "The table of contents makes a file setuid.", .zstdChunked,
        changing("etc/name") { $0.setting("mode", JSON(0o4755)) }),
    other(
        "toc-zstd-chunked-digest", "The table of contents gives a file another digest.", .zstdChunked,
        changing("srv/log") { $0.setting("digest", .string(digestOf([1]))) }),
    other("toc-zstd-chunked-other-layer", "The table of contents is that of another layer.", .zstdChunked, count: 6) {
        tableOfOtherLayer($0)
    },
    // Annotations and footers.
    table(
        "toc-estargz-annotation", "The annotation has the digest of another table of contents.", .estargz, .refuted,
        findings: [mismatch]
    ) {
        $0.annotate = { $0.setting("containerd.io/snapshot/stargz/toc.digest", .string(digestOf([1]))) }
    },
    table(
        "toc-zstd-chunked-annotation", "The annotation has the digest of another table of contents.", .zstdChunked,
        .refuted, findings: [mismatch]
    ) { $0.annotate = { $0.setting(checksumName, .string(digestOf([1]))) } },
    table(
        "toc-two-formats", "Annotations of eStargz and of zstd:chunked at one layer.", .zstdChunked, .refuted,
        findings: [mismatch]
    ) {
        $0.annotate = { $0.setting("containerd.io/snapshot/stargz/toc.digest", .string(digestOf([1]))) }
    },
    table(
        "toc-estargz-no-footer", "An annotation of eStargz, and the layer has no footer: it is read whole.", .estargz,
        findings: ["layer-toc-unusable"]
    ) { $0.hasFooter = false },
    table("toc-zstd-chunked-no-footer", "Annotations of zstd:chunked lead to the table, without footer.", .zstdChunked)
    { $0.hasFooter = false },
    table("toc-estargz-no-annotation", "A footer of eStargz that no annotation names.", .estargz) {
        $0.annotate = unannotated
    },
    table("toc-zstd-chunked-no-annotation", "A footer of zstd:chunked that no annotation names.", .zstdChunked) {
        $0.annotate = unannotated
    },
    table(
        "toc-estargz-no-annotation-mode", "A table that no annotation names makes a file setuid.", .estargz,
        findings: ["layer-toc-unusable"]
    ) {
        $0.annotate = unannotated
        $0.edit = changing("etc/name") { $0.setting("mode", JSON(0o4755)) }
    },
    table(
        "toc-zstd-chunked-no-annotation-mode", "A table that no annotation names makes a file setuid.", .zstdChunked,
        findings: ["layer-toc-unusable"]
    ) {
        $0.annotate = unannotated
        $0.edit = changing("etc/name") { $0.setting("mode", JSON(0o4755)) }
    },
    // tar-split data.
    table(
        "toc-split-missing", "The table names tar-split data, and no annotation says where it is.", .zstdChunked,
        .refuted, findings: [mismatch]
    ) { $0.annotate = { $0.removing(splitName) } },
    table(
        "toc-split-damaged", "The tar-split data has another digest than the table says.", .zstdChunked, .refuted,
        findings: [mismatch]
    ) {
        $0.damageSplit = { data in
            var data = data
            data[data.count / 2] ^= 1
            return data
        }
    },
    table(
        "toc-split-header", "The tar-split data has another header than the tar.", .zstdChunked, .refuted,
        findings: [mismatch]
    ) { $0.editSplit = changingFirstHeader },
    table(
        "toc-split-name", "The tar-split data takes the content of a file from another one.", .zstdChunked, .refuted,
        findings: [mismatch]
    ) { $0.editSplit = { lines in lines.map { $0["name"].text == "srv/log" ? $0.setting("name", "etc/name") : $0 } } },
    table(
        "toc-split-checksum", "The tar-split data has another checksum of a file.", .zstdChunked, .refuted,
        findings: [mismatch]
    ) {
        $0.editSplit = { lines in
            lines.map { $0["name"].text == "srv/log" ? $0.setting("payload", "AAAAAAAAAAA=") : $0 }
        }
    },
    table(
        "toc-split-cut", "The tar-split data lacks the end of the tar.", .zstdChunked, .refuted, findings: [mismatch]
    ) { $0.editSplit = { $0.dropLast() } },
]
