// layerverify: the meaning of each finding code.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension FindingCode {
    /// The meaning of the code; the text of `docs/findings.md`.
    package var meaning: Meaning {
        switch self {
        case .pathMissing: .undetermined("The path given does not exist.")
        case .pathUnreadable: .undetermined("The path given, or a folder below it, could not be read.")
        case .notAnImage: .undetermined("The path is not a supported kind of image.")
        case .filesIgnored:
            .notes("The number of files and links below a folder that are not images and were not examined.")
        case .searchLimit:
            .undetermined(
                "The search below a path reached a limit (`--max-files`, or 256 folders deep); the rest was not searched for images."
            )
        case .nothingSelected:
            .undetermined(
                "No image matches a name given with `--ref`, or none at a path given matches `--platform` and `--ref`.")
        case .nothingReferenced: .notes("The image layout lists no image at all, which is legal.")
        case .nothingVerified:
            .undetermined("The documents list no image, so that nothing was verified; see `--allow-empty`.")
        case .tooFewImages: .undetermined("Fewer different images were found than `--min-images` asks for.")
        case .referenceAmbiguous:
            .undetermined(
                "A digest prefix or a bare tag given with `--ref` matches several images; none was selected by it.")
        case .digestUnexpected: .refutes("An image has none of the digests given with `--expect-digest`.")
        case .expectedDigestMissing:
            .refutes(
                "A digest given with `--expect-digest` was not found; undetermined if something could not be examined.")

        case .archiveTruncated: .refutes("The archive ends within an entry.")
        case .archiveCorrupt: .refutes("The archive has an invalid tar header.")
        case .archiveWithoutEnd:
            .warns(
                "The archive has no end-of-archive marker, as if it were cut off after an entry. Some writers leave it out."
            )
        case .documentsMissing:
            .refutes("The archive has layers of an image and no document that lists them: it is incomplete.")
        case .archiveEntryAmbiguous:
            .refutes(
                "Readers of tar see different files in the archive: entries of one name differ, or a name, a size, a type or a record is not the same to all."
            )
        case .archiveEntryUnsupported:
            .undetermined(
                "The archive has an entry or a pax record of a kind that is not read here (a sparse file, or what GNU's incremental and multi-volume archives have)."
            )
        case .archiveTrailingBytes:
            .warns(
                "Bytes that are not zeros follow the end of the archive; readers ignore them, and they were not checked."
            )

        case .jsonInvalid: .refutes("A document is not JSON, not UTF-8, or goes on after its end (RFC 8259, I-JSON).")
        case .jsonDuplicateKey:
            .refutes("An object names a key twice (compared without case): readers disagree on which value counts.")
        case .jsonTooDeep: .refutes("A document nests deeper than the 10000 levels that Go reads.")
        case .documentTooLarge:
            .undetermined(
                "A document is larger than 4 MiB and was not read, or too large to be kept while a stream was read.")

        case .layoutInvalid: .refutes("`oci-layout` is missing, malformed, or of another version than 1.x.")
        case .indexMissing: .refutes("An image layout has no `index.json`.")
        case .indexInvalid: .refutes("An index breaks a MUST of the specification.")
        case .indexManifestsNull:
            .warns("`manifests` of `index.json` is null, as Docker 25.0 wrote it; the specification wants an array.")
        case .indexCycle: .refutes("An index contains itself, directly or through others.")
        case .indexTooDeep: .undetermined("Indexes nest deeper than 16 levels; what is below was not checked.")
        case .tooManyDescriptors:
            .undetermined("An image store reached a limit, as of 120 000 descriptors; the rest was not checked.")
        case .manifestInvalid: .refutes("A manifest breaks a MUST of the specification.")
        case .manifestLayersNull: .warns("`layers` of a manifest is null, as some builders write it for no layers.")
        case .configInvalid: .refutes("An image config breaks a MUST of the specification.")
        case .schemaVersionInvalid: .refutes("`schemaVersion` is not 2.")
        case .mediaTypeInvalid: .refutes("A media type breaks the grammar of RFC 6838.")
        case .mediaTypeContradiction: .refutes("A document calls itself another media type than its descriptor does.")
        case .documentConfusion:
            .refutes(
                "A manifest has members of an index, or an index those of a manifest: readers disagree on what it is.")
        case .nameCaseDiffers:
            .warns(
                "A member or a media type is not in the case of the specification: some readers know it, others do not. It was read."
            )
        case .digestInvalid: .refutes("A digest breaks the grammar of the specification.")
        case .digestUnsupported: .undetermined("A digest's algorithm cannot be computed here.")
        case .sizeInvalid: .refutes("A size is missing or not a natural number below 2^63.")
        case .emptyDescriptorMismatch: .refutes("A descriptor of the empty type does not describe `{}`.")
        case .dataInvalid: .refutes("`data` of a descriptor is not base64.")
        case .dataMismatch: .refutes("`data` of a descriptor has another digest or size than the descriptor claims.")
        case .referenceTwice:
            .warns(
                "`index.json` gives one name to two manifests for the same platform: readers disagree on which counts.")
        case .platformMismatch: .refutes("The platform in the config differs from the one in the index.")
        case .platformAbsent:
            .notes(
                "An index lists a platform that is missing; it was not checked (`--require-all-platforms` refutes).")
        case .platformIncomplete:
            .undetermined(
                "The manifest of a listed platform is missing, and its config or layers are there: it may be lost.")
        case .rootfsTypeInvalid: .refutes("`rootfs.type` of a config is not `layers`.")
        case .layerCountMismatch:
            .refutes("The number of layers in the manifest differs from the number of diffIDs in the config.")
        case .historyCountMismatch:
            .warns("The number of non-empty history entries in the config differs from the number of its diffIDs.")

        case .blobMissing: .refutes("A blob is missing.")
        case .blobOutsideImage: .refutes("The path of a blob, or a link within an archive, leads out of the image.")
        case .linkNotFollowed:
            .undetermined(
                "A symbolic link leads out of the path given, or is not to be followed: see `--follow-symlinks`."
            )
        case .blobNotRegular: .refutes("The blob is not a regular file and was not opened.")
        case .blobUnreadable: .undetermined("A blob could not be read.")
        case .blobChanged: .undetermined("A blob changed while it was read.")
        case .blobSizeMismatch: .refutes("The size of a blob differs from the claimed one.")
        case .blobDigestMismatch: .refutes("The digest of a blob differs from the one in its descriptor or its name.")
        case .blobNameInvalid: .notes("A file among the blobs has a name that is not a digest; it was not checked.")
        case .blobUnreferenced:
            .notes("A blob is not referenced by any document that was read; it was checked against its name.")
        case .layerAbsent: .notes("A non-distributable layer is missing, which is legal; it was not checked.")

        case .mediaTypeMismatch: .refutes("The compression of a layer differs from the one in its media type.")
        case .streamTruncated: .refutes("A compressed stream is truncated: a layer, or the archive of an image.")
        case .streamCorrupt: .refutes("A compressed stream is damaged: a layer, or the archive of an image.")
        case .streamTrailingBytes:
            .refutes("Bytes that belong to no gzip member or zstd frame follow a compressed stream.")
        case .streamDisputed:
            .undetermined(
                "Decoders that unpack images do not agree on whether a compressed stream is intact."
            )
        case .compressionUnsupported: .undetermined("A layer is compressed in a way that is not decoded here.")
        case .windowTooLarge: .undetermined("A zstd frame needs a larger window than is allowed; it was not decoded.")
        case .expansionLimit: .undetermined("A layer expands beyond `--max-expansion`; decoding stopped there.")
        case .diffIDMismatch: .refutes("The digest of the uncompressed layer differs from the diffID in the config.")

        case .layerContentsUnchecked:
            .undetermined(
                "The tar in a layer has more entries or longer names than are kept in memory; the rest was not checked."
            )
        case .layerNotTar:
            .refutes("What a layer decodes to is not a tar archive: no runtime unpacks it.")
        case .layerTarTruncated:
            .refutes("The tar in a layer ends within an entry: no runtime unpacks it.")
        case .layerTarInvalid:
            .refutes("A header in the tar of a layer does not parse: no runtime unpacks it.")
        case .layerEntryUnsupported:
            .refutes("The tar in a layer has an entry of a type that no runtime unpacks.")
        case .layerPathDuplicate:
            .refutes(
                "The tar in a layer has two entries for one path, which the specification forbids and Docker refuses.")
        case .layerHardLinkBroken:
            .refutes(
                "A hard link in a layer has a target that does not come before it in the same layer, or that is a directory."
            )
        case .layerPathBlocked:
            .refutes(
                "The path of an entry in a layer leads through a file, or through a symbolic link that leads nowhere.")
        case .layerPathOutside:
            .refutes("The name of an entry in a layer leads out of the root of the image, or replaces the root.")
        case .layerNameInvalid:
            .refutes("Linux refuses the name or the link target of an entry in a layer.")
        case .layerWhiteoutInvalid:
            .refutes("A whiteout in a layer names nothing, or comes after an entry for what it names.")
        case .layerAttributeInvalid:
            .refutes(
                "An extended attribute in a layer is one that runtimes refuse, or that changes how the layers are joined."
            )
        case .layerResultDiffers:
            .warns("Runtimes make different file systems of the layers, depending on how and where they unpack them.")
        case .layerValueChanged:
            .warns("An owner, a time or a device number in a layer is out of range: runtimes change it.")
        case .layerLinkFollowed:
            .warns("An entry in a layer is written through a symbolic link of the same layer.")
        case .layerWhiteoutUnusual:
            .warns("A whiteout in a layer is not an empty regular file.")
        case .layerReadersDiffer:
            .warns(
                "Runtimes read a place in the tar of a layer alike, and other readers of tar refuse it or read it in another way."
            )
        case .layerTrailingBytes:
            .warns(
                "Bytes or entries follow the end of the tar in a layer; runtimes ignore them, and they were not checked."
            )
        case .layerNotSavedAgain:
            .warns("Docker loads the layer, and cannot save or push it again unless it uses containerd's image store.")
        case .layerTOCMismatch:
            .refutes(
                "The table of contents of an eStargz or zstd:chunked layer does not describe the tar in it, or is not the one that the manifest names."
            )
        case .layerTOCUnusable:
            .warns(
                "A table of contents cannot be used, or not completely, so that runtimes read the whole layer; or no annotation names it, and it does not describe the tar."
            )
        case .layerTOCUnchecked: .undetermined("The table of contents of a layer was not compared with its tar.")
        case .layerIndexUnchecked:
            .notes("An index of a layer that some runtimes use was recognised, and not checked.")
        case .layerTarUnusual:
            .notes("The tar in a layer is unusual in a way that all runtimes accept, with the same result.")

        case .dockerManifestInvalid:
            .refutes("`manifest.json` of a docker-save archive is not what `docker load` accepts.")
        case .dockerConfigNameMismatch:
            .refutes("A config's name in a docker-save archive is not the sha256 of its bytes.")
        case .dockerLayerUnclaimed:
            .undetermined("The archive has no `manifest.json`: nothing says what this layer should be.")
        case .dockerLayerSourceMismatch: .refutes("`LayerSources` describes another blob than the layer is.")
        case .dockerReferenceInvalid: .refutes("A `RepoTags` entry is not a reference with a tag.")
        case .dockerReferenceTwice:
            .warns("Two images in `manifest.json` have the same name: `docker load` assigns it to the last.")
        case .dockerRepositoriesMismatch:
            .refutes("`repositories` is malformed or names an image that is not in the archive.")
        case .dockerParentMissing: .warns("`Parent` names an image that is not in the archive.")
        case .viewsDisagree: .refutes("`manifest.json` and `index.json` of one archive describe different images.")
        case .viewEmpty:
            .warns(
                "`index.json` lists no image although `manifest.json` does: tools that read only the former find nothing."
            )

        case .claimUnchecked: .undetermined("A claim could not be checked though the bytes were read.")
        case .fastPathDisagrees:
            .undetermined(
                "The fast path and the reference path disagree: an error of layerverify; the run ends with 70.")
        case .interrupted: .undetermined("The run was interrupted before this was checked.")
        case .ignoreRuleExpired: .warns("A rule of an ignore file has expired and no longer applies.")
        case .ignoreRuleUnused: .notes("A rule of `--ignore` or of an ignore file applies to no finding.")
        case .baselineUnused: .notes("The number of findings of the baseline that did not occur in this run.")
        }
    }
}
