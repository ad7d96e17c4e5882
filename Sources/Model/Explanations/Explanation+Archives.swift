// layerverify: explanations of findings about archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var archiveTruncated: Explanation {
        Explanation(
            """
            The tar archive ends within an entry: its header promises more bytes than the file has. The entry is \
            incomplete, and everything that should follow is missing.
            """,
            causes: [
                "A download, an upload or a copy was interrupted.",
                "The disk was full, or a quota or `ulimit -f` was reached, while the archive was written.",
                "The program that wrote the archive was killed, and its file was used anyway.",
            ],
            remedies: [
                "Compare the size with the original: `ls -l FILE`, or the Content-Length of the download.",
                "Transfer or write the archive again: `docker save -o FILE NAME`.",
                """
                In scripts write to a temporary name and rename it only after success; with a pipe use `set -o \
                pipefail`.
                """,
            ],
            sources: [.pax, .gnuTar])
    }

    static var archiveCorrupt: Explanation {
        Explanation(
            """
            A header of the tar archive is invalid: its checksum does not match, or a field that must be a number is \
            not one. What follows cannot be located.
            """,
            causes: [
                "A storage or a transfer damaged the bytes.",
                "The archive was transferred as text, which changes line ends.",
                """
                An entry before the header has another size than its header claims, because the file changed while it \
                was archived.
                """,
                "The header was made so that readers of tar disagree on it.",
            ],
            remedies: [
                "See whether another reader agrees: `tar -tvf FILE`.",
                "Transfer or write the archive again: `docker save -o FILE NAME`.",
                "Compare its checksum with that of the original: `sha256sum FILE`.",
            ],
            sources: [.pax, .gnuTar])
    }

    static var archiveWithoutEnd: Explanation {
        Explanation(
            """
            The archive ends after a complete entry, without the two blocks of zeros that mark the end. All its \
            entries could be read; that there were no more of them cannot be told from the file.
            """,
            causes: [
                "The writer leaves the marker out, which most readers accept.",
                "The file was cut off exactly between two entries.",
            ],
            remedies: [
                "If the report has no errors, the image is complete: all that its documents name is there.",
                "Compare the size with the original, or write the archive again.",
                "Make it fail: `layerverify --strict FILE`.",
            ],
            sources: [.pax, .policy("docker save")])
    }

    static var documentsMissing: Explanation {
        Explanation(
            """
            The archive contains layers of an image and none of the documents (`index.json`, `manifest.json`, \
            `repositories`) that list them. Writers put the documents after the layers, so the end of the archive is \
            most likely missing.
            """,
            causes: [
                "The archive was truncated, as `archive-truncated` or `archive-without-end` in the same report shows.",
                "A damaged header hides the rest of the archive (`archive-corrupt`).",
                "The end of the file was overwritten with zeros, as after a crash or in a sparse copy.",
            ],
            remedies: [
                "Write or download the archive again: `docker save -o FILE NAME`.",
                "Check that it is complete: `tar -tf FILE` must list `manifest.json` or `index.json`.",
            ],
            sources: [.image("image-layout", "Content", "content"), .dockerArchive, .policy("docker save")])
    }

    static var archiveEntryAmbiguous: Explanation {
        Explanation(
            """
            Readers of tar see different files in this archive: GNU tar, bsdtar, Python and Go (docker, containerd, \
            podman) disagree on a name, a size, a type or a record. What is verified by one could be replaced when \
            another one unpacks it.
            """,
            causes: [
                "A file was added to an archive that already has one of this name (`tar -rf`).",
                "The archive was put together from others, or written by an unusual program.",
                "An entry conflicts with another one: a file by the name of a link, or a path below a file.",
                "Somebody built the archive so that a check and a runtime see different images.",
            ],
            remedies: [
                "Look at the entries in question: `tar -tvf FILE | sort -k6`.",
                """
                Write the archive again with the image tool: `docker save -o FILE NAME`, or `skopeo copy oci:DIRECTORY \
                oci-archive:FILE`.
                """,
                "If you do not know who made the archive, do not use it.",
            ],
            sources: [.pax, .policy("docker save")])
    }

    static var archiveEntryUnsupported: Explanation {
        Explanation(
            """
            The archive has an entry or a record of a kind that layerverify does not read. The archive may be intact; \
            what depends on the entry was not checked.
            """,
            causes: [
                "The archive was written with `tar --sparse`, and a file has holes.",
                """
                It is an incremental archive or a volume of GNU tar (`--listed-incremental`, `--multi-volume`, \
                `--label`).
                """,
                "A pax record has a key that POSIX or a tar program may define and that is not known here.",
            ],
            remedies: [
                "Write the archive again without these options: `tar -cf FILE -C DIRECTORY .`.",
                "Or extract it and verify the folder: `mkdir D && tar -xf FILE -C D && layerverify D`.",
            ],
            sources: [.gnuSparse, .pax, .policy("docker save")])
    }

    static var archiveTrailingBytes: Explanation {
        Explanation(
            """
            After the end-of-archive marker there are bytes that are not zeros. Readers of tar stop at the marker, so \
            these bytes are not a part of the image, and they were not checked.
            """,
            causes: [
                "Two archives were concatenated (`cat a.tar b.tar`), and readers see only the first.",
                "Output of another command was written to the same file.",
                "The file is older and longer than the archive that was written into it.",
            ],
            remedies: [
                "Write each archive to a file of its own.",
                """
                If the second archive is needed, split the file at the byte that the message gives: `tail -c +$((BYTE \
                + 1)) FILE >SECOND`.
                """,
                "Make it fail: `layerverify --strict FILE`.",
            ],
            sources: [.pax, .policy("docker save")])
    }
}
