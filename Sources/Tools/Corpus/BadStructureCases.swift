// layerverify: bad structure: layouts and indexes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let badStructureCases: [CorpusCase] = [
    .bad("layout-version-2", "`imageLayoutVersion` is 2.0.0, which is not specified (image-layout.md).") {
        image in
        image.singleImage([.gzip(700)])
        image.put("oci-layout", (["imageLayoutVersion": "2.0.0"] as JSON).bytes)
        image.expect("layout-invalid")
    },
    .bad("layout-version-missing", "`oci-layout` has no `imageLayoutVersion` (image-layout.md: REQUIRED).") { image in
        image.singleImage([.gzip(701)])
        image.put("oci-layout", "{}")
        image.expect("layout-invalid")
    },
    .bad("layout-file-missing", "index.json and blobs without `oci-layout` (image-layout.md: MUST exist).") { image in
        image.singleImage([.gzip(702)])
        image.remove("oci-layout")
        image.expect("layout-invalid")
    },
    .bad("index-missing", "A layout without index.json (image-layout.md: MUST exist).") { image in
        image.singleImage([.gzip(703)])
        let blobs = image.entries.map(\.path).filter { $0.hasPrefix("blobs/") }
        for path in blobs.dropFirst() { image.remove(path) }
        image.remove("index.json")
        image.expect("index-missing")
        for path in blobs.prefix(1) {
            image.expectUnreferenced(String(path.dropFirst("blobs/".count)).replacing("/", with: ":"))
        }
    },
    .bad("index-without-manifests", "index.json has no `manifests` (image-index.md: REQUIRED).") { image in
        image.put("blobs/README", "nothing yet\n")
        image.layout([], index: { $0.removing("manifests") })
        image.expect("index-invalid")
    },
    .bad("index-manifests-no-list", "`manifests` of index.json is an object (image-index.md: array).") { image in
        image.put("blobs/README", "nothing yet\n")
        image.layout([], index: { $0.setting("manifests", [:]) })
        image.expect("index-invalid")
    },
    .bad("nested-index-manifests-null", "`manifests` of an index below index.json is null (image-index.md: array).") {
        image in
        let index = image.blob(MediaTypes.index, ImageBuilder.index([]).setting("manifests", nil))
        image.layout([index.named("x")])
        image.expect("index-invalid", index["digest"].text)
    },
    .bad("index-contains-itself", "An index that names itself, which requires a wrong digest.") { image in
        let name = digestOf(prose(seed: 704, byteCount: 12))
        let entry: JSON = ["mediaType": .string(MediaTypes.index), "digest": .string(name), "size": 100]
        let count = ImageBuilder.index([entry]).bytes.count
        precondition((100...999).contains(count), "the size must keep its number of digits")
        let descriptor = entry.setting("size", JSON(count))
        image.put(blobPath(name), ImageBuilder.index([descriptor]).bytes)
        image.layout([descriptor.named("loop")])
        image.expect("blob-digest-mismatch", name)
        image.expect("index-cycle", name, follows: "blob-digest-mismatch")
    },
    .undetermined(
        "index-too-deep", "Twenty nested indexes below index.json: those below the sixteenth are not read."
    ) {
        image in
        var chain = [image.image([.gzip(705)])]
        for _ in 0..<20 { chain.append(image.blob(MediaTypes.index, ImageBuilder.index([chain[chain.count - 1]]))) }
        let outermostFirst = Array(chain.reversed())
        image.layout([outermostFirst[0].named("deep")])
        image.expect("index-too-deep", outermostFirst[16]["digest"].text)
    },
    .undetermined("nothing-selected", "`--platform` matches no image, so nothing was checked.") { image in
        image.layout([image.image([.gzip(706)]).on(platform("amd64")).named("x")])
        image.arguments = ["--platform", "linux/riscv64"]
        image.expect("nothing-selected")
    },
    .undetermined("not-an-image-folder", "A folder of files that are not images.") { image in
        image.put("notes.txt", prose(seed: 707, byteCount: 100))
        image.put("data/values.json", "{\"a\": 1}\n")
        image.expect("not-an-image")
    },
    .bad("several-images-one-bad", "A folder with two layouts, one of them damaged.", in: .folders) { image in
        var good = ImageBuilder()
        good.singleImage([.gzip(708)])
        image.include(good, below: "good")
        var bad = ImageBuilder()
        bad.singleImage([.gzip(709)])
        bad.damage(blobPath(Layer.gzip(709).digest)) { $0.flip(at: 9) }
        bad.expect("blob-digest-mismatch", Layer.gzip(709).digest)
        image.include(bad, below: "damaged")
    },
    .bad("image-within-image", "A damaged image in the folder of another image.") { image in
        image.singleImage([.gzip(710)])
        var inner = ImageBuilder()
        inner.singleImage([.gzip(711)])
        inner.damage(blobPath(Layer.gzip(711).digest)) { $0.flip(at: 9) }
        inner.expect("blob-digest-mismatch", Layer.gzip(711).digest)
        image.include(inner, below: "sub")
    },
    .bad("image-within-extracted-archive", "A damaged archive next to the files of an extracted one.") { image in
        image.oldArchive(DockerImage(layers: [.plain(712)], tags: ["app:1"]))
        var inner = ImageBuilder()
        inner.singleImage([.gzip(713)])
        inner.damage(blobPath(Layer.gzip(713).digest)) { $0.flip(at: 9) }
        image.put("other", TarWriter.archive(inner.entries))
        image.expect("blob-digest-mismatch", Layer.gzip(713).digest)
    },
    .undetermined("ref-one-of-two-missing", "Two names are given, and only one exists.") { image in
        image.singleImage([.gzip(714)])
        image.arguments = ["--ref", "latest", "--ref", "no-such"]
        image.expect("nothing-selected")
    },
    .good(
        "folder-with-compressed-archive-of-dot", "A compressed image archive that begins with `./`.", in: .folders
    ) { image in
        var layout = ImageBuilder()
        layout.singleImage([.gzip(715)])
        image.include(layout, below: "plain")
        var packed = ImageBuilder()
        packed.singleImage([.gzip(716)])
        packed.renameAll { "./" + $0 }
        let entries = [(path: "./", node: Node.folder)] + packed.entries
        image.put("packed.tgz", Gzip.member(TarWriter.archive(entries)))
        image.put("packed.tzst", Zstd.frame(TarWriter.archive(entries)))
    },
    .undetermined("blobs-sha512-alone", "A folder `blobs/sha512` without index.json and `oci-layout`.", in: .folders) {
        image in
        var layout = ImageBuilder()
        layout.singleImage([.gzip(717)])
        image.include(layout, below: "whole")
        let bytes = prose(seed: 718, byteCount: 90)
        image.put("left/" + blobPath(digestOf(bytes, .sha512)), bytes)
        image.expect("not-an-image")
    },
]
