// layerverify: explanations of findings about docker-save archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var dockerManifestInvalid: Explanation {
        Explanation(
            """
            `manifest.json` of the archive is not a list of images as `docker load` expects: an entry lacks `Config` \
            or `Layers`, or a member has the wrong type. Loading it fails.
            """,
            causes: [
                "A program other than Docker wrote the archive and got the format wrong.",
                "The file is a manifest of a registry, which has the same name in other tools.",
                "The document was edited.",
            ],
            remedies: [
                "Look at it: `tar -xOf FILE manifest.json | jq .`.",
                """
                Write the archive again: `docker save -o FILE NAME`, or `skopeo copy oci:DIRECTORY \
                docker-archive:FILE:NAME:TAG`.
                """,
            ],
            sources: [.dockerArchive])
    }

    static var dockerConfigNameMismatch: Explanation {
        Explanation(
            """
            The config in the archive is named by a digest, and its bytes have another one. The name is the image ID, \
            so the archive does not contain the image that it says it does.
            """,
            causes: [
                "The config was edited after the image was saved, for instance to change a label or an entry point.",
                "A program that converts archives writes the config again with other white space.",
                "The bytes were damaged.",
            ],
            remedies: [
                "Compare: `tar -xOf FILE CONFIG | sha256sum` with the name.",
                "Save the image again: `docker save -o FILE NAME`.",
                """
                To change a config use a tool that computes the ID again: `docker build`, `crane mutate`, `buildah \
                config`.
                """,
            ],
            sources: [.dockerTerminology, .dockerArchive, .policy("docker save")])
    }

    static var dockerLayerUnclaimed: Explanation {
        Explanation(
            """
            The archive has `repositories` and no `manifest.json`: it is of the form before Docker 1.10, which has no \
            digests of layers. The layers were read, and there is nothing to compare them with.
            """,
            causes: [
                "The archive was written by a very old Docker or by a tool that imitates it.",
                "`manifest.json` was removed or lost.",
            ],
            remedies: [
                """
                Load it into Docker and save it again: `docker load -i FILE && docker save -o NEW NAME`. The new \
                archive has digests of what was loaded, which proves nothing about the past.
                """,
                "Use another copy of the image that has digests.",
            ],
            sources: [.dockerArchive, .policy("docker save")])
    }

    static var dockerLayerSourceMismatch: Explanation {
        Explanation(
            """
            `LayerSources` in `manifest.json` describes a layer by digest and size, and the file in the archive has \
            others.
            """,
            causes: [
                "The layer's file was changed or damaged; then `diffid-mismatch` is reported as well.",
                "A program changed the archive and left `LayerSources` as it was.",
            ],
            remedies: [
                "Compare: `tar -xOf FILE manifest.json | jq '.[].LayerSources'` and `tar -xOf FILE LAYER | sha256sum`.",
                "Save the image again: `docker save -o FILE NAME`.",
            ],
            sources: [
                .image("descriptor", "Properties", "properties"), .policy("docker save"),
            ])
    }

    static var dockerReferenceInvalid: Explanation {
        Explanation(
            """
            An entry of `RepoTags` is not a name with a tag, such as `example.org/app:1`. `docker load` refuses the \
            archive.
            """,
            causes: [
                "The tool that wrote the archive was given a name without a tag or with a digest.",
                "The name has capitals or other characters that are not allowed.",
            ],
            remedies: [
                "Look at it: `tar -xOf FILE manifest.json | jq '.[].RepoTags'`.",
                "Write the archive with a full name: `skopeo copy oci:DIRECTORY docker-archive:FILE:app:1`.",
            ],
            sources: [.dockerTerminology, .policy("docker save")])
    }

    static var dockerReferenceTwice: Explanation {
        Explanation(
            """
            Two different images in `manifest.json` have the same name for one platform. `docker load` gives the name \
            to the last; other tools may take the first.
            """,
            causes: [
                "Two builds of an image were written into one archive under one name.",
                "Two archives were merged.",
            ],
            remedies: [
                "List the names: `tar -xOf FILE manifest.json | jq '.[] | [.RepoTags, .Config]'`.",
                "Save each image under a name of its own, or only the one that you need.",
                "Make it fail: `layerverify --strict FILE`.",
            ],
            sources: [.dockerArchive, .policy("docker save")])
    }

    static var dockerRepositoriesMismatch: Explanation {
        Explanation(
            """
            `repositories`, the list of names for old versions of Docker, is not an object of names and tags, or names \
            a layer that is not in the archive.
            """,
            causes: [
                "The archive was changed by a program that does not know the file.",
                "The layer was removed, or the archive is incomplete.",
                "The file belongs to other software.",
            ],
            remedies: [
                "Look at it: `tar -xOf FILE repositories | jq .`.",
                "Save the image again: `docker save -o FILE NAME`.",
                "If there is a `manifest.json`: `skopeo copy docker-archive:FILE docker-archive:NEW:NAME:TAG` writes the file again.",
            ],
            sources: [.dockerArchive])
    }

    static var dockerParentMissing: Explanation {
        Explanation(
            """
            `Parent` in `manifest.json` names an image that is not in the archive, although it should be. The image \
            itself is complete; only the relation between the two is lost when it is loaded.
            """,
            causes: [
                "One of several images that belong together was removed from the archive.",
                "A tool copied the member from an image that it did not write.",
            ],
            remedies: [
                "Nothing, if the build cache of the other machine does not matter.",
                "Save both images: `docker save -o FILE NAME PARENT`.",
                "Make it fail: `layerverify --strict FILE`.",
            ],
            sources: [.dockerArchive])
    }

    static var viewsDisagree: Explanation {
        Explanation(
            """
            The archive has both `manifest.json` (docker save) and `index.json` (OCI), and they describe different \
            images or give a name to different ones. Which image is used depends on the tool that reads it.
            """,
            causes: [
                "A program changed one of the two documents and left the other as it was.",
                "An image was added to the archive in one view only.",
                "Somebody built the archive so that a check and `docker load` use different images.",
            ],
            remedies: [
                """
                Compare: `tar -xOf FILE manifest.json | jq '.[] | [.RepoTags, .Config]'` and `tar -xOf FILE index.json \
                | jq .manifests`.
                """,
                "Save the image again: `docker save -o FILE NAME`.",
                "Do not load the archive if you do not know who made it.",
            ],
            sources: [
                .image("image-layout", "index.json file", "indexjson-file"), .dockerArchive, .policy("docker save"),
            ])
    }

    static var viewEmpty: Explanation {
        Explanation(
            """
            `index.json` of the archive lists no image although `manifest.json` does. `docker load` finds the image; \
            tools that read the archive as an image layout, such as `skopeo copy oci-archive:FILE …`, fail.
            """,
            causes: ["Docker 25.0 wrote it for images that were saved by digest or ID."],
            remedies: [
                "Update Docker and save the image again: `docker save -o FILE NAME:TAG`.",
                "Read it as a docker-save archive: `skopeo copy docker-archive:FILE oci:DIRECTORY`.",
                "Make it fail: `layerverify --strict FILE`.",
            ],
            sources: [
                .issue("moby/moby", 47210, "docker save writes an index.json whose manifests are null"),
                .policy("docker save"),
            ])
    }
}
