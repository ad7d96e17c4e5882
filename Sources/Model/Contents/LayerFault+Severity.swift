// layerverify: what each kind of fault means for an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension LayerFault.Kind {
    /// What the fault means for the image.
    package var severity: LayerFault.Severity {
        switch self {
        case .notATar, .tarCut, .headerInvalid, .extendedHeaderInvalid, .sparseMapInvalid, .zeroBlockAmongEntries,
            .typeUnsupported, .nameTooLong, .pathOutsideRoot, .linkTargetRefused, .rootReplaced, .whiteoutWithoutName,
            .overlayAttribute, .attributeRefused, .attributeNamespace, .pathTwice, .hardLinkTargetMissing,
            .hardLinkToDirectory, .parentNotDirectory, .parentLinkBroken, .whiteoutAfterEntry, .lowerLinkLoop,
            .globalWhiteout, .sparseMapTooLong, .attributeMalformed, .attributeMisplaced, .attributeTooLong:
            .refute
        case .bytesAfterEnd, .entriesAfterEnd, .extendedHeaderWithoutEntry, .globalHeader,
            .nameNearLimit,
            .entryOverRoot, .rootAttributes, .whiteoutNotEmptyFile, .whiteoutDirectoryUsed, .overlayDevice,
            .userOverlayAttribute, .ownerOutOfRange, .timeOutOfRange, .deviceNumberCut, .sparseFile, .sizeWithoutData,
            .namesDiffer, .extendedHeaderIgnored, .parentLinkFollowed, .entriesReplaced, .lowerLinkReplaced,
            .lowerFileReplaced, .parentAttributesLost, .opaqueRoot, .whiteoutReplaced, .whiteoutWithoutParent,
            .notFoundAgain, .hardLinkThroughLink, .whiteoutBelowLink:
            .warning
        case .paddingMissing, .endBlocksMissing, .indexAfterEnd, .emptyStream, .globalComment, .parentComponent,
            .whiteoutMetadata,
            .attributeDropped,
            .paxRecordTwice, .unknownMagic, .blankNumber, .nameEndsInSlash, .nameNotUTF8, .nameHasControls,
            .linkTargetLong, .whiteoutInOpaque, .whiteoutOfNothing:
            .note
        case .pathLimit, .stackLimit: .undetermined
        }
    }

    /// What must be known to see the fault.
    package var scope: LayerFault.Scope {
        switch self {
        case .notATar, .tarCut, .headerInvalid, .extendedHeaderInvalid, .sparseMapInvalid, .sparseMapTooLong,
            .zeroBlockAmongEntries,
            .bytesAfterEnd, .entriesAfterEnd, .indexAfterEnd, .paddingMissing, .endBlocksMissing,
            .emptyStream,
            .extendedHeaderWithoutEntry, .globalHeader, .globalComment, .unknownMagic, .blankNumber, .paxRecordTwice,
            .extendedHeaderIgnored, .namesDiffer, .sizeWithoutData:
            .archive
        case .typeUnsupported, .nameTooLong, .nameNearLimit, .pathOutsideRoot, .parentComponent, .linkTargetRefused,
            .entryOverRoot, .rootReplaced, .rootAttributes, .whiteoutWithoutName, .whiteoutNotEmptyFile,
            .whiteoutDirectoryUsed, .whiteoutMetadata, .overlayDevice, .overlayAttribute, .userOverlayAttribute,
            .attributeRefused, .attributeNamespace, .attributeDropped, .ownerOutOfRange, .timeOutOfRange,
            .deviceNumberCut, .sparseFile, .nameEndsInSlash, .nameNotUTF8, .nameHasControls, .linkTargetLong,
            .globalWhiteout, .notFoundAgain, .attributeMalformed, .attributeMisplaced, .attributeTooLong:
            .entry
        case .pathTwice, .hardLinkTargetMissing, .hardLinkToDirectory, .hardLinkThroughLink, .parentNotDirectory,
            .parentLinkBroken,
            .parentLinkFollowed, .entriesReplaced, .whiteoutAfterEntry, .whiteoutInOpaque, .pathLimit:
            .layer
        case .lowerLinkReplaced, .lowerLinkLoop, .lowerFileReplaced, .parentAttributesLost, .opaqueRoot,
            .whiteoutReplaced, .whiteoutWithoutParent, .whiteoutOfNothing, .whiteoutBelowLink, .stackLimit:
            .stack
        }
    }
}
