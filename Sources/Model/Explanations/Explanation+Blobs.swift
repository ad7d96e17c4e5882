// layerverify: explanations of findings about blobs as files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var blobMissing: Explanation {
        Explanation(
            """
            A document refers to a config, a layer or a manifest, and its file is not in the image. The image cannot \
            be run from here; the specification allows another store to hold the blob, but then this copy is not \
            complete.
            """,
            causes: [
                "The copy was interrupted, or copied only some of the files.",
                "A cleanup or a garbage collection removed a blob that is still referred to.",
                "The path is a symbolic link whose target does not exist.",
                "An entry of `Layers` or `Config` in `manifest.json` is misspelled.",
            ],
            remedies: [
                "Copy the image again into a new folder: `skopeo copy --all docker://NAME oci:DIRECTORY`.",
                "If another layout has the blob, copy the file `blobs/sha256/HEX` from it, and verify again.",
                "Find out what removes blobs; never run a garbage collection while images are copied.",
            ],
            sources: [.image("image-layout", "Blobs", "blobs"), .policy("Missing files")])
    }

    static var blobOutsideImage: Explanation {
        Explanation(
            """
            The path of a file of the image climbs out of its folder, or a link within an archive leads out of the \
            archive. Nothing outside was read.
            """,
            causes: [
                "The archive was written from a folder whose layers are links to other places.",
                "Somebody built the image to make a tool read or overwrite files of the host.",
            ],
            remedies: [
                "See where it leads: `tar -tvf FILE | grep -- '->'`.",
                "Do not extract or load the archive if you do not know who made it.",
                "Write the archive again with the image tool, or with `tar --dereference`.",
            ],
            sources: [.image("image-layout", "Blobs", "blobs"), .policy("Missing files")])
    }

    static var blobNotRegular: Explanation {
        Explanation(
            """
            At the path of a blob there is a folder, a pipe, a device or a socket. It was not opened, since that could \
            wait forever or change a device.
            """,
            causes: [
                "A tool or a script created a folder by the name of the blob.",
                "The image was unpacked by a program that created special files.",
            ],
            remedies: [
                "See what it is: `ls -ld blobs/sha256/HEX`.",
                "Remove it and copy the image again: `skopeo copy docker://NAME oci:DIRECTORY`.",
            ],
            sources: [.image("image-layout", "Blobs", "blobs")])
    }

    static var blobUnreadable: Explanation {
        Explanation(
            """
            A file of the image exists and could not be read to its end. That is not evidence against its content: the \
            image is undetermined, not refuted.
            """,
            causes: [
                "The user who runs layerverify may not read the file.",
                "The disk or the network returned an error (EIO, ESTALE); EIO often means a failing device.",
                "An archive could not be read as far as the entry.",
                "A limit of memory or of open files was reached.",
            ],
            remedies: [
                "Try it alone: `sha256sum FILE`.",
                "For permissions: `ls -l FILE`, `namei -l FILE`; run as a user who may read it.",
                """
                For EIO: `dmesg | tail`, `smartctl -a DEVICE`; copy the image from another source before the disk \
                fails.
                """,
                "For limits: `ulimit -n`, `ulimit -v`.",
            ],
            sources: [.policy("Missing files")])
    }

    static var blobChanged: Explanation {
        Explanation(
            """
            A file was changed, replaced or removed while layerverify read it, so what was read belongs to no single \
            state of the image.
            """,
            causes: [
                "Another program was writing the image: a build, a copy, a synchronization.",
                "A garbage collection ran at the same time.",
                "A failing device returned other bytes at the second read.",
            ],
            remedies: [
                "Wait until the writer has finished, and run again.",
                "In a pipeline verify after the step that writes has ended, not next to it.",
                "Verify a snapshot or a copy of a store that is in use.",
                "If nothing writes there and it happens again, check the device and the memory.",
            ],
            sources: [.policy("Missing files")])
    }

    static var blobSizeMismatch: Explanation {
        Explanation(
            """
            The file has another number of bytes than its descriptor claims. If the digest is wrong as well, the file \
            was truncated, appended to or replaced; if the digest holds, the descriptor is wrong.
            """,
            causes: [
                "A copy was interrupted, or the disk was full: the file is shorter.",
                "The layer was compressed again by another tool: the size changes with the digest.",
                "A file was edited, and the editor added a newline.",
                "The tool that wrote the manifest recorded a wrong size; Docker 25.0 release candidates did.",
            ],
            remedies: [
                "Compare: `stat -c %s FILE` with the size at the place of the claim.",
                "If `blob-digest-mismatch` is reported as well, copy or pull the image again.",
                "If it is not, correct the tool that wrote the descriptor, and build the image again.",
            ],
            sources: [
                .image("descriptor", "Properties", "properties"), .image("descriptor", "Verification", "verification"),
                .issue("moby/moby", 47072, "docker save writes descriptors with a wrong size"),
            ])
    }

    static var blobDigestMismatch: Explanation {
        Explanation(
            """
            The bytes of the file do not have the digest that refers to them: at least one byte differs from what was \
            hashed when the image was built. No runtime that checks digests accepts the blob.
            """,
            causes: [
                "A copy or a download was cut off or damaged; a size finding on the same file shows the first.",
                "The storage or the memory changed a bit: the size is right, and often `stream-corrupt` follows.",
                """
                The layer was decompressed or compressed again, by a proxy or a tool: the hint says that the diffID \
                holds.
                """,
                "A file of the image was edited, or two files were exchanged.",
                "Somebody changed the image on purpose.",
            ],
            remedies: [
                "Confirm it with another tool: `sha256sum FILE` must print the digits in the name of the file.",
                """
                Get the image again: `skopeo copy docker://NAME oci:NEW_DIRECTORY`; or replace only this file from an \
                intact copy.
                """,
                """
                If it is damaged again, compare with the source: is the registry's blob intact? `skopeo copy \
                docker://NAME dir:DIRECTORY` fails if not.
                """,
                """
                If several files of one disk are damaged, test the disk and the memory before you trust other copies \
                on it.
                """,
            ],
            sources: [
                .image("descriptor", "Verification", "verification"), .image("descriptor", "Digests", "digests"),
                .image("image-layout", "Blobs", "blobs"),
            ])
    }

    static var blobNameInvalid: Explanation {
        Explanation(
            """
            A file in the folder of the blobs has a name that is not a digest, so there is nothing to compare its \
            content with. No document can refer to it.
            """,
            causes: [
                "The file manager or an editor left a file there (`.DS_Store`, `*.swp`).",
                "A copy was interrupted and left a temporary file.",
                "The algorithm in the folder's name is not known here.",
            ],
            remedies: [
                "Nothing, or remove the file.",
                "If it is the rest of an interrupted copy, copy the image again.",
            ],
            sources: [.image("image-layout", "Blobs", "blobs")])
    }

    static var blobUnreferenced: Explanation {
        Explanation(
            "No document that was read refers to the blob. The specification allows that; its bytes match its name.",
            causes: [
                "A tag was moved or removed, and its old blobs are left.",
                "`docker save` writes additional configs for old versions of Docker.",
                "The manifest or index that refers to it is missing or unreadable; another finding says so.",
            ],
            remedies: [
                "Nothing, unless space matters.",
                "Remove what is not referenced: `umoci gc --layout DIRECTORY`, or copy the image to a new folder.",
            ],
            sources: [.image("image-layout", "Blobs", "blobs"), .policy("Missing files")])
    }

    static var layerAbsent: Explanation {
        Explanation(
            """
            A layer of a non-distributable ("foreign") type is not here. Such layers may be left out of a copy and are \
            downloaded from their owner; it was not checked.
            """,
            causes: [
                "The image is based on an old Windows base image, whose layers were not pushed to other registries.",
                "The tool that copied the image leaves such layers out by default.",
            ],
            remedies: [
                "Nothing, if the machine that runs the image can download the layer.",
                """
                For a machine without a network download the layer from the `urls` of its descriptor into \
                `blobs/sha256/`, and verify again.
                """,
                "Base the image on a newer base image; the type is deprecated.",
            ],
            sources: [
                .image("layer", "Non-Distributable Layers", "non-distributable-layers"), .policy("Missing files"),
            ])
    }
}
