// layerverify: explanations of warnings and notes about the tar in a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var layerContentsUnchecked: Explanation {
        Explanation(
            """
            To find paths that occur twice, layerverify keeps the paths of a layer in memory, up to a limit. Beyond it \
            only the headers of the tar were checked: nothing is known to be wrong.
            """,
            causes: [
                "The layer has several million entries.",
                "The layer was made to exhaust the memory of its readers.",
                "An image store has too many images of large layers to lay all layers on top of each other.",
            ],
            remedies: [
                "If that is enough, check headers only: `layerverify --contents=structure PATH`.",
                "Look for paths that occur twice: `gzip -dc FILE | tar -tf - | sort | uniq -d`, which sorts on disk.",
            ],
            sources: [.policy(Self.contentsSection)])
    }

    static var layerResultDiffers: Explanation {
        Explanation(
            """
            Nearly everybody unpacks each layer by itself and lets an overlay mount join them. Others (vfs, containerd's \
            native snapshotter, umoci) change one tree layer by layer. This layer loads in both, and the file systems \
            differ.
            """,
            causes: [
                """
                An entry is below a path that is a symbolic link or a file in a lower layer: an overlay mount gets a \
                folder there, which hides the link and all that it leads to.
                """,
                """
                A whiteout and a folder of the same name are in one layer, or a whole folder is hidden at the root: \
                in an overlay mount the lower files show through.
                """,
                "A parent folder has no entry, and its mode or owner below is not the default.",
                "The layer has attributes for the root itself, or devices 0/0, which are overlay's own whiteouts.",
            ],
            remedies: [
                "Write files by the path that a link leads to: `usr/lib/x` and not `lib/x`.",
                "Give the layer an entry for each parent folder, with mode and owner.",
                "Delete in one layer, and add in the next.",
            ],
            sources: [
                .image("layer", "Applying Changesets", "applying-changesets"),
                .image("layer", "Whiteouts", "whiteouts"), .policy(Self.contentsSection),
            ])
    }

    static var layerValueChanged: Explanation {
        Explanation(
            """
            The tar holds a number that Linux or the runtimes cannot keep: an owner beyond 32 bits or below 0, a time \
            that is out of range, a device number that is cut. The file gets another value, such as owner 0, which is \
            root.
            """,
            causes: [
                "The files had owners of a directory service, or no owner at all (-1).",
                "The clock of the builder was wrong, or a tool set times before 1970 or far in the future.",
            ],
            remedies: [
                "See the values: `gzip -dc FILE | tar --numeric-owner -tvf -`.",
                "Set owners and times where the layer is made: `tar --owner=0 --group=0 --mtime=@0`.",
            ],
            sources: [
                .image("layer", "File Attributes", "file-attributes"), .policy(Self.contentsSection),
            ])
    }

    static var layerLinkFollowed: Explanation {
        Explanation(
            """
            The path of an entry leads through a symbolic link of the same layer. Runtimes follow the link, so the file \
            is elsewhere than its name says, and a scanner that only lists the tar sees another tree.
            """,
            causes: [
                "Files were packed from two trees, one in which `lib` is a folder and one in which it is a link.",
                "The layer was made so that a scanner and a runtime differ.",
            ],
            remedies: [
                "Write the entry by the path that the link leads to."
            ],
            sources: [
                .image("layer", "Applying Changesets", "applying-changesets"), .policy(Self.contentsSection),
            ])
    }

    static var layerWhiteoutUnusual: Explanation {
        Explanation(
            """
            The specification has whiteouts that are empty regular files. Runtimes go by the name alone; content is \
            lost, and Docker may not be able to save the image again.
            """,
            causes: [
                "A tool other than an image builder wrote the whiteout.",
                "The layer has files of aufs, an old storage driver of Docker.",
            ],
            remedies: [
                "Look at them: `gzip -dc FILE | tar -tvf - | grep -F .wh.`.",
                "Write whiteouts as empty regular files.",
            ],
            sources: [
                .image("layer", "Whiteouts", "whiteouts"), .policy(Self.contentsSection),
            ])
    }

    static var layerReadersDiffer: Explanation {
        Explanation(
            """
            Runtimes read tar with Go's archive/tar and agree with each other here. GNU tar, bsdtar or Python, which \
            scanners and builders use, refuse the place or read another name or value.
            """,
            causes: [
                "A global pax header sets values, which runtimes ignore and GNU tar obeys.",
                "An entry has both GNU's and pax's long name, and they differ.",
                "An extended header has no entry behind it.",
            ],
            remedies: [
                "Compare the readers: `gzip -dc FILE | tar -tvf -`, and the same with `bsdtar`.",
                "Write the layer with one current tar program, and build the image again.",
            ],
            sources: [.pax, .gnuTar, .policy(Self.contentsSection)])
    }

    static var layerTrailingBytes: Explanation {
        Explanation(
            """
            After the two blocks of zeros that end the tar there are other bytes. No runtime looks at them; \
            `tar --ignore-zeros` and some scanners find entries there.
            """,
            causes: [
                "Two archives were joined with `cat`.",
                "Something was hidden behind the end of the layer.",
            ],
            remedies: [
                "List them: `gzip -dc FILE | tar --ignore-zeros -tvf -`.",
                "Join archives with `tar --concatenate`, or build the image again.",
            ],
            sources: [.pax, .policy(Self.contentsSection)])
    }

    static var layerNotSavedAgain: Explanation {
        Explanation(
            """
            Docker with its own storage, and podman, unpack a layer and write the tar again when the image is saved or \
            pushed. For this layer they come to other bytes and fail; containerd keeps the layer as it is.
            """,
            causes: [
                "The layer has sparse files in pax form.",
                "A link or a folder has a size in its header, as old tar programs wrote it.",
            ],
            remedies: [
                "Write the layer with `tar --format=pax` and without `--sparse`, and build the image again.",
                "Or use Docker with the containerd image store.",
            ],
            sources: [
                .image("layer", "File Attributes", "file-attributes"), .gnuSparse, .policy(Self.contentsSection),
            ])
    }

    static var layerTarUnusual: Explanation {
        Explanation(
            """
            All runtimes accept the layer and come to the same files. The note tells of what is rare, in case another \
            tool has trouble with it.
            """,
            causes: [
                "The writer leaves out the end of the archive, or the padding before it as `umoci insert` does.",
                "The layer is empty.",
                "Names are not UTF-8, contain `..`, or differ only in case, which matters on other file systems.",
                "A whiteout deletes something that no lower layer has.",
                "`git archive` wrote a global comment.",
            ],
            remedies: [
                "Nothing needs to be done.",
                "With `layerverify --verbose PATH` every note is listed.",
            ],
            sources: [.policy(Self.contentsSection)])
    }
}
