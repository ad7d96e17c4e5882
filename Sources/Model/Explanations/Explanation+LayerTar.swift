// layerverify: explanations of findings about the tar in a layer that refute.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var layerNotTar: Explanation {
        Explanation(
            """
            The digests hold, and what the layer decodes to does not begin with a tar header. Runtimes fail with \
            `archive/tar: invalid tar header` or `unexpected EOF`.
            """,
            causes: [
                "A JSON document, a web page with an error, or another file was pushed as a layer.",
                "The layer was compressed twice: what it decodes to is a compressed file again.",
                "The artifact is not an image, but has an image's config and media types.",
            ],
            remedies: [
                "See what it is: `gzip -dc FILE | file -` or `zstd -dc FILE | file -`.",
                "Build the image again; pulling it again gives the same bytes.",
                """
                If this finding is absent and Docker says `invalid tar header`, the layer is probably zstd and Docker \
                older than 23.0: update Docker, or use gzip.
                """,
            ],
            sources: [.image("layer", "Distributable Format", "distributable-format"), .policy(Self.contentsSection)])
    }

    static var layerTarTruncated: Explanation {
        Explanation(
            """
            The digests hold, and the tar in the layer ends within a header or within the content of a file. Runtimes \
            fail with `unexpected EOF`.
            """,
            causes: [
                "The builder stopped while it wrote the tar, and compressed and published what there was.",
                "A file became shorter while it was archived, and the writer did not fill the rest with zeros.",
                "The disk of the builder was full.",
            ],
            remedies: [
                "See the last entries: `gzip -dc FILE | tar -tvf -`.",
                "Build the image again, and check the disk space and the logs of the builder.",
            ],
            sources: [
                .image("layer", "Distributable Format", "distributable-format"), .pax, .policy(Self.contentsSection),
            ])
    }

    static var layerTarInvalid: Explanation {
        Explanation(
            """
            A header in the tar does not parse as Go's archive/tar reads it, the reader behind Docker, containerd and \
            podman. Runtimes fail with `archive/tar: invalid tar header`. GNU tar and Python may accept the same layer.
            """,
            causes: [
                "The content of an entry is longer or shorter than its header says, so the next header is elsewhere.",
                "A pax record is malformed, or a number field holds something else.",
                "A single block of zeros is between two entries, as after joining archives.",
                "An extended header is larger than 1 MiB.",
            ],
            remedies: [
                "Look at the header: `gzip -dc FILE | tail -c +$((BYTE + 1)) | head -c 512 | xxd`, with the byte of the message.",
                "Write the layer with GNU tar, bsdtar or Go's archive/tar, and build the image again.",
            ],
            sources: [
                Source("Go, archive/tar, Reader", "https://pkg.go.dev/archive/tar#Reader"), .pax,
                .policy(Self.contentsSection),
            ])
    }

    static var layerEntryUnsupported: Explanation {
        Explanation(
            """
            Runtimes unpack files, links, devices, folders and FIFOs, and fail on every other type with `unhandled tar \
            header type`. GNU's sparse files (type S) are among the others.
            """,
            causes: [
                "GNU tar wrote sparse files with `--sparse --format=gnu`, or a dump of a folder with `--incremental`.",
                "The archive was written by an old tar of Solaris or AIX.",
                "The type was made up, to hide content from some readers.",
            ],
            remedies: [
                "List the types: `gzip -dc FILE | tar -tvf -`; the first letter is the type.",
                "Pack the files with `tar --format=pax` and without `--sparse`, and build the image again.",
            ],
            sources: [
                .image("layer", "File Types", "file-types"), .gnuSparse, .pax, .policy(Self.contentsSection),
            ])
    }

    static var layerPathDuplicate: Explanation {
        Explanation(
            """
            Two entries of one layer name the same path, perhaps in two spellings. Docker and podman refuse the layer \
            with `duplicates of file paths not supported`; in containerd the last entry wins.
            """,
            causes: [
                "Two archives were joined, or files were appended to one with `tar --append`.",
                "A build rule lists a file twice, or a folder both by itself and with its files.",
                "The spellings differ (`./f` and `f`), and the builder compared them as texts.",
            ],
            remedies: [
                "Find them: `gzip -dc FILE | tar -tf - | sort | uniq -d`.",
                "Remove one of them where the layer is made, and build the image again.",
            ],
            sources: [
                .image("layer", "Distributable Format", "distributable-format"), .policy(Self.contentsSection),
            ])
    }

    static var layerHardLinkBroken: Explanation {
        Explanation(
            """
            Runtimes unpack a layer by itself, entry by entry, so a hard link needs a file that came earlier in the \
            same layer. This one has none, or leads to a folder.
            """,
            causes: [
                "The target is a file of a lower layer, which the layer does not repeat.",
                "The layer was sorted or filtered, and the target is now behind the link or left out.",
            ],
            remedies: [
                "See link and target: `gzip -dc FILE | tar -tvf - | grep 'link to'`.",
                "Put the target into the same layer before the link, or use a symbolic link.",
            ],
            sources: [
                .image("layer", "Hardlinks", "hardlinks"), .policy(Self.contentsSection),
            ])
    }

    static var layerPathBlocked: Explanation {
        Explanation(
            """
            A folder on the way to the entry is a file, or a symbolic link that leads in a circle, to nothing, or out \
            of the root. Runtimes fail with `not a directory`, `no such file or directory` or `too many levels of \
            symbolic links`.
            """,
            causes: [
                "Two trees were packed into one layer, and a path is a file in one and a folder in the other.",
                "The link's target is not in the layer, and the file should have been written through it.",
                "The layer was made to write outside of the root.",
            ],
            remedies: [
                "See the entries along the path: `gzip -dc FILE | tar -tvf - PATH`.",
                "Write the entry by the path that the link leads to, or add its target as a folder before it.",
            ],
            sources: [
                .image("layer", "Applying Changesets", "applying-changesets"), .policy(Self.contentsSection),
            ])
    }

    static var layerPathOutside: Explanation {
        Explanation(
            """
            With its `..` the name leads above the root. Docker 28 refuses it with `invalid entry name`, other runtimes \
            hold it back at the root, and a plain tar program may write outside of its folder.
            """,
            causes: [
                "The layer was packed with `tar -P` from a folder next to the one that was meant.",
                "The image was made to attack whoever unpacks it.",
            ],
            remedies: [
                "Find the names: `gzip -dc FILE | tar -tf - | grep -F ..`.",
                "Do not use the image if you do not know who made it.",
                "Pack the files with names that are relative to the root.",
            ],
            sources: [
                Source("Go, archive/tar, Reader.Next", "https://pkg.go.dev/archive/tar#Reader"), .pax,
                .policy(Self.contentsSection),
            ])
    }

    static var layerNameInvalid: Explanation {
        Explanation(
            """
            Linux allows 255 bytes in one component of a path, 4095 in a path, and 1 to 4095 in the target of a \
            symbolic link. Runtimes fail with `file name too long` or `no such file or directory`.
            """,
            causes: [
                "A file system without these limits, or a tool that makes names from long texts, was packed.",
                "The writer lost the target of a link.",
            ],
            remedies: [
                "Shorten the name, or give the link a target, and build the image again."
            ],
            sources: [
                .pathLimits, .policy(Self.contentsSection),
            ])
    }

    static var layerWhiteoutInvalid: Explanation {
        Explanation(
            """
            A whiteout `.wh.NAME` deletes what lower layers have at NAME. This one has no name behind `.wh.`, or names \
            `.` or `..`, or what the same layer has brought before: runtimes fail with `file exists`, or delete the \
            file that they just wrote.
            """,
            causes: [
                "A builder joined several layers into one and kept both a file and the whiteout of it.",
                "A file was named `.wh.` by hand.",
            ],
            remedies: [
                "List the whiteouts: `gzip -dc FILE | tar -tf - | grep -F .wh.`.",
                "Remove either the whiteout or the file where the layer is made.",
            ],
            sources: [
                .image("layer", "Whiteouts", "whiteouts"), .policy(Self.contentsSection),
            ])
    }

    static var layerAttributeInvalid: Explanation {
        Explanation(
            """
            An extended attribute has a value or a namespace that the kernel refuses, so runtimes fail; or it is one of \
            overlay's own (`trusted.overlay.`), which hides files of lower layers in some runtimes and not in others.
            """,
            causes: [
                "The files were packed on macOS with their attributes (`com.apple.`).",
                "The upper folder of an overlay mount was packed with its attributes.",
                "A file capability was cut or written by hand.",
            ],
            remedies: [
                "List the attributes: `gzip -dc FILE | tar --xattrs -tvvf -`.",
                "Pack the files without foreign attributes: `tar --no-xattrs`, `--no-mac-metadata` on macOS.",
            ],
            sources: [
                .image("layer", "File Attributes", "file-attributes"), .policy(Self.contentsSection),
            ])
    }

    /// The section of docs/policy.md about the tar in a layer.
    static var contentsSection: String { "What is in a layer" }
}
