// layerverify: explanations of findings about descriptors.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var mediaTypeInvalid: Explanation {
        Explanation(
            """
            A media type is missing, or is not of the form `type/subtype` with the characters that RFC 6838 allows. \
            Without it a reader cannot tell what the content is.
            """,
            causes: [
                "The program that writes the descriptor leaves the member out or writes a name without a slash.",
                "A parameter or white space was appended (`application/json; charset=utf-8`).",
            ],
            remedies: [
                "Look at the place that the finding names: `jq . FILE`.",
                """
                Correct the program; for content of your own use a type such as \
                `application/vnd.example.thing.v1+json`.
                """,
            ],
            sources: [.rfc(6838, "4.2", "Naming Requirements"), .image("descriptor", "Properties", "properties")])
    }

    static var digestInvalid: Explanation {
        Explanation(
            """
            A digest is missing or is not of the form `algorithm:encoded`. For sha256 the encoded part is 64 \
            hexadecimal digits in lower case. The content that it should refer to cannot be found or checked.
            """,
            causes: [
                "The algorithm is missing, or the digits are in upper case or cut short.",
                "The digest was not computed: the member holds a tag, a path or an empty string.",
                """
                Somebody wrote a path into it, to make a reader open a file outside the image \
                (`sha256:../../etc/passwd`).
                """,
            ],
            remedies: [
                "Look at the place that the finding names: `jq . FILE`.",
                "Compute what it should be: `echo sha256:$(sha256sum <BLOB | cut -d' ' -f1)`.",
                "Correct the tool that writes the document, and build the image again.",
            ],
            sources: [.image("descriptor", "Digests", "digests"), .image("descriptor", "SHA-256", "sha-256")])
    }

    static var digestUnsupported: Explanation {
        Explanation(
            """
            The digest is well-formed, and its algorithm is not one that layerverify computes (sha256, sha384, \
            sha512). The specification allows other algorithms, so this is not a fault of the image, but the content was \
            not checked.
            """,
            causes: [
                """
                The image uses blake3, which is registered in newer versions of the specification, or a private \
                algorithm.
                """,
                "The name of the algorithm is misspelled, such as `sha-256`.",
            ],
            remedies: [
                "Check the blob with a tool that knows the algorithm, such as `b3sum FILE` for blake3.",
                "Copy the image so that its digests are sha256; most tools write nothing else.",
            ],
            sources: [
                .image("descriptor", "Registered algorithms", "registered-algorithms"),
                .image("descriptor", "Digests", "digests"),
            ])
    }

    static var sizeInvalid: Explanation {
        Explanation(
            """
            `size` of a descriptor is missing, or is not a whole number from 0 to 2^63 - 1. Readers use it to limit a \
            download before they hash it, and Go cannot decode other values.
            """,
            causes: [
                "The program writes the size as a string or a fraction, or leaves it out.",
                "The size was unknown when the descriptor was written, and -1 was kept.",
            ],
            remedies: [
                "Find out the size: `stat -c %s BLOB`.",
                "Correct the program and build the image again; only `index.json` can be corrected in place.",
            ],
            sources: [.image("descriptor", "Properties", "properties")])
    }

    static var emptyDescriptorMismatch: Explanation {
        Explanation(
            """
            A descriptor has the media type `application/vnd.oci.empty.v1+json`, which always means the two bytes \
            `{}`, and another digest or size. Readers may use `{}` without reading the blob.
            """,
            causes: [
                "A tool marks content as empty that is not, such as a config with members.",
                "`{}` was written with a newline or blanks, which is another size and digest.",
            ],
            remedies: [
                "Use sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a and size 2.",
                "Write the blob without a newline: `printf '{}'`.",
                "For content that is not empty use its own media type.",
            ],
            sources: [.image("manifest", "Guidance for an Empty Descriptor", "guidance-for-an-empty-descriptor")])
    }

    static var dataInvalid: Explanation {
        Explanation(
            """
            `data` of a descriptor should hold the content itself in base64, and is not valid base64. Tools that use \
            it fail or get other bytes.
            """,
            causes: [
                "The content was embedded without encoding, or in the URL-safe alphabet (`-` and `_`).",
                "Padding is missing, or the text has line breaks from `base64` without `-w0`.",
            ],
            remedies: [
                "Encode it: `base64 -w0 BLOB`.",
                "Leave `data` out; it is optional.",
                "Correct the tool that writes the descriptor, and build the image again.",
            ],
            sources: [
                .image("descriptor", "Embedded Content", "embedded-content"), .rfc(4648, "4", "Base 64 Encoding"),
            ])
    }

    static var dataMismatch: Explanation {
        Explanation(
            """
            The content that is embedded in a descriptor has another digest or size than the descriptor claims. Tools \
            that use the embedded copy get other content than those that read the blob.
            """,
            causes: [
                "The blob was changed, and the embedded copy was not.",
                "The copy has a newline more or less than the blob.",
                "Somebody embedded other content on purpose.",
            ],
            remedies: [
                "Compare: `jq -r .config.data MANIFEST | base64 -d | sha256sum` and the digest next to it.",
                "Build the image again, or leave `data` out.",
                "Do not use the image if you do not know who made it.",
            ],
            sources: [
                .image("descriptor", "Embedded Content", "embedded-content"),
                .image("descriptor", "Properties", "properties"),
            ])
    }
}
