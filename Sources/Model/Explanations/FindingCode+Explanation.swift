// layerverify: the explanation of each finding code.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension FindingCode {
    /// The explanation of the code: the text of `layerverify explain`, of `docs/findings/` and of reports with help.
    ///
    /// It is made when it is asked for: a run that explains nothing holds none of these texts.
    package var explanation: Explanation {
        switch self {
        case .pathMissing: .pathMissing
        case .pathUnreadable: .pathUnreadable
        case .notAnImage: .notAnImage
        case .filesIgnored: .filesIgnored
        case .searchLimit: .searchLimit
        case .nothingSelected: .nothingSelected
        case .nothingReferenced: .nothingReferenced
        case .nothingVerified: .nothingVerified
        case .tooFewImages: .tooFewImages
        case .referenceAmbiguous: .referenceAmbiguous
        case .digestUnexpected: .digestUnexpected
        case .expectedDigestMissing: .expectedDigestMissing
        case .archiveTruncated: .archiveTruncated
        case .archiveCorrupt: .archiveCorrupt
        case .archiveWithoutEnd: .archiveWithoutEnd
        case .documentsMissing: .documentsMissing
        case .archiveEntryAmbiguous: .archiveEntryAmbiguous
        case .archiveEntryUnsupported: .archiveEntryUnsupported
        case .archiveTrailingBytes: .archiveTrailingBytes
        case .jsonInvalid: .jsonInvalid
        case .jsonDuplicateKey: .jsonDuplicateKey
        case .jsonTooDeep: .jsonTooDeep
        case .documentTooLarge: .documentTooLarge
        case .layoutInvalid: .layoutInvalid
        case .indexMissing: .indexMissing
        case .indexInvalid: .indexInvalid
        case .indexManifestsNull: .indexManifestsNull
        case .indexCycle: .indexCycle
        case .indexTooDeep: .indexTooDeep
        case .tooManyDescriptors: .tooManyDescriptors
        case .manifestInvalid: .manifestInvalid
        case .manifestLayersNull: .manifestLayersNull
        case .configInvalid: .configInvalid
        case .schemaVersionInvalid: .schemaVersionInvalid
        case .mediaTypeInvalid: .mediaTypeInvalid
        case .mediaTypeContradiction: .mediaTypeContradiction
        case .documentConfusion: .documentConfusion
        case .nameCaseDiffers: .nameCaseDiffers
        case .digestInvalid: .digestInvalid
        case .digestUnsupported: .digestUnsupported
        case .sizeInvalid: .sizeInvalid
        case .emptyDescriptorMismatch: .emptyDescriptorMismatch
        case .dataInvalid: .dataInvalid
        case .dataMismatch: .dataMismatch
        case .referenceTwice: .referenceTwice
        case .platformMismatch: .platformMismatch
        case .platformAbsent: .platformAbsent
        case .platformIncomplete: .platformIncomplete
        case .rootfsTypeInvalid: .rootfsTypeInvalid
        case .layerCountMismatch: .layerCountMismatch
        case .historyCountMismatch: .historyCountMismatch
        case .blobMissing: .blobMissing
        case .blobOutsideImage: .blobOutsideImage
        case .linkNotFollowed: .linkNotFollowed
        case .blobNotRegular: .blobNotRegular
        case .blobUnreadable: .blobUnreadable
        case .blobChanged: .blobChanged
        case .blobSizeMismatch: .blobSizeMismatch
        case .blobDigestMismatch: .blobDigestMismatch
        case .blobNameInvalid: .blobNameInvalid
        case .blobUnreferenced: .blobUnreferenced
        case .layerAbsent: .layerAbsent
        case .mediaTypeMismatch: .mediaTypeMismatch
        case .streamTruncated: .streamTruncated
        case .streamCorrupt: .streamCorrupt
        case .streamTrailingBytes: .streamTrailingBytes
        case .streamDisputed: .streamDisputed
        case .compressionUnsupported: .compressionUnsupported
        case .windowTooLarge: .windowTooLarge
        case .expansionLimit: .expansionLimit
        case .diffIDMismatch: .diffIDMismatch
        case .dockerManifestInvalid: .dockerManifestInvalid
        case .dockerConfigNameMismatch: .dockerConfigNameMismatch
        case .dockerLayerUnclaimed: .dockerLayerUnclaimed
        case .dockerLayerSourceMismatch: .dockerLayerSourceMismatch
        case .dockerReferenceInvalid: .dockerReferenceInvalid
        case .dockerReferenceTwice: .dockerReferenceTwice
        case .dockerRepositoriesMismatch: .dockerRepositoriesMismatch
        case .dockerParentMissing: .dockerParentMissing
        case .viewsDisagree: .viewsDisagree
        case .viewEmpty: .viewEmpty
        case .ignoreRuleExpired: .ignoreRuleExpired
        case .ignoreRuleUnused: .ignoreRuleUnused
        case .baselineUnused: .baselineUnused
        case .claimUnchecked: .claimUnchecked
        case .fastPathDisagrees: .fastPathDisagrees
        case .interrupted: .interrupted
        }
    }
}
