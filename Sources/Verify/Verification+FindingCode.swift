// layerverify: the codes of findings as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension Verification.Finding {
    /// The stable name of a kind of finding.
    ///
    /// `docs/findings.md` explains them all. A code is never renamed and never changes its meaning. Codes may be added.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable, CaseIterable, CustomStringConvertible {
        /// The name, such as `blob-digest-mismatch`.
        public let rawValue: String

        /// Creates a value for a name, known here or not.
        ///
        /// - Parameter rawValue: The name.
        public init(rawValue: String) { self.rawValue = rawValue }

        package init(_ code: FindingCode) { rawValue = code.rawValue }

        /// All codes of this version, in the order of the documentation.
        ///
        /// - Complexity: O(*n*) in the number of codes.
        public static var allCases: [Code] { FindingCode.allCases.map { Code($0) } }

        /// The name.
        public var description: String { rawValue }
    }
}

// The comments are those of FindingCode.meaning, which a test compares.
extension Verification.Finding.Code {
    /// The path given does not exist.
    public static let pathMissing = Self(FindingCode.pathMissing)
    /// The path given, or a folder below it, could not be read.
    public static let pathUnreadable = Self(FindingCode.pathUnreadable)
    /// The path is not a supported kind of image.
    public static let notAnImage = Self(FindingCode.notAnImage)
    /// The number of files and links below a folder that are not images and were not examined.
    public static let filesIgnored = Self(FindingCode.filesIgnored)
    /// The search below a path reached a limit (`--max-files`, or 256 folders deep); the rest was not searched for images.
    public static let searchLimit = Self(FindingCode.searchLimit)
    /// No image matches a name given with `--ref`, or none at a path given matches `--platform` and `--ref`.
    public static let nothingSelected = Self(FindingCode.nothingSelected)
    /// The image layout lists no image at all, which is legal.
    public static let nothingReferenced = Self(FindingCode.nothingReferenced)
    /// The documents list no image, so that nothing was verified; see `--allow-empty`.
    public static let nothingVerified = Self(FindingCode.nothingVerified)
    /// Fewer different images were found than `--min-images` asks for.
    public static let tooFewImages = Self(FindingCode.tooFewImages)
    /// A digest prefix or a bare tag given with `--ref` matches several images; none was selected by it.
    public static let referenceAmbiguous = Self(FindingCode.referenceAmbiguous)
    /// An image has none of the digests given with `--expect-digest`.
    public static let digestUnexpected = Self(FindingCode.digestUnexpected)
    /// A digest given with `--expect-digest` was not found; undetermined if something could not be examined.
    public static let expectedDigestMissing = Self(FindingCode.expectedDigestMissing)
    /// The archive ends within an entry.
    public static let archiveTruncated = Self(FindingCode.archiveTruncated)
    /// The archive has an invalid tar header.
    public static let archiveCorrupt = Self(FindingCode.archiveCorrupt)
    /// The archive has no end-of-archive marker, as if it were cut off after an entry. Some writers leave it out.
    public static let archiveWithoutEnd = Self(FindingCode.archiveWithoutEnd)
    /// The archive has layers of an image and no document that lists them: it is incomplete.
    public static let documentsMissing = Self(FindingCode.documentsMissing)
    /// Readers of tar see different files in the archive: entries of one name differ, or a name, a size, a type or a record is not
    /// the same to all.
    public static let archiveEntryAmbiguous = Self(FindingCode.archiveEntryAmbiguous)
    /// The archive has an entry or a pax record of a kind that is not read here (a sparse file, or what GNU's incremental and
    /// multi-volume archives have).
    public static let archiveEntryUnsupported = Self(FindingCode.archiveEntryUnsupported)
    /// Bytes that are not zeros follow the end of the archive; readers ignore them, and they were not checked.
    public static let archiveTrailingBytes = Self(FindingCode.archiveTrailingBytes)
    /// A document is not JSON, not UTF-8, or continues after its end (RFC 8259, I-JSON).
    public static let jsonInvalid = Self(FindingCode.jsonInvalid)
    /// An object names a key twice (compared without case): readers disagree on which value counts.
    public static let jsonDuplicateKey = Self(FindingCode.jsonDuplicateKey)
    /// A document nests deeper than the 10000 levels that Go reads.
    public static let jsonTooDeep = Self(FindingCode.jsonTooDeep)
    /// A document is larger than 4 MiB and was not read, or too large to be kept while a stream was read.
    public static let documentTooLarge = Self(FindingCode.documentTooLarge)
    /// `oci-layout` is missing, malformed, or of another version than 1.x.
    public static let layoutInvalid = Self(FindingCode.layoutInvalid)
    /// An image layout has no `index.json`.
    public static let indexMissing = Self(FindingCode.indexMissing)
    /// An index breaks a MUST of the specification.
    public static let indexInvalid = Self(FindingCode.indexInvalid)
    /// `manifests` of `index.json` is null, as Docker 25.0 wrote it; the specification requires an array.
    public static let indexManifestsNull = Self(FindingCode.indexManifestsNull)
    /// An index contains itself, directly or through others.
    public static let indexCycle = Self(FindingCode.indexCycle)
    /// Indexes nest deeper than 16 levels; what is below was not checked.
    public static let indexTooDeep = Self(FindingCode.indexTooDeep)
    /// An image store reached a limit, as of 120 000 descriptors; the rest was not checked.
    public static let tooManyDescriptors = Self(FindingCode.tooManyDescriptors)
    /// A manifest breaks a MUST of the specification.
    public static let manifestInvalid = Self(FindingCode.manifestInvalid)
    /// `layers` of a manifest is null, as some builders write it for no layers.
    public static let manifestLayersNull = Self(FindingCode.manifestLayersNull)
    /// An image config breaks a MUST of the specification.
    public static let configInvalid = Self(FindingCode.configInvalid)
    /// `schemaVersion` is not 2.
    public static let schemaVersionInvalid = Self(FindingCode.schemaVersionInvalid)
    /// A media type breaks the grammar of RFC 6838.
    public static let mediaTypeInvalid = Self(FindingCode.mediaTypeInvalid)
    /// A document calls itself another media type than its descriptor does.
    public static let mediaTypeContradiction = Self(FindingCode.mediaTypeContradiction)
    /// A manifest has members of an index, or an index those of a manifest: readers disagree on what it is.
    public static let documentConfusion = Self(FindingCode.documentConfusion)
    /// A member or a media type is not in the case of the specification: some readers know it, others do not. It was read.
    public static let nameCaseDiffers = Self(FindingCode.nameCaseDiffers)
    /// A digest breaks the grammar of the specification.
    public static let digestInvalid = Self(FindingCode.digestInvalid)
    /// A digest's algorithm cannot be computed here.
    public static let digestUnsupported = Self(FindingCode.digestUnsupported)
    /// A size is missing or not a natural number below 2^63.
    public static let sizeInvalid = Self(FindingCode.sizeInvalid)
    /// A descriptor of the empty type does not describe `{}`.
    public static let emptyDescriptorMismatch = Self(FindingCode.emptyDescriptorMismatch)
    /// `data` of a descriptor is not base64.
    public static let dataInvalid = Self(FindingCode.dataInvalid)
    /// `data` of a descriptor has another digest or size than the descriptor claims.
    public static let dataMismatch = Self(FindingCode.dataMismatch)
    /// `index.json` gives one name to two manifests for the same platform: readers disagree on which counts.
    public static let referenceTwice = Self(FindingCode.referenceTwice)
    /// The platform in the config differs from the one in the index.
    public static let platformMismatch = Self(FindingCode.platformMismatch)
    /// An index lists a platform that is missing; it was not checked (`--require-all-platforms` refutes).
    public static let platformAbsent = Self(FindingCode.platformAbsent)
    /// The manifest of a listed platform is missing, and its config or layers are there: it may be lost.
    public static let platformIncomplete = Self(FindingCode.platformIncomplete)
    /// `rootfs.type` of a config is not `layers`.
    public static let rootfsTypeInvalid = Self(FindingCode.rootfsTypeInvalid)
    /// The number of layers in the manifest differs from the number of diffIDs in the config.
    public static let layerCountMismatch = Self(FindingCode.layerCountMismatch)
    /// The number of non-empty history entries in the config differs from the number of its diffIDs.
    public static let historyCountMismatch = Self(FindingCode.historyCountMismatch)
    /// A blob is missing.
    public static let blobMissing = Self(FindingCode.blobMissing)
    /// The path of a blob, or a link within an archive, leads out of the image.
    public static let blobOutsideImage = Self(FindingCode.blobOutsideImage)
    /// A symbolic link leads out of the path given, or is not to be followed: see `--follow-symlinks`.
    public static let linkNotFollowed = Self(FindingCode.linkNotFollowed)
    /// The blob is not a regular file and was not opened.
    public static let blobNotRegular = Self(FindingCode.blobNotRegular)
    /// A blob could not be read.
    public static let blobUnreadable = Self(FindingCode.blobUnreadable)
    /// A blob changed while it was read.
    public static let blobChanged = Self(FindingCode.blobChanged)
    /// The size of a blob differs from the claimed one.
    public static let blobSizeMismatch = Self(FindingCode.blobSizeMismatch)
    /// The digest of a blob differs from the one in its descriptor or its name.
    public static let blobDigestMismatch = Self(FindingCode.blobDigestMismatch)
    /// A file among the blobs has a name that is not a digest; it was not checked.
    public static let blobNameInvalid = Self(FindingCode.blobNameInvalid)
    /// A blob is not referenced by any document that was read; it was checked against its name.
    public static let blobUnreferenced = Self(FindingCode.blobUnreferenced)
    /// A non-distributable layer is missing, which is legal; it was not checked.
    public static let layerAbsent = Self(FindingCode.layerAbsent)
    /// The compression of a layer differs from the one in its media type.
    public static let mediaTypeMismatch = Self(FindingCode.mediaTypeMismatch)
    /// A compressed stream is truncated: a layer, or the archive of an image.
    public static let streamTruncated = Self(FindingCode.streamTruncated)
    /// A compressed stream is damaged: a layer, or the archive of an image.
    public static let streamCorrupt = Self(FindingCode.streamCorrupt)
    /// Bytes that belong to no gzip member or zstd frame follow a compressed stream.
    public static let streamTrailingBytes = Self(FindingCode.streamTrailingBytes)
    /// Decoders that unpack images do not agree on whether a compressed stream is intact.
    public static let streamDisputed = Self(FindingCode.streamDisputed)
    /// A layer is compressed in a way that is not decoded here.
    public static let compressionUnsupported = Self(FindingCode.compressionUnsupported)
    /// A zstd frame needs a larger window than is allowed; it was not decoded.
    public static let windowTooLarge = Self(FindingCode.windowTooLarge)
    /// A layer expands beyond `--max-expansion`; decoding stopped there.
    public static let expansionLimit = Self(FindingCode.expansionLimit)
    /// The digest of the uncompressed layer differs from the diffID in the config.
    public static let diffIDMismatch = Self(FindingCode.diffIDMismatch)
    /// The tar in a layer has more entries or longer names than are kept in memory; the rest was not checked.
    public static let layerContentsUnchecked = Self(FindingCode.layerContentsUnchecked)
    /// What a layer decodes to is not a tar archive: no runtime unpacks it.
    public static let layerNotTar = Self(FindingCode.layerNotTar)
    /// The tar in a layer ends within an entry: no runtime unpacks it.
    public static let layerTarTruncated = Self(FindingCode.layerTarTruncated)
    /// A header in the tar of a layer does not parse: no runtime unpacks it.
    public static let layerTarInvalid = Self(FindingCode.layerTarInvalid)
    /// The tar in a layer has an entry of a type that no runtime unpacks.
    public static let layerEntryUnsupported = Self(FindingCode.layerEntryUnsupported)
    /// The tar in a layer has two entries for one path, which the specification forbids and Docker refuses.
    public static let layerPathDuplicate = Self(FindingCode.layerPathDuplicate)
    /// A hard link in a layer has a target that does not come before it in the same layer, or that is a directory.
    public static let layerHardLinkBroken = Self(FindingCode.layerHardLinkBroken)
    /// The path of an entry in a layer leads through a file, or through a symbolic link that leads nowhere.
    public static let layerPathBlocked = Self(FindingCode.layerPathBlocked)
    /// The name of an entry in a layer leads out of the root of the image, or replaces the root.
    public static let layerPathOutside = Self(FindingCode.layerPathOutside)
    /// Linux refuses the name or the link target of an entry in a layer.
    public static let layerNameInvalid = Self(FindingCode.layerNameInvalid)
    /// A whiteout in a layer names nothing, or comes after an entry for what it names.
    public static let layerWhiteoutInvalid = Self(FindingCode.layerWhiteoutInvalid)
    /// An extended attribute in a layer is one that runtimes refuse, or that changes how the layers are joined.
    public static let layerAttributeInvalid = Self(FindingCode.layerAttributeInvalid)
    /// Runtimes make different file systems of the layers, depending on how and where they unpack them.
    public static let layerResultDiffers = Self(FindingCode.layerResultDiffers)
    /// An owner, a time or a device number in a layer is out of range: runtimes change it.
    public static let layerValueChanged = Self(FindingCode.layerValueChanged)
    /// An entry in a layer is written through a symbolic link of the same layer.
    public static let layerLinkFollowed = Self(FindingCode.layerLinkFollowed)
    /// A whiteout in a layer is not an empty regular file.
    public static let layerWhiteoutUnusual = Self(FindingCode.layerWhiteoutUnusual)
    /// Runtimes read a place in the tar of a layer alike, and other readers of tar refuse it or read it in another way.
    public static let layerReadersDiffer = Self(FindingCode.layerReadersDiffer)
    /// Bytes or entries follow the end of the tar in a layer; runtimes ignore them, and they were not checked.
    public static let layerTrailingBytes = Self(FindingCode.layerTrailingBytes)
    /// Docker loads the layer, and cannot save or push it again unless it uses containerd's image store.
    public static let layerNotSavedAgain = Self(FindingCode.layerNotSavedAgain)
    /// The tar in a layer is unusual in a way that all runtimes accept, with the same result.
    public static let layerTarUnusual = Self(FindingCode.layerTarUnusual)
    /// The table of contents of an eStargz or zstd:chunked layer does not describe the tar in it, or is not the one that the manifest
    /// names.
    public static let layerTOCMismatch = Self(FindingCode.layerTOCMismatch)
    /// A table of contents cannot be used, or not completely, so that runtimes read the whole layer; or no annotation names it,
    /// and it does not describe the tar.
    public static let layerTOCUnusable = Self(FindingCode.layerTOCUnusable)
    /// The table of contents of a layer was not compared with its tar.
    public static let layerTOCUnchecked = Self(FindingCode.layerTOCUnchecked)
    /// An index of a layer that some runtimes use was recognised, and not checked.
    public static let layerIndexUnchecked = Self(FindingCode.layerIndexUnchecked)
    /// `manifest.json` of a docker-save archive is not what `docker load` accepts.
    public static let dockerManifestInvalid = Self(FindingCode.dockerManifestInvalid)
    /// A config's name in a docker-save archive is not the sha256 of its bytes.
    public static let dockerConfigNameMismatch = Self(FindingCode.dockerConfigNameMismatch)
    /// The archive has no `manifest.json`: nothing says what this layer should be.
    public static let dockerLayerUnclaimed = Self(FindingCode.dockerLayerUnclaimed)
    /// `LayerSources` describes another blob than the layer is.
    public static let dockerLayerSourceMismatch = Self(FindingCode.dockerLayerSourceMismatch)
    /// A `RepoTags` entry is not a reference with a tag.
    public static let dockerReferenceInvalid = Self(FindingCode.dockerReferenceInvalid)
    /// Two images in `manifest.json` have the same name: `docker load` assigns it to the last.
    public static let dockerReferenceTwice = Self(FindingCode.dockerReferenceTwice)
    /// `repositories` is malformed or names an image that is not in the archive.
    public static let dockerRepositoriesMismatch = Self(FindingCode.dockerRepositoriesMismatch)
    /// `Parent` names an image that is not in the archive.
    public static let dockerParentMissing = Self(FindingCode.dockerParentMissing)
    /// `manifest.json` and `index.json` of one archive describe different images.
    public static let viewsDisagree = Self(FindingCode.viewsDisagree)
    /// `index.json` lists no image although `manifest.json` does: tools that read only the former find nothing.
    public static let viewEmpty = Self(FindingCode.viewEmpty)
    /// A claim could not be checked though the bytes were read.
    public static let claimUnchecked = Self(FindingCode.claimUnchecked)
    /// The fast path and the reference path disagree: an error of layerverify; the run ends with 70.
    public static let fastPathDisagrees = Self(FindingCode.fastPathDisagrees)
    /// The run was interrupted before this was checked.
    public static let interrupted = Self(FindingCode.interrupted)
    /// A rule of an ignore file has expired and no longer applies.
    public static let ignoreRuleExpired = Self(FindingCode.ignoreRuleExpired)
    /// A rule of `--ignore` or of an ignore file applies to no finding.
    public static let ignoreRuleUnused = Self(FindingCode.ignoreRuleUnused)
    /// The number of findings of the baseline that did not occur in this run.
    public static let baselineUnused = Self(FindingCode.baselineUnused)
}
