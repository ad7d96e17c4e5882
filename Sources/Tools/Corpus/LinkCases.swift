// layerverify: images whose files are symbolic links, and swapped layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension ImageBuilder {
    /// Moves every blob into a folder next to the image's, and replaces it by a link.
    fileprivate mutating func linkBlobs(to folder: String, below image: String) {
        for entry in entries where entry.path.hasPrefix(image + "/blobs/") {
            let name = entry.path.split(separator: "/").last.map(String.init) ?? ""
            put(folder + "/" + name, entry.node)
            put(entry.path, .symbolicLink("../../../" + folder + "/" + name))
        }
    }

    /// An image in the folder `app` whose blobs are links to the folder `cache`.
    fileprivate mutating func linkedImage(_ layers: [Layer]) {
        var image = ImageBuilder()
        image.singleImage(layers)
        include(image, below: "app")
        linkBlobs(to: "cache", below: "app")
        // The search counts the files in `cache`.
        expect("files-ignored")
    }
}

/// The cases of links and of swapped layers.
let linkCases: [CorpusCase] = [
    .good(
        "blob-links-anywhere", "Blobs are links to another image, and `--follow-symlinks anywhere` allows it."
    ) { image in
        let layers = [Layer.gzip(1), .gzip(2)]
        image.singleImage(layers)
        for layer in layers {
            let name = layer.digest.replacing("sha256:", with: "")
            image.put(blobPath(layer.digest), .symbolicLink("../../../../oci-gzip/image/blobs/sha256/" + name))
        }
        image.arguments = ["--follow-symlinks", "anywhere"]
    },
    .good(
        "blob-links-to-cache",
        "All blobs are links to another folder below the path given, as some build tools write them.",
        in: .folders
    ) {
        $0.linkedImage([.gzip(1502), .zstd(1503)])
    },
    .bad(
        "blob-links-to-cache-damaged",
        "Blobs are links to another folder below the path given, and one of them is damaged.",
        in: .folders
    ) { image in
        image.linkedImage([.gzip(1504), .gzip(1505)])
        let digest = Layer.gzip(1505).digest
        image.damage("cache/" + digest.replacing("sha256:", with: "")) { $0.flip(at: -6) }
        image.expect("blob-digest-mismatch", digest)
        image.expect("stream-corrupt", digest, follows: "blob-digest-mismatch")
    },
    .undetermined("blob-links-never", "A layer is a link within the image, and `--follow-symlinks never` forbids it.") {
        image in
        let layer = Layer.gzip(1506)
        image.singleImage([layer])
        image.put("store/layer", layer.bytes)
        image.put(blobPath(layer.digest), .symbolicLink("../../store/layer"))
        image.arguments = ["--follow-symlinks", "never"]
        image.expect("link-not-followed", layer.digest)
    },
    .undetermined("config-links-out", "The config is a symbolic link out of the image.") { image in
        let manifest = image.singleImage([.gzip(1507)])
        let config = image.configDigest(of: manifest)
        image.put(blobPath(config), .symbolicLink("../../../config.json"))
        image.expect("link-not-followed", config)
    },
    .undetermined("index-links-out", "`index.json` is a symbolic link out of the image.") { image in
        image.singleImage([.gzip(1508)])
        image.put("index.json", .symbolicLink("/var/cache/index.json"))
        image.expect("link-not-followed")
    },
    .bad("layers-rotated", "The files of three layers are swapped.") { image in
        let layers = [Layer.gzip(1510), .zstd(1511), .gzip(1512)]
        image.singleImage(layers)
        for (index, layer) in layers.enumerated() {
            image.put(blobPath(layer.digest), layers[(index + 1) % layers.count].bytes)
        }
        image.expect("blob-digest-mismatch", layers[0].digest)
    },
    .bad("layers-exchanged-and-one-damaged", "Two layers are swapped, and a third is damaged.") { image in
        let layers = [Layer.gzip(1513), .gzip(1514), .gzip(1515)]
        image.singleImage(layers)
        image.put(blobPath(layers[0].digest), layers[1].bytes)
        image.put(blobPath(layers[1].digest), layers[0].bytes)
        image.damage(blobPath(layers[2].digest)) { $0.flip(at: -6) }
        image.expect("blob-digest-mismatch", layers[0].digest)
        image.expect("blob-digest-mismatch", layers[2].digest)
        image.expect("stream-corrupt", layers[2].digest, follows: "blob-digest-mismatch")
    },
]
