// layerverify: explanations of findings about the JSON of documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var jsonInvalid: Explanation {
        Explanation(
            """
            A document of the image is not valid JSON, so what it says cannot be read reliably. If its digest is wrong \
            as well, the file was damaged; if the digest holds, it was written like this.
            """,
            causes: [
                "The file was truncated or overwritten; a digest or size finding on the same file says so.",
                "It was edited by hand: a trailing comma, a comment, a byte order mark.",
                """
                A program wrote text that is not UTF-8, half of a surrogate pair, or a value that JSON does not have \
                (NaN).
                """,
                "A second value or text follows the first.",
            ],
            remedies: [
                "Find the place: `jq . FILE`, and for the encoding `iconv -f UTF-8 -t UTF-8 FILE >/dev/null`.",
                "Copy or pull the image again; never edit a blob, since its digest changes with every byte.",
                "If the digest holds, report it to the tool that wrote the document.",
            ],
            sources: [
                .rfc(8259, "8.1", "Character Encoding"), .rfc(7493, "2.1", "Encoding and Characters"),
                .image("considerations", "JSON", "json"),
            ])
    }

    static var jsonDuplicateKey: Explanation {
        Explanation(
            """
            One object has the same key twice, or two keys that differ only in case and that Go treats as equal. Some \
            readers use the first value, others the last, so an image could be verified with one list of layers and \
            run from another.
            """,
            causes: [
                "A program puts JSON together as text, or merges documents.",
                "A tool writes both spellings of a key, such as `Layers` and `layers`.",
                "Somebody built the document so that a scanner and a runtime read different values.",
            ],
            remedies: [
                #"List the keys that occur twice: `jq -c --stream 'select(length == 2)[0]' FILE | sort | uniq -d`."#,
                "Build the image again with a tool that writes each key once.",
                "If you do not know who made the image, do not run it.",
            ],
            sources: [
                .rfc(7493, "2.3", "Object Constraints"), .rfc(8259, "4", "Objects"), .goJSON, .policy("Documents"),
            ])
    }

    static var jsonTooDeep: Explanation {
        Explanation(
            """
            The document nests arrays or objects more than 10 000 levels deep. Go's decoder, which docker, containerd \
            and podman use, refuses it.
            """,
            causes: [
                "The document was built to exhaust the stack or the memory of a reader.",
                "A program wrapped a value in itself in a loop.",
            ],
            remedies: [
                "Do not use the image; no image needs more than a dozen levels.",
                "Report it to whoever published the image.",
            ],
            sources: [.rfc(8259, "9", "Parsers"), .goJSON])
    }

    static var documentTooLarge: Explanation {
        Explanation(
            """
            An index, a manifest or a config is larger than 4 MiB and was not read, so what it refers to was not \
            checked. Registries and tools have limits of the same size.
            """,
            causes: [
                "Large texts are stored in annotations, labels or the history of the image.",
                "Content is embedded in descriptors (`data`).",
                """
                The archive came through standard input or is compressed, and its documents take more than 16 MiB in all: \
                they are kept until the archive has ended.
                """,
                """
                A blob of another kind has the media type of a document, for instance a layer that is described as a \
                config.
                """,
            ],
            remedies: [
                "See what takes the space: `ls -l FILE`, `head -c 300 FILE`.",
                "Store large content as a blob, and refer to it by a descriptor.",
                "Correct the media type if the blob is not a document.",
            ],
            sources: [.distribution("Pushing Manifests", "pushing-manifests"), .policy("Documents")])
    }

    static var schemaVersionInvalid: Explanation {
        Explanation(
            """
            `schemaVersion` of an index or a manifest is missing or not the number 2. A reader could take the document \
            for one of an older format.
            """,
            causes: [
                "The manifest is of Docker's schema 1, which registries and runtimes no longer accept.",
                "A program wrote the document without the member, or as the string \"2\".",
            ],
            remedies: [
                "Look at it: `jq .schemaVersion FILE`.",
                "Convert an old image: `skopeo copy --format oci docker://NAME oci:DIRECTORY`.",
                "Correct the program that writes the document; do not edit a blob.",
            ],
            sources: [
                .image("manifest", "Image Manifest Property Descriptions", "image-manifest-property-descriptions"),
                .image("image-index", "Image Index Property Descriptions", "image-index-property-descriptions"),
            ])
    }

    static var nameCaseDiffers: Explanation {
        Explanation(
            """
            A member or a media type is spelled with other capitals than the specification uses. Tools written in Go \
            read the member, others ignore it; it was read here as Go reads it.
            """,
            causes: [
                "The document was written from a data structure whose names begin with capitals.",
                "The media type was typed by hand.",
            ],
            remedies: [
                "Correct the spelling in the tool that writes the document; the message names both.",
                "Make it fail: `layerverify --strict PATH`.",
            ],
            sources: [.goJSON, .rfc(6838, "4.2", "Naming Requirements"), .policy("Documents")])
    }
}
