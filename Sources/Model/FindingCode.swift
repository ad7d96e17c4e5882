// layerverify: the codes of findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The stable name of a kind of finding. `docs/findings.md` is generated from this table.
///
/// A code is never renamed and never changes its meaning.
package enum FindingCode: String, Hashable, Sendable, CaseIterable {
    // The order is that of docs/findings.md: paths, archives, JSON, documents, blobs, layers, what is in them,
    // docker-save, the run.
    case pathMissing = "path-missing"
    case pathUnreadable = "path-unreadable"
    case notAnImage = "not-an-image"
    case filesIgnored = "files-ignored"
    case searchLimit = "search-limit"
    case nothingSelected = "nothing-selected"
    case nothingReferenced = "nothing-referenced"
    case nothingVerified = "nothing-verified"
    case tooFewImages = "too-few-images"
    case referenceAmbiguous = "reference-ambiguous"
    case digestUnexpected = "digest-unexpected"
    case expectedDigestMissing = "expected-digest-missing"

    case archiveTruncated = "archive-truncated"
    case archiveCorrupt = "archive-corrupt"
    case archiveWithoutEnd = "archive-without-end"
    case documentsMissing = "documents-missing"
    case archiveEntryAmbiguous = "archive-entry-ambiguous"
    case archiveEntryUnsupported = "archive-entry-unsupported"
    case archiveTrailingBytes = "archive-trailing-bytes"

    case jsonInvalid = "json-invalid"
    case jsonDuplicateKey = "json-duplicate-key"
    case jsonTooDeep = "json-too-deep"
    case documentTooLarge = "document-too-large"

    case layoutInvalid = "layout-invalid"
    case indexMissing = "index-missing"
    case indexInvalid = "index-invalid"
    case indexManifestsNull = "index-manifests-null"
    case indexCycle = "index-cycle"
    case indexTooDeep = "index-too-deep"
    case tooManyDescriptors = "too-many-descriptors"
    case manifestInvalid = "manifest-invalid"
    case manifestLayersNull = "manifest-layers-null"
    case configInvalid = "config-invalid"
    case schemaVersionInvalid = "schema-version-invalid"
    case mediaTypeInvalid = "media-type-invalid"
    case mediaTypeContradiction = "media-type-contradiction"
    case documentConfusion = "document-confusion"
    case nameCaseDiffers = "name-case-differs"
    case digestInvalid = "digest-invalid"
    case digestUnsupported = "digest-unsupported"
    case sizeInvalid = "size-invalid"
    case emptyDescriptorMismatch = "empty-descriptor-mismatch"
    case dataInvalid = "data-invalid"
    case dataMismatch = "data-mismatch"
    case referenceTwice = "reference-twice"
    case platformMismatch = "platform-mismatch"
    case platformAbsent = "platform-absent"
    case platformIncomplete = "platform-incomplete"
    case rootfsTypeInvalid = "rootfs-type-invalid"
    case layerCountMismatch = "layer-count-mismatch"
    case historyCountMismatch = "history-count-mismatch"

    case blobMissing = "blob-missing"
    case blobOutsideImage = "blob-outside-image"
    case linkNotFollowed = "link-not-followed"
    case blobNotRegular = "blob-not-regular"
    case blobUnreadable = "blob-unreadable"
    case blobChanged = "blob-changed"
    case blobSizeMismatch = "blob-size-mismatch"
    case blobDigestMismatch = "blob-digest-mismatch"
    case blobNameInvalid = "blob-name-invalid"
    case blobUnreferenced = "blob-unreferenced"
    case layerAbsent = "layer-absent"

    case mediaTypeMismatch = "media-type-mismatch"
    case streamTruncated = "stream-truncated"
    case streamCorrupt = "stream-corrupt"
    case streamTrailingBytes = "stream-trailing-bytes"
    case streamDisputed = "stream-disputed"
    case compressionUnsupported = "compression-unsupported"
    case windowTooLarge = "window-too-large"
    case expansionLimit = "expansion-limit"
    case diffIDMismatch = "diffid-mismatch"

    case layerContentsUnchecked = "layer-contents-unchecked"
    case layerNotTar = "layer-not-tar"
    case layerTarTruncated = "layer-tar-truncated"
    case layerTarInvalid = "layer-tar-invalid"
    case layerEntryUnsupported = "layer-entry-unsupported"
    case layerPathDuplicate = "layer-path-duplicate"
    case layerHardLinkBroken = "layer-hard-link-broken"
    case layerPathBlocked = "layer-path-blocked"
    case layerPathOutside = "layer-path-outside"
    case layerNameInvalid = "layer-name-invalid"
    case layerWhiteoutInvalid = "layer-whiteout-invalid"
    case layerAttributeInvalid = "layer-attribute-invalid"
    case layerResultDiffers = "layer-result-differs"
    case layerValueChanged = "layer-value-changed"
    case layerLinkFollowed = "layer-link-followed"
    case layerWhiteoutUnusual = "layer-whiteout-unusual"
    case layerReadersDiffer = "layer-readers-differ"
    case layerTrailingBytes = "layer-trailing-bytes"
    case layerNotSavedAgain = "layer-not-saved-again"
    case layerTarUnusual = "layer-tar-unusual"
    case layerTOCMismatch = "layer-toc-mismatch"
    case layerTOCUnusable = "layer-toc-unusable"
    case layerTOCUnchecked = "layer-toc-unchecked"
    case layerIndexUnchecked = "layer-index-unchecked"

    case dockerManifestInvalid = "docker-manifest-invalid"
    case dockerConfigNameMismatch = "docker-config-name-mismatch"
    case dockerLayerUnclaimed = "docker-layer-unclaimed"
    case dockerLayerSourceMismatch = "docker-layer-source-mismatch"
    case dockerReferenceInvalid = "docker-reference-invalid"
    case dockerReferenceTwice = "docker-reference-twice"
    case dockerRepositoriesMismatch = "docker-repositories-mismatch"
    case dockerParentMissing = "docker-parent-missing"
    case viewsDisagree = "views-disagree"
    case viewEmpty = "view-empty"

    case claimUnchecked = "claim-unchecked"
    case fastPathDisagrees = "fast-path-disagrees"
    case interrupted = "interrupted"
    case ignoreRuleExpired = "ignore-rule-expired"
    case ignoreRuleUnused = "ignore-rule-unused"
    case baselineUnused = "baseline-unused"

    /// The meaning of a code: its severity, its outcome for the image, and a sentence for the documentation.
    package struct Meaning: Sendable {
        package let severity: Severity
        package let outcome: Outcome
        package let summary: String

        static func refutes(_ summary: String) -> Meaning {
            Meaning(severity: .error, outcome: .refuted, summary: summary)
        }
        static func undetermined(_ summary: String) -> Meaning {
            Meaning(severity: .error, outcome: .undetermined, summary: summary)
        }
        static func warns(_ summary: String) -> Meaning {
            Meaning(severity: .warning, outcome: .verified, summary: summary)
        }
        static func notes(_ summary: String) -> Meaning {
            Meaning(severity: .note, outcome: .verified, summary: summary)
        }
    }

    package var severity: Severity { meaning.severity }
    package var outcome: Outcome { meaning.outcome }

    /// Whether text reports show the findings of this code only if they are verbose: most images have some.
    package var isOnlyForVerboseText: Bool { self == .layerTarUnusual }
}
