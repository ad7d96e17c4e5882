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
                Verify without fast paths: `LAYERVERIFY_DISABLE=chunks,inflate-lanes,members,sha-interleaved,sha-lanes,zstd-frames \
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
            The date of a rule in an ignore file has passed. The rule no longer applies, so the findings that it covered count \
            again.
            """,
            causes: [
                "The fault that was to be fixed by that date is still there.",
                "The fault was fixed, and the rule was left in the file.",
            ],
            remedies: [
                "Fix the image, and remove the line from the ignore file.",
                "If the fault must be tolerated for longer, set a later date: `until=YYYY-MM-DD`.",
            ],
            sources: [.policy("What is tolerated")])
    }

    static var ignoreRuleUnused: Explanation {
        Explanation(
            "A rule of `--ignore` or of an ignore file applies to no finding of this run.",
            causes: [
                "The fault that the rule covered was fixed.",
                "The image with the fault is not at the paths given, or `--ref` and `--platform` leave it out.",
                "The digest in the rule is not that of the blob which the finding names.",
            ],
            remedies: [
                "Remove the rule, so that it does not cover a later fault.",
                "Compare the rule with the code and the digest in the report: `layerverify --format json PATH`.",
            ],
            sources: [.policy("What is tolerated")])
    }

    static var baselineUnused: Explanation {
        Explanation(
            "The report given with `--baseline` lists findings that did not occur in this run. Notes are not counted.",
            causes: [
                "A fault in the baseline was fixed.",
                "The image with the fault is not at the paths given, or `--ref` and `--platform` leave it out.",
                "A damaged blob changed again, so its finding has other values and is new.",
            ],
            remedies: [
                "Make a new baseline, so that it does not cover a later fault: `layerverify --format json -o NEW PATH`.",
                "If only a part of the images was verified, ignore the note.",
            ],
            sources: [.policy("What is tolerated")])
    }
}
