// layerverify: explanations of findings about image layouts and indexes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var layoutInvalid: Explanation {
        Explanation(
            """
            The file `oci-layout`, which marks a folder as an image layout and gives its version, is missing, \
            malformed, or of a version other than 1.x. Tools refuse such a layout or do not recognize it.
            """,
            causes: [
                "The file was forgotten when the layout was copied or put into an archive.",
                "A script wrote the layout and left the file or its member out.",
                "The layout is of a version that no published specification describes.",
            ],
            remedies: [
                """
                If only this file is missing, write it: `echo '{"imageLayoutVersion": "1.0.0"}' \
                >DIRECTORY/oci-layout`. No digest covers it.
                """,
                "Otherwise copy the image again with a tool: `skopeo copy docker://NAME oci:DIRECTORY`.",
            ],
            sources: [.image("image-layout", "oci-layout file", "oci-layout-file")])
    }

    static var indexMissing: Explanation {
        Explanation(
            """
            The image layout has no `index.json`, the file that lists its images. The blobs may be there; nothing says \
            which of them are images and what they are called.
            """,
            causes: [
                "The copy was interrupted: tools write `index.json` last.",
                "Only `blobs/` and `oci-layout` were copied or archived.",
                "The file was deleted.",
            ],
            remedies: [
                "Copy the image again: `skopeo copy docker://NAME oci:DIRECTORY`.",
                """
                If you know the digest of the manifest, an `index.json` with its descriptor can be written by hand; no \
                digest covers the file.
                """,
            ],
            sources: [.image("image-layout", "index.json file", "indexjson-file")])
    }

    static var indexInvalid: Explanation {
        Explanation(
            """
            An index lacks a member that the specification requires, or a member has the wrong type. The message names \
            the member; the place is a JSON pointer into the document.
            """,
            causes: [
                """
                A program writes the index itself and leaves out `manifests`, or `os` and `architecture` of a \
                platform.
                """,
                "Annotations have values that are not strings.",
                "The document is something else under the name or the media type of an index.",
            ],
            remedies: [
                "Look at the place: `jq . FILE`.",
                "Correct the program that writes the index, and build or copy the image again.",
                "`index.json` itself has no digest and can be corrected in place; a nested index cannot.",
            ],
            sources: [.image("image-index", "Image Index Property Descriptions", "image-index-property-descriptions")])
    }

    static var indexManifestsNull: Explanation {
        Explanation(
            """
            `manifests` of `index.json` is null where the specification requires an array. Readers written in Go take \
            it for an empty list, others fail.
            """,
            causes: [
                "Docker 25.0 wrote it for images that were saved by digest or by ID; it is fixed in later versions.",
                "The layout is new: `umoci init` writes it like this.",
                "A program written in Go serialized a list that was never filled.",
            ],
            remedies: [
                "Update Docker and save the image again: `docker save -o FILE NAME`.",
                "If the layout is meant to be empty, write `\"manifests\": []`; no digest covers `index.json`.",
                "If `manifest.json` is in the same archive, its images were verified; see the other findings.",
            ],
            sources: [
                .image("image-index", "Image Index Property Descriptions", "image-index-property-descriptions"),
                .issue("moby/moby", 47210, "docker save writes an index.json whose manifests are null"),
            ])
    }

    static var indexCycle: Explanation {
        Explanation(
            """
            An index leads back to itself. Its digest would have to be known before its content is written, so at \
            least one digest on the way is wrong, and a reader without a limit never ends.
            """,
            causes: [
                "Somebody built the index to keep readers busy.",
                "A test image or a faulty program uses a digest that was not computed.",
            ],
            remedies: [
                "Do not use the image; the finding about the wrong digest is in the same report.",
                "Build the index again: `docker buildx imagetools create`, or the tool that wrote it.",
            ],
            sources: [
                .image("descriptor", "Digests", "digests"),
                .image("image-index", "OCI Image Index Specification", "oci-image-index-specification"),
            ])
    }

    static var indexTooDeep: Explanation {
        Explanation(
            """
            Indexes are nested more than 16 levels deep, and what is below was not read. Images usually have one \
            index; some tools write two.
            """,
            causes: [
                "A tool wraps the index into a new one each time it runs.",
                "The image was built to exhaust readers.",
            ],
            remedies: [
                "See the nesting: `jq '.manifests[].mediaType' FILE`, from `index.json` downward.",
                "Publish the inner index under the name instead of the outermost one.",
            ],
            sources: [
                .image("image-index", "Image Index Property Descriptions", "image-index-property-descriptions"),
                .policy("Documents"),
            ])
    }

    static var tooManyDescriptors: Explanation {
        Explanation(
            """
            One image store reached a limit of layerverify: 120 000 descriptors, 1 GiB of documents, the memory for an \
            archive's index, or another one that the message names. What was found by then was checked, the rest was \
            not.
            """,
            causes: [
                "The layout holds very many images, for instance a mirror of a registry in one `index.json`.",
                "An archive has hundreds of thousands of entries, or thousands of one name.",
                "The documents were built to exhaust readers.",
            ],
            remedies: [
                """
                Divide the store into several layouts, and verify the folder above them; the limits hold for each \
                store.
                """,
                "Verify a part of it by name: `layerverify --ref NAME PATH`.",
                "If the image should be small, look at its documents before you use it.",
            ],
            sources: [.policy("Documents")])
    }

    static var referenceTwice: Explanation {
        Explanation(
            """
            `index.json` gives one name (`org.opencontainers.image.ref.name`) to two different manifests for the same \
            platform. Tools differ: some take the first, some the last, umoci refuses the name.
            """,
            causes: [
                "An image was copied into a layout that had one of this name, and the old entry was kept.",
                "Two layouts were merged.",
            ],
            remedies: [
                """
                List the names: `jq '.manifests[] | [.annotations["org.opencontainers.image.ref.name"], .digest]' \
                index.json`.
                """,
                "Remove the entry that is out of date from `index.json`; no digest covers the file.",
                "Copy each image to a tag of its own: `skopeo copy docker://NAME oci:DIRECTORY:TAG`.",
            ],
            sources: [
                .image("annotations", "Pre-Defined Annotation Keys", "pre-defined-annotation-keys"),
                .policy("Documents"),
            ])
    }
}
