// layerverify: bad archives: faults of the tar itself.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// An archive with all documents before its layers, and with an unneeded file at the end.
extension ImageBuilder {
    fileprivate mutating func archiveWithLastEntry(_ seed: Int) {
        let docker = DockerImage(layers: [.plain(seed)], tags: ["app:1"])
        oldArchive(docker)
        put("zz-last", prose(seed: seed, byteCount: 300))
    }
}

let badArchiveCases: [CorpusCase] = [
    .bad(
        "archive-cut-in-layer", "The archive ends within a layer, as after an interrupted download.",
        in: .damagedArchive(.ustar, { Array($0.dropLast(1024 + 1000)) })
    ) { image in
        let docker = DockerImage(layers: [.plain(900), .plain(901)], tags: ["app:1"])
        image.oldArchive(docker)
        image.remove("repositories")
        for path in [docker.configHex + ".json", "manifest.json"] { image.moveToFront(path) }
        image.expect("archive-truncated")
    },
    .bad(
        "archive-cut-in-header", "The archive ends within a header.",
        in: .damagedArchive(.ustar, { Array($0.dropLast(1024 + 512 + 200)) })
    ) { image in
        image.archiveWithLastEntry(902)
        image.expect("archive-truncated")
    },
    .bad(
        "archive-header-damaged", "A header whose checksum is wrong (POSIX ustar).",
        in: .damagedArchive(
            .ustar,
            { bytes in
                var result = bytes
                result.flip(at: -(1024 + 512 + 512 - 2))
                return result
            })
    ) { image in
        image.archiveWithLastEntry(904)
        image.expect("archive-corrupt")
    },
    .bad(
        "archive-size-beyond-end", "The last header claims 2^62 bytes (GNU base-256).",
        in: .damagedArchive(
            .gnu,
            { bytes in
                var result = bytes
                let header = bytes.count - 1024 - 512 - 512
                let size: [UInt8] = [0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]
                result.replaceSubrange(header + 124..<header + 136, with: size)
                result.replaceSubrange(header + 148..<header + 156, with: [UInt8](repeating: 0x20, count: 8))
                let sum = result[header..<header + 512].reduce(0) { $0 + Int($1) }
                let digits = String(sum, radix: 8)
                let field = String(repeating: "0", count: 6 - digits.count) + digits
                result.replaceSubrange(header + 148..<header + 155, with: Array(field.utf8) + [0])
                return result
            })
    ) { image in
        image.archiveWithLastEntry(906)
        image.expect("archive-truncated")
    },
    .bad(
        "archive-two-manifests", "Two different manifest.json: readers disagree on which one counts.",
        in: .archive(.ustar)
    ) { image in
        let docker = DockerImage(layers: [.plain(908)], tags: ["app:1"])
        image.oldArchive(docker)
        let other: JSON = [
            "Config": .string(docker.configHex + ".json"), "RepoTags": ["other:1"],
            "Layers": [.string(docker.layerFolders[0] + "/layer.tar")],
        ]
        image.append("manifest.json", .file(JSON.array([other]).bytes))
        image.expect("archive-entry-ambiguous")
    },
    .undetermined(
        "archive-sparse-entry", "A layer is stored as GNU's sparse file, which is not supported.", in: .archive(.gnu)
    ) {
        image in
        let docker = DockerImage(layers: [.plain(910)], tags: ["app:1"])
        image.oldArchive(docker)
        image.put(docker.layerFolders[0] + "/layer.tar", .special(UInt8(ascii: "S"), docker.layers[0].bytes))
        // One finding about the archive and one about the layer.
        image.expect("archive-entry-unsupported")
        image.expect("archive-entry-unsupported")
    },
    .undetermined("archive-of-no-image", "A tar archive without an image.", in: .archive(.ustar)) { image in
        image.put("notes.txt", prose(seed: 911, byteCount: 100))
        image.expect("not-an-image")
    },
    .undetermined(
        "archive-no-tar", "A file that is neither an archive nor an image.",
        in: .damagedArchive(.ustar, { _ in prose(seed: 912, byteCount: 2000) })
    ) { image in
        image.expect("not-an-image")
    },
    .bad("oci-archive-layer-changed", "One bit of a layer in a layout in a tar archive.", in: .archive(.pax)) { image in
        let layer = Layer.gzip(913)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0.flip(at: 9) }
        image.expect("blob-digest-mismatch", layer.digest)
    },
]
