// layerverify: explanations of findings about the run itself.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var claimUnchecked: Explanation {
        Explanation(
            """
            Something that the image claims could not be compared with anything, although its bytes could be read. The \
            claim is open: it is not confirmed and not refuted.
            """,
            causes: [
                """
                The media type of a layer is unknown or has a suffix such as `+encrypted`, so it is not known what its \
                diffID is the digest of.
                """,
                "The decoder ran out of memory, or its library cannot compute the algorithm.",
                "A file is more than 256 MiB longer than claimed and was not read to its end.",
                "A document that decides the question could not be read, or is a link or a folder.",
            ],
            remedies: [
                "Read the message: it names what was not compared, and why.",
                "For memory run with fewer jobs: `layerverify --jobs 1 PATH`.",
                """
                For an encrypted or unknown layer type verify the image before encryption, or check the layer with the \
                tool that made it.
                """,
                "Resolve other findings of the same file first.",
            ],
            sources: [
                .image("media-types", "OCI Image Media Types", "oci-image-media-types"), .policy("Layers"),
            ])
    }

    static var fastPathDisagrees: Explanation {
        Explanation(
            """
            A blob was read in two ways, by the fast decoders and hashes of layerverify and by zlib, libzstd or OpenSSL, \
            and they disagree. This is a fault of layerverify or of the machine, not of the image; the exit status is \
            70.
            """,
            causes: [
                "A fast path of layerverify has a bug.",
                "Memory or processor of the machine are failing: one of the two results was computed wrongly.",
                "The file changed between the two reads without a trace.",
            ],
            remedies: [
                "Run again; if the finding moves to other files, test the memory of the machine.",
                """
                Verify without fast paths: `LAYERVERIFY_DISABLE=inflate-lanes,members,sha-beside,sha-lanes,zstd-frames \
                layerverify PATH`.
                """,
                "Report it with the output of `layerverify --version` and, if possible, the blob.",
            ],
            sources: [Source("docs/architecture.md, The reference path")])
    }

    static var interrupted: Explanation {
        Explanation(
            """
            The run was ended by a signal before this was checked. What was found until then is reported, and \
            everything else is undetermined.
            """,
            causes: [
                "Ctrl-C was pressed, or the terminal was closed.",
                "`timeout`, the job limit of a CI system or a service manager ended the run.",
            ],
            remedies: [
                "Run again and let it finish; the progress display shows the time left: `--progress always`.",
                "Raise the time limit, or use more processors: `--jobs N`.",
                "`layerverify bench PATH` measures how fast this machine verifies the image.",
            ],
            sources: [Source("docs/architecture.md, Memory")])
    }

    static var ignoreRuleExpired: Explanation {
        Explanation(
            """
            A rule of an ignore file has a date, `until=YYYY-MM-DD`, that is in the past. The rule no longer applies, so the \
            findings that it covered count again.
            """,
            causes: [
                "The fault that was tolerated was not repaired by that day."
            ],
            remedies: [
                "Repair or rebuild the image, and delete the rule.",
                "If the fault is to be tolerated longer, write a later date and the reason into the rule.",
            ])
    }

    static var ignoreRuleUnused: Explanation {
        Explanation(
            """
            A rule of `--ignore` or of an ignore file applies to no finding of this run. This does not fail the run.
            """,
            causes: [
                "The fault was repaired.",
                "The rule has the digest of another blob, or of the blob before it was rebuilt.",
                "The run verified only some of the images that the rules are for.",
            ],
            remedies: [
                "Delete the rule if the fault was repaired.",
                "Compare its digest with those in the report: `layerverify --format json PATH | jq '.findings[] | {code, digest}'`.",
            ])
    }
}
