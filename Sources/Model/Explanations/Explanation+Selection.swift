// layerverify: explanations of findings about what was selected and expected.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var nothingSelected: Explanation {
        Explanation(
            """
            A name or a platform was given, and no image at the path matches it, so nothing was verified for it. The \
            finding lists the names or platforms that exist, the most similar first.
            """,
            causes: [
                "The tag or the platform is mistyped, or the image was saved under another name.",
                "The image layout has a tag without a repository, or no name at all.",
                "The platform was not copied: many tools copy only that of the machine.",
                "`NAME@sha256:…` was given, and the digest belongs to another name.",
            ],
            remedies: [
                "See what there is: `layerverify inspect PATH`.",
                "Use a name that the finding lists, or the digest alone: `--ref sha256:…`.",
                "Copy all platforms: `skopeo copy --all docker://NAME oci:DIRECTORY`.",
            ],
            sources: [
                .image("annotations", "Pre-Defined Annotation Keys", "pre-defined-annotation-keys"),
                .policy("Selection"),
            ])
    }

    static var nothingReferenced: Explanation {
        Explanation(
            """
            `index.json` is valid and lists nothing. The specification allows an empty list, so this is a note; \
            whether it fails the run is decided by `nothing-verified`.
            """,
            causes: [
                "The layout was created and nothing was copied into it yet: `umoci init` writes such a layout.",
                "All tags were removed, and the blobs were not.",
                "Docker 25.0 saved an image without a tag.",
            ],
            remedies: [
                "Copy an image into the layout: `skopeo copy docker://NAME oci:DIRECTORY:TAG`.",
                "If an empty layout is expected, give `--allow-empty`.",
            ],
            sources: [
                .image("image-index", "Image Index Property Descriptions", "image-index-property-descriptions")
            ])
    }

    static var nothingVerified: Explanation {
        Explanation(
            """
            The image store could be read and lists no image, so there was nothing to verify. A gate that reports \
            success here would let an empty build pass.
            """,
            causes: [
                "The build or the copy that should have filled the store failed without an error.",
                "The store is new, or a cleanup removed its last image.",
                "`manifest.json` of a docker-save archive is an empty list.",
            ],
            remedies: [
                "Look at the step that writes the image, and run it again.",
                "If an empty store is expected: `layerverify --allow-empty PATH`.",
                "If you know how many images there must be: `layerverify --min-images N PATH`.",
            ],
            sources: [.policy("Documents")])
    }

    static var tooFewImages: Explanation {
        Explanation(
            """
            `--min-images N` was given, and fewer different images were found. Images are counted by digest, so a copy \
            or a second name of an image adds nothing.
            """,
            causes: [
                "One of several images was not built, not copied, or written to another folder.",
                "Two paths contain the same image.",
                "`--ref` or `--platform` left some images out.",
            ],
            remedies: [
                "List what was found: `layerverify inspect PATH`.",
                "Build or copy the missing image, or correct N.",
            ],
            sources: [.policy("Selection")])
    }

    static var referenceAmbiguous: Explanation {
        Explanation(
            """
            What `--ref` gives matches several different images, and no specification says which of them is meant. \
            None was selected.
            """,
            causes: [
                "The digits of a digest are too few: two digests begin with them.",
                "Several layouts at the path have an image with this tag, and none of them names a repository.",
            ],
            remedies: [
                "Give more digits, or the whole digest; the finding lists the candidates.",
                "Give the path of one layout.",
                "Add `--platform OS/ARCH` if the candidates are for different platforms.",
            ],
            sources: [.policy("Selection")])
    }

    static var digestUnexpected: Explanation {
        Explanation(
            """
            The image has none of the digests given with `--expect-digest`. The image may be intact; it is not the one \
            that you pinned.
            """,
            causes: [
                "The tag was moved to a newer build since the digest was recorded.",
                "The digest is that of the index, and the copy contains one platform only, or the other way round.",
                "The tool that copied the image changed the manifest, for instance its compression or its media types.",
                """
                The digest is that of a config (the image ID) or of a layer; for a layout it must be that of a \
                manifest or an index.
                """,
                "The image was replaced by another one.",
            ],
            remedies: [
                "Ask the registry for the digest: `skopeo inspect --format '{{.Digest}}' docker://NAME`.",
                "Copy without changes: `skopeo copy --all --preserve-digests docker://NAME@sha256:… oci:DIRECTORY`.",
                "If the new build is wanted, record its digest after you have verified where it comes from.",
                "Otherwise do not use the image.",
            ],
            sources: [.image("descriptor", "Digests", "digests"), .policy("Expected digests"), .skopeoCopy])
    }

    static var expectedDigestMissing: Explanation {
        Explanation(
            """
            A digest was given with `--expect-digest`, and no image that was examined has it. It is refuted if \
            everything was examined, and undetermined if something was unreadable or not selected.
            """,
            causes: [
                "The image was not copied, or was replaced by a newer one.",
                "The digest is that of an absent platform, of a config or of a layer.",
                "`--ref` or `--platform` left the image out.",
            ],
            remedies: [
                "Compare with the digests that exist: `layerverify inspect --verbose PATH`.",
                "Copy the image by its digest: `skopeo copy docker://NAME@sha256:… oci:DIRECTORY`.",
                "Remove the digest from the command line if the image is no longer expected.",
            ],
            sources: [.image("descriptor", "Verification", "verification"), .policy("Expected digests")])
    }

    static var platformAbsent: Explanation {
        Explanation(
            """
            The index lists a manifest for a platform, and the manifest is not here. An image layout may leave content \
            out, so this is a note, unless `--require-all-platforms` makes it refute.
            """,
            causes: [
                "Docker's containerd store had pulled one platform only, and `docker save` wrote the whole index.",
                "A tool exported one platform and kept the index, as the specification allows.",
                "The copy of the other platforms failed.",
            ],
            remedies: [
                "Nothing, if only some platforms are needed.",
                "Copy all of them: `skopeo copy --all docker://NAME oci:DIRECTORY`.",
                "Fail when one is missing: `layerverify --require-all-platforms PATH`.",
            ],
            sources: [.image("image-layout", "Blobs", "blobs"), .policy("Missing files")])
    }

    static var platformIncomplete: Explanation {
        Explanation(
            """
            The manifest of a listed platform is missing while its config or layers are present. An export of one \
            platform leaves nothing of the others, so this looks like a lost manifest; it is not proved.
            """,
            causes: [
                "The manifest was deleted or not copied, and the blobs that it refers to were.",
                "The layout has blobs of an older build that nothing references any more.",
                "A cleanup removed a part of the platform.",
            ],
            remedies: [
                "Copy the image again: `skopeo copy --all docker://NAME oci:NEW_DIRECTORY`.",
                """
                If the blobs are left over, remove what is not referenced: `umoci gc --layout DIRECTORY`, or copy the \
                image to a new folder.
                """,
            ],
            sources: [.image("image-layout", "Blobs", "blobs"), .policy("Missing files")])
    }
}
