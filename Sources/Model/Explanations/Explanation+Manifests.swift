// layerverify: explanations of findings about manifests and configs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var manifestInvalid: Explanation {
        Explanation(
            """
            A manifest lacks `config` or `layers`, or one of its members has the wrong type. Runtimes cannot use it, \
            whether or not its digest is right.
            """,
            causes: [
                "A program writes manifests itself and leaves a member out.",
                "A document of another kind has the media type of a manifest.",
                "Annotations have values that are not strings.",
            ],
            remedies: [
                "Look at the place that the finding names: `jq . FILE`.",
                """
                Build the image again with a corrected tool; a manifest cannot be edited, since its digest is referred \
                to.
                """,
            ],
            sources: [
                .image("manifest", "Image Manifest Property Descriptions", "image-manifest-property-descriptions")
            ])
    }

    static var manifestLayersNull: Explanation {
        Explanation(
            """
            `layers` of a manifest is null where the specification requires an array. It was read as an empty list, as \
            Go reads it.
            """,
            causes: ["A builder written in Go serialized an image or an artifact without layers."],
            remedies: [
                "Correct the builder to write `\"layers\": []`, or for an artifact the empty descriptor.",
                "Make it fail: `layerverify --strict PATH`.",
            ],
            sources: [
                .image("manifest", "Image Manifest Property Descriptions", "image-manifest-property-descriptions"),
                .image("manifest", "Guidance for an Empty Descriptor", "guidance-for-an-empty-descriptor"),
            ])
    }

    static var mediaTypeContradiction: Explanation {
        Explanation(
            """
            The `mediaType` in a document and the one in the descriptor that leads to it differ, or two descriptors \
            give one document different types. Readers that go by one of the two treat the same bytes in two ways.
            """,
            causes: [
                """
                A tool converted descriptors from Docker's types to OCI's and did not convert the manifest, or the \
                other way round.
                """,
                "The descriptor in `index.json` was written by hand.",
                "Somebody built the image so that two readers see different things.",
            ],
            remedies: [
                "Compare both: `jq .mediaType FILE`, and the descriptor at the place of the finding.",
                "Convert the whole image: `skopeo copy --format oci docker://NAME oci:DIRECTORY`.",
                "If only the descriptor in `index.json` is wrong, correct it there; no digest covers the file.",
            ],
            sources: [
                .image("manifest", "Image Manifest Property Descriptions", "image-manifest-property-descriptions"),
                .image("media-types", "Media Type Conflicts", "media-type-conflicts"), .policy("Documents"),
            ])
    }

    static var documentConfusion: Explanation {
        Explanation(
            """
            One document has members of both a manifest and an index (`manifests` next to `config`, `layers` or \
            `fsLayers`). One reader can take it for a manifest and another for an index, with different images under \
            one digest.
            """,
            causes: [
                "Somebody built the document so that a check and a runtime see different images.",
                "A program merged two documents.",
            ],
            remedies: [
                "Do not use the image until you know where it comes from.",
                "See what it has: `jq 'keys' FILE`.",
                "Build it again; each document must be of one kind.",
            ],
            sources: [.typeConfusion, .image("manifest", "Image Manifest", "image-manifest")])
    }

    static var configInvalid: Explanation {
        Explanation(
            """
            The image config lacks a required member (`rootfs`, `os`, `architecture`), or a member has a type that \
            runtimes cannot decode. `docker load`, `docker pull` or containerd fail on it, although every digest may \
            be right.
            """,
            causes: [
                """
                A build tool writes configs itself: a date that is not RFC 3339, a health check interval as text, \
                `Cmd` as a wrong type.
                """,
                "The config was edited by a script.",
                "A file of another kind has the media type of an image config.",
            ],
            remedies: [
                "Look at the member that the finding names: `jq . FILE`, or `skopeo inspect --config oci:DIRECTORY`.",
                """
                Correct the tool and build the image again; a config cannot be edited, since its digest is the image \
                ID.
                """,
            ],
            sources: [.image("config", "Properties", "properties"), .dockerConfig, .policy("Documents")])
    }

    static var rootfsTypeInvalid: Explanation {
        Explanation(
            """
            `rootfs.type` in the config is missing or not `layers`. The specification obliges implementations to fail \
            on any other value.
            """,
            causes: [
                "A build tool leaves the member out or writes another value.",
                """
                The config is for a kind of image that is not made of layers, such as old Windows images \
                (`layers+base`).
                """,
            ],
            remedies: [
                "Look at it: `jq .rootfs FILE`.",
                "Correct the tool and build the image again.",
            ],
            sources: [.image("config", "Properties", "properties")])
    }

    static var layerCountMismatch: Explanation {
        Explanation(
            """
            The manifest lists another number of layers than the config has diffIDs. Layers and diffIDs belong \
            together one by one, so at least one layer has no diffID, or a diffID no layer.
            """,
            causes: [
                "A tool added or removed a layer and did not update the config, or updated only one of the two.",
                "The manifest refers to the config of another image.",
                "The tool leaves empty layers out of one of the lists.",
            ],
            remedies: [
                "Compare them: `jq '.layers | length' MANIFEST` and `jq '.rootfs.diff_ids | length' CONFIG`.",
                "Build the image again with a corrected tool.",
                "Tools that edit images must change both; `crane mutate`, `umoci` and `buildah` do.",
            ],
            sources: [
                .image("config", "Properties", "properties"),
                .image("manifest", "Image Manifest Property Descriptions", "image-manifest-property-descriptions"),
            ])
    }

    static var historyCountMismatch: Explanation {
        Explanation(
            """
            The history in the config has another number of entries that are not marked `empty_layer` than there are \
            diffIDs. Nothing is unpacked from the history, so this is a warning; tools that show which command made a \
            layer show wrong ones.
            """,
            causes: [
                "A tool squashed, merged or appended layers and did not adjust the history.",
                "A builder does not set `empty_layer` for instructions such as ENV.",
            ],
            remedies: [
                """
                Compare: `jq '[.history[] | select(.empty_layer != true)] | length' CONFIG` and `jq '.rootfs.diff_ids \
                | length' CONFIG`.
                """,
                "Correct the builder; the image can be used as it is.",
                "Make it fail: `layerverify --strict PATH`.",
            ],
            sources: [.image("config", "Properties", "properties"), .policy("Documents")])
    }

    static var platformMismatch: Explanation {
        Explanation(
            """
            The index says that the image is for one platform, and its config names another. A machine that selects \
            the image by the index gets programs for another processor or system (`exec format error`).
            """,
            causes: [
                """
                The image was built on another architecture without `--platform`, and was put into the index under the \
                wrong one.
                """,
                "The base image is for another platform, and its config was inherited.",
                "Two manifests were exchanged when the index was assembled.",
            ],
            remedies: [
                """
                See both: `jq '.manifests[] | [.platform, .digest]' index.json` and `jq '[.os, .architecture, \
                .variant]' CONFIG`.
                """,
                "Build for the platform: `docker buildx build --platform linux/arm64 …`, and assemble the index again.",
                "If only the index is wrong, write a new one: `docker manifest annotate`, `crane index append`.",
            ],
            sources: [
                .image("image-index", "Image Index Property Descriptions", "image-index-property-descriptions"),
                .image("image-index", "Platform Variants", "platform-variants"),
                .image("config", "Properties", "properties"),
            ])
    }
}
