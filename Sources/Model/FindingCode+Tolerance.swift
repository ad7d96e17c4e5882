// layerverify: which findings can be tolerated.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension FindingCode {
    /// What can waive the findings of a code. `docs/policy.md` gives the reasons.
    package enum Tolerance: String, Hashable, Sendable, CaseIterable {
        /// A rule with the code alone, a rule with a digest, or a baseline: everything that is claimed was checked anyway.
        case code
        /// A rule with the digest of the blob, or a baseline: bytes are wrong or missing, or were not compared.
        case digest
        /// A baseline only: bytes are wrong or were not read, and no digest names them.
        case baseline
        /// Nothing: what the user asked for was not done.
        case never
    }

    package var tolerance: Tolerance {
        switch self {
        case .pathMissing, .searchLimit, .nothingSelected, .nothingVerified, .tooFewImages, .referenceAmbiguous,
            .digestUnexpected, .expectedDigestMissing, .tooManyDescriptors, .blobChanged, .fastPathDisagrees,
            .interrupted,
            .ignoreRuleExpired, .ignoreRuleUnused, .baselineUnused:
            .never
        case .pathUnreadable, .notAnImage, .archiveCorrupt, .documentsMissing, .archiveEntryAmbiguous, .indexMissing,
            .dockerManifestInvalid, .dockerLayerUnclaimed, .dockerRepositoriesMismatch, .viewsDisagree:
            .baseline
        case .archiveTruncated, .archiveEntryUnsupported, .jsonInvalid, .jsonDuplicateKey, .jsonTooDeep,
            .documentTooLarge, .indexInvalid, .indexTooDeep, .manifestInvalid, .configInvalid, .mediaTypeInvalid,
            .mediaTypeContradiction, .documentConfusion, .digestInvalid, .digestUnsupported, .sizeInvalid,
            .emptyDescriptorMismatch,
            .dataMismatch,
            .platformAbsent, .platformIncomplete, .rootfsTypeInvalid, .layerCountMismatch, .blobMissing,
            .blobOutsideImage, .linkNotFollowed, .blobNotRegular, .blobUnreadable, .blobSizeMismatch,
            .blobDigestMismatch, .streamTruncated, .streamCorrupt, .streamTrailingBytes, .streamDisputed,
            .compressionUnsupported, .windowTooLarge, .expansionLimit, .diffIDMismatch, .dockerConfigNameMismatch,
            .dockerLayerSourceMismatch, .claimUnchecked, .layerContentsUnchecked, .layerNotTar, .layerTarTruncated,
            .layerTarInvalid, .layerTOCUnchecked:
            .digest
        case .filesIgnored, .nothingReferenced, .archiveWithoutEnd, .archiveTrailingBytes, .layoutInvalid,
            .indexManifestsNull, .indexCycle, .manifestLayersNull, .schemaVersionInvalid,
            .nameCaseDiffers, .dataInvalid, .referenceTwice, .platformMismatch, .historyCountMismatch, .blobNameInvalid,
            .blobUnreferenced, .layerAbsent, .mediaTypeMismatch, .dockerReferenceInvalid, .dockerReferenceTwice,
            .dockerParentMissing, .viewEmpty, .layerEntryUnsupported, .layerPathDuplicate, .layerHardLinkBroken,
            .layerPathBlocked, .layerPathOutside, .layerNameInvalid, .layerWhiteoutInvalid, .layerAttributeInvalid,
            .layerResultDiffers, .layerValueChanged, .layerLinkFollowed,
            .layerWhiteoutUnusual, .layerReadersDiffer, .layerTrailingBytes, .layerNotSavedAgain, .layerTarUnusual,
            .layerTOCMismatch, .layerTOCUnusable, .layerIndexUnchecked:
            .code
        }
    }
}
