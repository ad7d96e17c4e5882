// layerverify: explanations of findings about the content of layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var mediaTypeMismatch: Explanation {
        Explanation(
            """
            The media type of a layer promises one compression, and the bytes have another. containerd detects the \
            compression from the bytes, umoci goes by the type, so the layer unpacks in one and fails in the other.
            """,
            causes: [
                """
                A tool compressed or decompressed the layer and kept the media type, or changed only one of several \
                descriptors.
                """,
                "Docker's containerd store labels zstd layers of a loaded archive as gzip.",
                "An artifact's file was pushed under the type of a gzip layer.",
            ],
            remedies: [
                "See what it is: `file FILE`, or `layerverify digest FILE`.",
                "Build the image again with a current tool; `skopeo copy` fails on such an image or keeps the wrong type.",
                "For an artifact use the plain tar type or a type of its own.",
            ],
            sources: [
                .image("layer", "+gzip Media Types", "gzip-media-types"),
                .image("layer", "+zstd Media Types", "zstd-media-types"), .policy("Layers"),
            ])
    }

    static var streamTruncated: Explanation {
        Explanation(
            """
            A gzip or zstd stream ends before its last member or frame is complete. Files at the end of the layer are \
            missing or cut off.
            """,
            causes: [
                "The file was truncated; then size and digest are wrong as well, and this follows from it.",
                "The compressed archive around the image was truncated, as after an interrupted download.",
                """
                The digests hold: the builder hashed and published a stream that it had not finished, because the \
                compressor was not closed or was killed.
                """,
                "The blob has no bytes at all.",
            ],
            remedies: [
                "Confirm it: `gzip -t FILE` or `zstd -t FILE`.",
                "If the digest is wrong, copy or pull the image again.",
                """
                If the digest holds, pulling again gives the same bytes: build the image again, and check the disk \
                space and the logs of the builder.
                """,
            ],
            sources: [
                .rfc(1952, "2.2", "File format"), .rfc(8878, "3.1.1", "Zstandard Frames"), .policy("Layers"),
            ])
    }

    static var streamCorrupt: Explanation {
        Explanation(
            """
            A compressed layer cannot be decoded, or its checksum or length differs from what was decoded. The content \
            from that place on is lost or wrong.
            """,
            causes: [
                "Bytes of the file changed; then the digest is wrong as well, and this follows from it.",
                """
                The digests hold: the stream was damaged before it was hashed, for instance by failing memory of the \
                builder.
                """,
                """
                A faulty compressor wrote it, or the file is something else with the beginning of a gzip or zstd file.
                """,
            ],
            remedies: [
                "Confirm it: `gzip -t FILE` or `zstd -t FILE`.",
                "If the digest is wrong, copy or pull the image again.",
                """
                If the digest holds, build the image again; if the fault returns, try another compressor or another \
                machine.
                """,
            ],
            sources: [
                .rfc(1952, "2.3.1", "Member header and trailer"), .rfc(1951, "3.2", "Compressed block format"),
                .rfc(8878, "3.1.1", "Zstandard Frames"),
            ])
    }

    static var streamTrailingBytes: Explanation {
        Explanation(
            """
            After the last gzip member or zstd frame there are more bytes, which begin no other one. Go's gzip fails \
            on them, GNU gzip ignores zeros, umoci warns: whether the layer unpacks depends on the tool.
            """,
            causes: [
                "The file was padded with zeros, to a block of a tape or of a device.",
                "Something was appended to the file: a newline, a signature, the output of another command.",
                "If size and digest are wrong as well, it was appended after the image was built.",
            ],
            remedies: [
                "Look at them: `tail -c +$((BYTE + 1)) FILE | xxd | head`, with the byte of the message.",
                "If the digest is wrong, copy or pull the image again.",
                "If the digest holds, build the image again; pulling it again gives the same bytes.",
                "To rescue the content of a gzip layer: `gzip -dc FILE >layer.tar` ignores what follows the stream.",
            ],
            sources: [
                .rfc(1952, "2.2", "File format"), .rfc(8878, "3", "Compression Algorithm"), .policy("Layers"),
            ])
    }

    static var streamDisputed: Explanation {
        Explanation(
            """
            The reference decoder (zlib, libzstd) accepts the stream, and other decoders that unpack images are known \
            to refuse it. Whether the layer can be unpacked depends on the runtime.
            """,
            causes: [
                "A gzip header has a name or a comment of more than 511 bytes, which Go refuses.",
                "A zstd frame breaks a rule that libzstd does not check and klauspost's decoder does.",
                "A zstd block says in two bytes that it has no sequences, which libzstd before 1.5.6 refuses.",
                "Somebody built the stream so that a scanner and a runtime differ; no known compressor writes these.",
            ],
            remedies: [
                "Compress the layer again with an ordinary compressor (gzip, pigz, zstd), and build the image again.",
                "Do not use the image if you do not know who made it.",
            ],
            sources: [
                Source("Go, compress/gzip, Reader", "https://pkg.go.dev/compress/gzip#Reader"),
                .rfc(1952, "2.3.1", "Member header and trailer"), .rfc(8878, "3.1.1", "Zstandard Frames"),
                .policy("Layers"),
            ])
    }

    static var compressionUnsupported: Explanation {
        Explanation(
            """
            The layer is compressed by xz, bzip2 or lz4. Its digest and size were checked; it was not decoded, so its \
            diffID was not.
            """,
            causes: [
                "The image was built for `docker load`, which reads xz and bzip2.",
                "A build tool compresses layers with what is configured for other archives.",
            ],
            remedies: [
                """
                Compress the layers with gzip or zstd, the compressions that the OCI specification has: `skopeo copy \
                --dest-compress-format gzip docker-archive:FILE oci:DIRECTORY`.
                """,
                "Compare the diffID by hand: `xz -dc LAYER | sha256sum`.",
            ],
            sources: [
                .image("media-types", "OCI Image Media Types", "oci-image-media-types"), .policy("Layers"),
            ])
    }

    static var windowTooLarge: Explanation {
        Explanation(
            """
            A zstd frame asks for a window larger than `--max-window` (128 MiB), which a decoder would have to keep in \
            memory. It was not decoded. RFC 8878 lets decoders refuse such frames, and runtimes may.
            """,
            causes: [
                "The layer was compressed with `zstd --long=28` or more; the levels up to 22 need at most 128 MiB.",
                "The frame's header was damaged or made to exhaust memory.",
            ],
            remedies: [
                "If you trust the image and have the memory: `layerverify --max-window 2GiB PATH`.",
                "Compress the layer again without `--long`: runtimes will refuse it as well.",
            ],
            sources: [.rfc(8878, "3.1.1.1.2", "Window Descriptor"), .policy("Layers")])
    }

    static var expansionLimit: Explanation {
        Explanation(
            """
            The layer decodes to more than 200 times its compressed size and to more than 4 GiB. Decoding stopped \
            there, as a protection against decompression bombs, so its diffID was not checked.
            """,
            causes: [
                "The layer contains large files of zeros, such as disk images or preallocated databases.",
                "The layer was built to fill a disk.",
            ],
            remedies: [
                "If you trust the image: `layerverify --max-expansion unlimited PATH`, or a larger ratio.",
                "Exempt larger layers: `layerverify --max-expansion-free 64GiB PATH`.",
                "Remove preallocated files from the image; they take their whole size on each machine.",
            ],
            sources: [.policy("Layers"), .rfc(8878, "8", "Security Considerations")])
    }

    static var diffIDMismatch: Explanation {
        Explanation(
            """
            The decompressed layer does not have the digest that the config lists for it (the diffID). Runtimes that \
            unpack it fail, for instance with `wrong diff id calculated on extraction` or `layers from manifest don't \
            match image configuration`.
            """,
            causes: [
                "The bytes of a plain layer changed; then its digest is wrong as well.",
                "The builder wrote the digest of the compressed layer, or of the empty input, as the diffID.",
                """
                Layers or diffIDs are in another order, or the config belongs to another image; the hint names the \
                layer that has the diffID.
                """,
                "The layer was packed again with other times or owners, and the config was not updated.",
            ],
            remedies: [
                "Compute it: `layerverify digest FILE`; the second value is the diffID.",
                "Compare with the config: `jq '.rootfs.diff_ids' CONFIG`.",
                "If the digest of the layer is wrong as well, copy or pull the image again.",
                """
                Otherwise the builder is at fault, and pulling again does not help: update it and build the image \
                again.
                """,
            ],
            sources: [
                .image("config", "Layer DiffID", "layer-diffid"), .image("config", "Properties", "properties"),
                .policy("Layers"),
            ])
    }
}
