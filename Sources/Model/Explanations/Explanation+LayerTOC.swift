// layerverify: explanations of findings about tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var layerTOCMismatch: Explanation {
        Explanation(
            """
            The layer has a table of contents, by which some runtimes read single files without the rest (eStargz, \
            zstd:chunked). It does not describe the tar in the layer, or it is not the one that the manifest names. So \
            these runtimes fail, or see other files than all others.
            """,
            causes: [
                "The layer was changed or compressed again, and the table or the annotations were kept.",
                "A tool that writes such layers has a fault.",
                "The data from which podman writes the tar again (tar-split) belongs to another tar.",
                "Somebody made a layer that shows one content to scanners and another one to a runtime.",
            ],
            remedies: [
                "Convert the image again: `nerdctl image convert --estargz`, `skopeo copy --dest-compress-format zstd:chunked`.",
                "Or compress the layers plainly: `skopeo copy --dest-compress-format gzip`.",
            ],
            sources: tableSources)
    }

    static var layerTOCUnusable: Explanation {
        Explanation(
            """
            The annotations of a layer describe a table of contents that runtimes cannot use, or not completely. All \
            runtimes load the image; those that could read single files read whole layers. Or no annotation names the \
            table, and it does not describe the tar: runtimes that are told not to verify tables see other files then.
            """,
            causes: [
                "The layer was compressed again, and the annotations were kept.",
                "A tool writes the table without digests of the content, or a wrong size into the annotations.",
                "The annotations were lost when the image was copied, and the layer was changed.",
            ],
            remedies: ["Convert the image again, or remove the annotations or the table."],
            sources: tableSources)
    }

    static var layerTOCUnchecked: Explanation {
        Explanation(
            """
            The table of contents of a layer was not compared with its tar, because it is too large, or because the layer \
            could not be read a second time. The layer itself was checked.
            """,
            causes: [
                "The table has more than 64 MiB, or more than 20000 layers of one image store have one.",
                "The file changed, or the run was interrupted.",
            ],
            remedies: ["Run the check again, with fewer images at a time.", "Or skip it: `--contents=none`."],
            sources: tableSources)
    }

    static var layerIndexUnchecked: Explanation {
        Explanation(
            """
            An index by which some runtimes read single files of a layer was recognised, and not checked. The layer \
            itself was checked.
            """,
            causes: [
                "The table of contents is in another image, as eStargz allows.",
                "The image comes from a stream, and a table at the end of a layer needs a second read.",
                "The image has indexes of SOCI or layers of Nydus, whose formats are not read.",
            ],
            remedies: [
                "Store the image in a file or a folder, and verify it there.", "Otherwise nothing needs to be done.",
            ],
            sources: tableSources)
    }

    private static var tableSources: [Source] {
        [
            Source(
                "stargz-snapshotter, docs/estargz.md",
                "https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md"),
            Source(
                "containers/storage, docs/containers-storage-zstd-chunked.md",
                "https://github.com/containers/storage/blob/main/docs/containers-storage-zstd-chunked.md"),
            .policy(contentsSection),
        ]
    }
}
