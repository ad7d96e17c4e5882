// layerverify: the rules for what is in a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension LayerFault {
    /// A row of the table in `docs/policy.md`, which is generated from these.
    ///
    /// Texts are Markdown without blocks: words, and `code` in backquotes.
    package struct Rule: Sendable {
        /// The code of its findings. Its severity is that of the kind; a test compares them.
        package let code: FindingCode
        /// What is found, as a phrase that begins in upper case.
        package let fault: String
        /// What runtimes do, or another reason for the outcome; also the hint of its findings, without backquotes.
        package let reason: String
    }
}

extension LayerFault.Kind {
    private typealias Rule = LayerFault.Rule

    /// The rule of a kind. What runtimes do was tried with Docker 20 to 28, containerd 1.6 to 2.1, containers/storage (the
    /// library of podman and CRI-O), and umoci.
    package var rule: LayerFault.Rule {
        switch self {
        // The archive
        case .notATar:
            Rule(
                code: .layerNotTar, fault: "The layer does not begin with a tar header",
                reason: "no runtime unpacks it: `invalid tar header`, or `unexpected EOF` below 512 bytes")
        case .tarCut:
            Rule(
                code: .layerTarTruncated, fault: "The tar ends within a header or within the content of an entry",
                reason: "the tar was cut before it was compressed: no runtime unpacks it (`unexpected EOF`)")
        case .headerInvalid:
            Rule(
                code: .layerTarInvalid, fault: "A header does not parse",
                reason:
                    "no runtime unpacks it: all read tar with Go's archive/tar, which wants each field to parse, used or not"
            )
        case .extendedHeaderInvalid:
            Rule(
                code: .layerTarInvalid,
                fault: "A pax header or a long name of GNU does not parse, or has more than 1 MiB",
                reason: "no runtime unpacks it: Go's archive/tar refuses it; other readers may read on in silence")
        case .sparseMapInvalid:
            Rule(
                code: .layerTarInvalid, fault: "The map of a sparse file does not hold",
                reason: "no runtime unpacks it: Go's archive/tar refuses the map")
        case .sparseMapTooLong:
            Rule(
                code: .layerTarInvalid, fault: "The map of a sparse file has more than 1 MiB",
                reason: "Go's archive/tar refuses it since 1.24.8; runtimes that are built with an older one read it")
        case .zeroBlockAmongEntries:
            Rule(
                code: .layerTarInvalid, fault: "One block of zeros is followed by something else than a second one",
                reason: "no runtime unpacks it; GNU tar, bsdtar and Python end there in silence")
        case .bytesAfterEnd:
            Rule(
                code: .layerTrailingBytes, fault: "Bytes other than zeros behind the end of the tar",
                reason: "no runtime looks at them: they are hidden content")
        case .entriesAfterEnd:
            Rule(
                code: .layerTrailingBytes, fault: "Entries behind the end of the tar",
                reason: "no runtime sees them; `tar --ignore-zeros` and some scanners do")
        case .indexAfterEnd:
            Rule(
                code: .layerTarUnusual, fault: "The table of contents of eStargz behind the end of the tar",
                reason: "no runtime sees it but those that read eStargz")
        case .paddingMissing:
            Rule(
                code: .layerTarUnusual, fault: "The padding behind the last content is missing",
                reason: "all runtimes load it (`umoci insert` writes such layers); GNU tar, bsdtar and Python refuse it"
            )
        case .endBlocksMissing:
            Rule(
                code: .layerTarUnusual, fault: "The two blocks of zeros at the end, or one of them, are missing",
                reason: "all readers accept it")
        case .emptyStream:
            Rule(
                code: .layerTarUnusual, fault: "The layer has no bytes",
                reason: "all runtimes take it for an empty layer; `docker save` has written such")
        case .extendedHeaderWithoutEntry:
            Rule(
                code: .layerReadersDiffer, fault: "An extended header without an entry behind it",
                reason: "runtimes ignore it; Python and bsdtar refuse it")
        case .globalHeader:
            Rule(
                code: .layerReadersDiffer,
                fault: "A global pax header that sets more than a comment, or is in a folder",
                reason:
                    "runtimes ignore what it sets, umoci refuses it, GNU tar and Python obey it; some runtimes make the folder of its own name"
            )
        case .globalComment:
            Rule(
                code: .layerTarUnusual, fault: "A global pax header with a comment, as `git archive` writes it",
                reason: "ignored by all; umoci refuses type g")
        case .globalWhiteout:
            Rule(
                code: .layerWhiteoutInvalid, fault: "A global pax header that is named as a whiteout",
                reason: "containerd hides the lower file, or fails if nothing is named; Docker and podman ignore it")
        case .unknownMagic:
            Rule(
                code: .layerTarUnusual, fault: "The magic of a header is unknown",
                reason: "all read the header as one of V7")
        case .blankNumber:
            Rule(
                code: .layerTarUnusual, fault: "A number is blank",
                reason: "it is 0 for all runtimes; GNU tar complains")
        case .paxRecordTwice:
            Rule(
                code: .layerTarUnusual, fault: "A key occurs twice in one pax header",
                reason: "the last record wins in all readers")
        case .extendedHeaderIgnored:
            Rule(
                code: .layerReadersDiffer, fault: "Two extended headers of one kind before one entry",
                reason: "runtimes forget the first one whole; others join both")
        case .namesDiffer:
            Rule(
                code: .layerReadersDiffer, fault: "GNU's long name and the path of pax differ",
                reason: "GNU's wins in runtimes, Python and bsdtar; the one of pax in GNU tar")
        case .sizeWithoutData:
            Rule(
                code: .layerNotSavedAgain, fault: "A link, a device, a folder or a FIFO with a size and without data",
                reason: "all load it; Docker's graph drivers cannot save it again")
        // One entry
        case .typeUnsupported:
            Rule(
                code: .layerEntryUnsupported, fault: "A type other than `0` to `6` and the extended headers",
                reason: "every runtime refuses it (`unhandled tar header type`); tar programs extract or skip it")
        case .nameTooLong:
            Rule(
                code: .layerNameInvalid, fault: "A component of more than 255 bytes, or a path of more than 4095",
                reason: "Linux refuses it, and so does every runtime")
        case .nameNearLimit:
            Rule(
                code: .layerResultDiffers, fault: "A path of more than 3840 bytes",
                reason: "whether it fits depends on the folder in which the runtime keeps layers")
        case .pathOutsideRoot:
            Rule(
                code: .layerPathOutside, fault: "A name that leads above the root with `..`",
                reason:
                    "Docker 28 refuses it (`invalid entry name`), others hold it back at the root; a plain tar program may write outside"
            )
        case .parentComponent:
            Rule(
                code: .layerTarUnusual, fault: "`..` in a name that stays inside the root",
                reason: "all runtimes come to the same path")
        case .linkTargetRefused:
            Rule(
                code: .layerNameInvalid, fault: "A symbolic link with an empty target, or one of more than 4095 bytes",
                reason: "Linux refuses it, and so does every runtime")
        case .entryOverRoot:
            Rule(
                code: .layerResultDiffers, fault: "An entry for the root that is not a folder",
                reason: "some runtimes swallow it, others refuse it")
        case .rootReplaced:
            Rule(
                code: .layerPathOutside, fault: "An entry that replaces the root",
                reason: "runtimes remove the root first, or refuse it")
        case .rootAttributes:
            Rule(
                code: .layerResultDiffers,
                fault: "The root has another mode than 0755 and 0555, another owner than 0:0, or an extended attribute",
                reason:
                    "taken where one tree is changed layer by layer (vfs, umoci); ignored on overlay and by containerd")
        case .whiteoutWithoutName:
            Rule(
                code: .layerWhiteoutInvalid, fault: "A whiteout without a name: `.wh.`, `.wh..`, `.wh...`",
                reason: "most runtimes refuse it, some delete the folder that it is in")
        case .whiteoutNotEmptyFile:
            Rule(
                code: .layerWhiteoutUnusual, fault: "A whiteout that is not an empty regular file",
                reason: "it counts as a whiteout for all; Docker's graph drivers cannot save it again")
        case .whiteoutDirectoryUsed:
            Rule(
                code: .layerResultDiffers, fault: "An entry below a folder whose name begins with `.wh.`",
                reason: "kept by overlay drivers, containerd and umoci, and dropped by others")
        case .whiteoutMetadata:
            Rule(
                code: .layerTarUnusual, fault: "A file or folder of aufs, `.wh..wh.` and a name",
                reason: "ignored by all")
        case .notFoundAgain:
            Rule(
                code: .layerNotSavedAgain,
                fault:
                    "A file with content whose name is one of aufs, or is absolute and leads above the root with `..`",
                reason: "all load it; Docker's graph drivers cannot save it again")
        case .overlayDevice:
            Rule(
                code: .layerResultDiffers, fault: "A character device 0/0",
                reason: "overlay takes it for a whiteout, so it hides a lower file there; elsewhere it is a device")
        case .overlayAttribute:
            Rule(
                code: .layerAttributeInvalid, fault: "An attribute `trusted.overlay.`",
                reason:
                    "Docker and podman set it, and so hide lower files; containerd drops it: the content of the image differs"
            )
        case .userOverlayAttribute:
            Rule(
                code: .layerResultDiffers, fault: "An attribute `user.overlay.`",
                reason: "it changes overlay mounts of users without privileges, and no others")
        case .attributeRefused:
            Rule(
                code: .layerAttributeInvalid,
                fault: "An attribute without a name, with one of more than 255 bytes, or with more than 64 KiB",
                reason: "Linux refuses it, so every runtime fails to set it")
        case .attributeMalformed:
            Rule(
                code: .layerAttributeInvalid,
                fault: "An attribute `security.capability` or `system.posix_acl_` whose value is malformed",
                reason: "Linux refuses the value (`invalid argument`), so every runtime fails to set it")
        case .attributeMisplaced:
            Rule(
                code: .layerAttributeInvalid,
                fault:
                    "An attribute that a file of its type cannot have: `user.` on a link or a device, an access control list on a link, a default one on a file",
                reason: "Linux refuses it, and containerd fails; Docker and podman leave out `user.` there")
        case .attributeTooLong:
            Rule(
                code: .layerAttributeInvalid, fault: "An attribute of 4045 bytes to 64 KiB",
                reason: "ext4 does not store it, so every runtime fails there; XFS and Btrfs do")
        case .attributeNamespace:
            Rule(
                code: .layerAttributeInvalid, fault: "An attribute outside of Linux' namespaces, such as `com.apple.`",
                reason: "Docker fails on it from 26 on; others ignore it")
        case .attributeDropped:
            Rule(
                code: .layerTarUnusual, fault: "An attribute `trusted.`", reason: "containerd leaves it out")
        case .ownerOutOfRange:
            Rule(
                code: .layerValueChanged, fault: "An owner below 0, or of 2^32 - 1 or more",
                reason: "Linux keeps 32 bits of it: 2^32 becomes 0, which is root")
        case .timeOutOfRange:
            Rule(
                code: .layerValueChanged, fault: "A time before 1970 or after 2262",
                reason: "Docker, containerd and podman set it to 0; umoci keeps or wraps it")
        case .deviceNumberCut:
            Rule(
                code: .layerValueChanged, fault: "A device number beyond 12 and 20 bits", reason: "Linux cuts it")
        case .sparseFile:
            Rule(
                code: .layerNotSavedAgain, fault: "A sparse file in pax form",
                reason: "all runtimes expand it; Docker's graph drivers cannot save it again")
        case .nameEndsInSlash:
            Rule(
                code: .layerTarUnusual, fault: "A regular file whose name ends in a slash",
                reason: "a file for all runtimes")
        case .nameNotUTF8:
            Rule(code: .layerTarUnusual, fault: "A name that is not UTF-8", reason: "all keep its bytes")
        case .nameHasControls:
            Rule(
                code: .layerTarUnusual, fault: "A name with control characters",
                reason: "all keep them; terminals may obey them")
        case .linkTargetLong:
            Rule(
                code: .layerTarUnusual, fault: "A symbolic link with a target of more than 1023 bytes",
                reason: "XFS does not store it")
        // The entries of the layer, and the layers below
        case .pathTwice:
            Rule(
                code: .layerPathDuplicate,
                fault:
                    "A path with two entries in one layer, however they are spelled; global headers count as entries",
                reason:
                    "a MUST NOT of layer.md; Docker and podman refuse it (`duplicates of file paths not supported`), in containerd the last one wins"
            )
        case .hardLinkTargetMissing:
            Rule(
                code: .layerHardLinkBroken, fault: "A hard link to what does not come earlier in the same layer",
                reason: "a layer is unpacked by itself, so the target does not exist then: every overlay driver fails")
        case .hardLinkToDirectory:
            Rule(
                code: .layerHardLinkBroken, fault: "A hard link to a folder",
                reason: "Linux refuses it, and so does every runtime")
        case .hardLinkThroughLink:
            Rule(
                code: .layerResultDiffers,
                fault: "A hard link to a symbolic link to a file, written with a slash at the end",
                reason: "Docker and podman link to the symbolic link, containerd to the file")
        case .parentNotDirectory:
            Rule(
                code: .layerPathBlocked, fault: "An entry below a file of the same layer",
                reason: "every runtime fails (`not a directory`), except for umoci 0.6, which replaces the file")
        case .parentLinkBroken:
            Rule(
                code: .layerPathBlocked,
                fault:
                    "An entry below a symbolic link of the same layer that leads to nothing in the layer, or through more than 40 links",
                reason: "Docker and podman fail; containerd and umoci make the target inside the root")
        case .parentLinkFollowed:
            Rule(
                code: .layerLinkFollowed, fault: "An entry below a symbolic link to a folder of the same layer",
                reason: "all runtimes write through the link; a reader of the list alone sees another tree")
        case .entriesReplaced:
            Rule(
                code: .layerReadersDiffer, fault: "A file or a link replaces a folder in which earlier entries are",
                reason: "runtimes remove these entries; a reader of the list alone sees them")
        case .whiteoutAfterEntry:
            Rule(
                code: .layerWhiteoutInvalid, fault: "A whiteout behind what it names, in one layer",
                reason:
                    "overlay drivers fail (`file exists`), in-place drivers delete the file; layer.md wants it kept, which only umoci does"
            )
        case .whiteoutInOpaque:
            Rule(
                code: .layerTarUnusual, fault: "A whiteout in a folder that is opaque anyway",
                reason: "the same files in all runtimes")
        case .pathLimit:
            Rule(
                code: .layerContentsUnchecked,
                fault:
                    "More paths than are kept in memory, or more than 16384 folders and 8 for each entry without entries",
                reason: "what was not compared is not verified")
        case .lowerLinkReplaced:
            Rule(
                code: .layerResultDiffers,
                fault:
                    "A folder without an entry, or with one behind its content, over a symbolic link of a lower layer",
                reason: "on overlay a new folder hides the link and what it leads to; in place the link is followed")
        case .whiteoutBelowLink:
            Rule(
                code: .layerResultDiffers,
                fault:
                    "A folder that has only whiteouts, and no entry before them, over a symbolic link of a lower layer",
                reason:
                    "on overlay nothing is deleted where the link leads, and a new folder hides the link; in place the link is followed: name what is to be deleted by its path without links"
            )
        case .lowerLinkLoop:
            Rule(
                code: .layerPathBlocked,
                fault: "The same, and the link leads into a loop or through more than 255 links",
                reason: "containerd and in-place drivers fail; Docker and podman make a new folder")
        case .lowerFileReplaced:
            Rule(
                code: .layerResultDiffers,
                fault:
                    "A folder without an entry, or with one behind its content, over a file of a lower layer, or over a link to nothing",
                reason: "on overlay a new folder hides it; in-place drivers fail")
        case .parentAttributesLost:
            Rule(
                code: .layerResultDiffers,
                fault: "A folder without an entry over one that has another mode than 0755 or another owner than 0:0",
                reason:
                    "Docker and podman open it to mode 0755 of root; containerd and in-place drivers keep what it had")
        case .opaqueRoot:
            Rule(
                code: .layerResultDiffers, fault: "An opaque marker at the root",
                reason: "in-place drivers and umoci empty the tree; overlay ignores it, so the lower files stay")
        case .whiteoutReplaced:
            Rule(
                code: .layerResultDiffers, fault: "A whiteout of a folder, and then the folder again",
                reason: "on overlay the lower files show through; in place the folder begins empty, as layer.md says")
        case .whiteoutWithoutParent:
            Rule(
                code: .layerResultDiffers, fault: "A whiteout in a folder that no lower layer has",
                reason: "all but umoci make the folder; overlay then lists a name that cannot be opened")
        case .whiteoutOfNothing:
            Rule(
                code: .layerTarUnusual, fault: "A whiteout of what no lower layer has", reason: "it hides nothing")
        case .stackLimit:
            Rule(
                code: .layerContentsUnchecked,
                fault: "The paths of the layers of one image store take more than 256 MiB",
                reason: "what was not compared is not verified")
        }
    }
}
