// layerverify: files next to an image, and files that are given in place of one.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension ImageBuilder {
    /// Adds a good image in the folder `app`.
    fileprivate mutating func includeApp(_ seed: Int) {
        var layout = ImageBuilder()
        layout.singleImage([.gzip(seed)])
        include(layout, below: "app")
    }
}

/// An image next to files that are not images and are only counted.
private func ignored(
    _ name: String, _ what: String, seed: Int, _ put: (inout ImageBuilder) -> Void
) -> CorpusCase {
    .good("folder-with-" + name, "An image, and \(what).", in: .folders) { image in
        image.includeApp(seed)
        put(&image)
        image.expect("files-ignored")
    }
}

/// An image next to a file that may be an image and cannot be checked.
private func left(_ name: String, _ what: String, seed: Int, _ put: (inout ImageBuilder) -> Void) -> CorpusCase {
    .undetermined("folder-with-" + name, "An image, and \(what).", in: .folders) { image in
        image.includeApp(seed)
        put(&image)
        image.expect("not-an-image")
    }
}

/// A file that is given in place of an archive.
private func given(_ name: String, _ what: String, _ bytes: [UInt8]) -> CorpusCase {
    .undetermined("given-" + name, "\(what) in place of an archive.", in: .damagedArchive(.ustar, { _ in bytes })) {
        $0.expect("not-an-image")
    }
}

private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Empty xz and bzip2 streams.
private let emptyXZ: [UInt8] =
    [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 0xe6, 0xd6, 0xb4, 0x46, 0, 0, 0, 0]
    + [0x1c, 0xdf, 0x44, 0x21, 0x1f, 0xb6, 0xf3, 0x7d, 1, 0, 0, 0, 0, 4, 0x59, 0x5a]
private let emptyBzip2: [UInt8] = [0x42, 0x5a, 0x68, 0x39, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0]

private let rootFolders: [(path: String, node: Node)] =
    ["bin/", "dev/", "etc/", "lib/", "proc/", "usr/", "var/"].map { ($0, .folder) }

let searchCases: [CorpusCase] = [
    ignored("list-of-names", "a `manifest.json` that lists file names", seed: 1200) {
        $0.put("web/manifest.json", "[\"main.js\", \"main.css\"]\n")
    },
    ignored("marked-manifest", "a browser extension whose `manifest.json` begins with a byte order mark", seed: 1201) {
        $0.put("extension/manifest.json", text("\u{feff}{\"manifest_version\": 3, \"name\": \"x\"}\n"))
    },
    ignored("versioned-index", "an `index.json` with a `schemaVersion` of something else", seed: 1202) {
        $0.put("apps/index.json", "{\"schemaVersion\": 1, \"apps\": []}\n")
        $0.put("apps/blobs/a.bin", "content\n")
    },
    ignored("versioned-manifest", "a folder with a `manifest.json` and a `version` that is not skopeo's", seed: 1203) {
        $0.put("tool/manifest.json", "{\"name\": \"tool\"}\n")
        $0.put("tool/version", "1.2.3\n")
    },
    ignored("data-set", "folders whose names end like those of containers/storage", seed: 1204) {
        $0.put("data/train-images/a.bin", "content\n")
        $0.put("data/train-layers/a.bin", "content\n")
    },
    ignored("package-sources", "files `repositories` and `oci-layout` of other software", seed: 1205) {
        $0.put("etc/repositories", "https://example.com/main\n")
        $0.put("completions/oci-layout", "#compdef oci-layout\n")
    },
    ignored("imgpkg-bundle", "a bundle of imgpkg's", seed: 1206) {
        $0.put("bundle/.imgpkg/images.yml", "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n")
        $0.put("bundle/manifest.json", "[{\"Image\": {\"Refs\": [\"example.com/app\"]}}]\n")
    },
    left("xz-archive", "an archive that is compressed by xz, which is not decoded", seed: 1207) {
        $0.put("second.tar.xz", emptyXZ)
    },
    left("bzip2-archive", "an archive that is compressed by bzip2, which is not decoded", seed: 1208) {
        $0.put("second.tbz2", emptyBzip2)
    },
    left("empty-compressed-archive", "an empty `.tar.gz`", seed: 1209) {
        $0.put("second.tar.gz", Gzip.member([]))
    },
    left("page-as-archive", "a `.tgz` that holds an HTML page", seed: 1210) {
        $0.put("second.tgz", Gzip.member(text("<!DOCTYPE html>\n<html></html>\n")))
    },
    .undetermined("image-with-empty-archive", "An archive of no bytes in the folder of an image.") {
        $0.singleImage([.gzip(1211)])
        $0.put("second.tar", [UInt8]())
        $0.expect("not-an-image")
    },
    left("index-alone", "the index of a layout without its other files", seed: 1212) {
        var other = ImageBuilder()
        other.singleImage([.gzip(1213)])
        $0.put("lost/index.json", other.bytes(at: "index.json"))
    },
    .undetermined(
        "archive-of-versioned-index", "An `index.json` of nothing but a `schemaVersion`.", in: .archive(.ustar)
    ) {
        $0.put("index.json", "{\"schemaVersion\": 2}\n")
        $0.expect("not-an-image")
    },
    .undetermined("archive-of-folder", "A layout one folder down in an archive.", in: .archive(.ustar)) {
        var layout = ImageBuilder()
        layout.singleImage([.gzip(1214)])
        $0.include(layout, below: "app")
        $0.expect("not-an-image")
    },
    given("utf-16", "Text in UTF-16, as PowerShell's > writes it,", [0xff, 0xfe] + text("b\0l\0o\0b\0s\0")),
    given(
        "lfs-pointer", "A Git LFS pointer",
        text("version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 9\n")),
    given("html-page", "An HTML page", text("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n")),
    given(
        "registry-error", "An error of a registry",
        text("{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}\n")),
    given("docker-export", "An archive of docker export", TarWriter.archive(rootFolders + [(".dockerenv", .file([]))])),
    given(
        "layer", "A single layer", TarWriter.archive([("etc/.wh.motd", .file([])), ("etc/issue", .file(text("x\n")))])),
]
