// layerverify: the kinds of faults in the contents of layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension LayerFault {
    /// What is at fault, by its consequence. `docs/policy.md` has the reasons.
    ///
    /// Where a kind says "other", it is `LayerFault.other`.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        // The archive

        /// The stream does not begin with a tar header. Other: its first bytes, at most 16.
        case notATar
        /// The stream ends within a header or within the content of an entry. Other: which part.
        case tarCut
        /// A header does not parse as Go's archive/tar, which all runtimes use, demands. Other: what does not parse.
        case headerInvalid
        /// A pax header or a GNU long name does not parse, or is too long. Other: what does not parse.
        case extendedHeaderInvalid
        /// The map of a sparse file does not match its content. Other: what does not match.
        case sparseMapInvalid
        /// The map of a sparse file has more than 1 MiB.
        case sparseMapTooLong
        /// One block of zeros is followed by other bytes: neither an entry nor the end of the archive.
        case zeroBlockAmongEntries
        /// Bytes that are not zero follow the end of the archive. `headerOffset` is where they begin.
        case bytesAfterEnd
        /// Entries follow the end of the archive. No runtime reads them, but some tools do. `path` is the first one's name.
        case entriesAfterEnd
        /// The index of an eStargz layer follows the end of the archive. Snapshotters that read it do so from the compressed bytes.
        case indexAfterEnd
        /// The stream ends right after the content of the last entry, without the padding that fills its block. `umoci
        /// insert` writes such layers.
        case paddingMissing
        /// The two blocks of zeros that end an archive are missing, or one of them.
        case endBlocksMissing
        /// The stream has no bytes at all.
        case emptyStream
        /// The archive ends with an extended header that no entry follows.
        case extendedHeaderWithoutEntry
        /// A global header sets more than a comment, or its own name makes some runtimes create a directory. Other: which of both.
        case globalHeader
        /// A global header that sets a comment only, as git archive writes it.
        case globalComment
        /// A global header with the name of a whiteout or an opaque marker. containerd obeys it, or fails.
        case globalWhiteout

        // One entry

        /// The type of an entry is one that no runtime unpacks. Other: the type flag, one byte.
        case typeUnsupported
        /// A component of the name has more than 255 bytes, or the path more than 4095.
        case nameTooLong
        /// The path has more than 3840 bytes: whether it fits depends on the folder in which the runtime keeps layers.
        case nameNearLimit
        /// The name leads out of the root by `..`.
        case pathOutsideRoot
        /// `..` in a name that stays within the root.
        case parentComponent
        /// A symbolic link has an empty target, or one of more than 4095 bytes.
        case linkTargetRefused
        /// An entry for the root itself that is not a directory.
        case entryOverRoot
        /// As `entryOverRoot`, with a name for which runtimes delete the whole root first.
        case rootReplaced
        /// The entry of the root has other attributes than mode 0755 or 0555 and owner 0:0, or an extended attribute. Other:
        /// mode and owner, or the name of the attribute.
        case rootAttributes
        /// A whiteout without the name of what it deletes: `.wh.`, `.wh..`, `.wh...`.
        case whiteoutWithoutName
        /// A whiteout or an opaque marker that is not an empty regular file.
        case whiteoutNotEmptyFile
        /// An entry below a directory whose name begins with `.wh.`.
        case whiteoutDirectoryUsed
        /// A file or directory of aufs, whose name begins with `.wh..wh.`; it is ignored.
        case whiteoutMetadata
        /// A file with content that Docker does not find again when it saves the image: its name is absolute and leads above the
        /// root, or is one of aufs. Other: which of both.
        case notFoundAgain
        /// A character device 0/0, which is a whiteout of overlay mounts.
        case overlayDevice
        /// An attribute `trusted.overlay.*`, which changes what overlay mounts show. Other: its name.
        case overlayAttribute
        /// An attribute `user.overlay.*`, which changes what overlay mounts without privileges show. Other: its name.
        case userOverlayAttribute
        /// An attribute whose name, or the size of whose value, Linux refuses. Other: its name.
        case attributeRefused
        /// A capability or an access control list that is malformed. Other: the name of the attribute.
        case attributeMalformed
        /// An attribute that files of its type cannot have. Other: its name.
        case attributeMisplaced
        /// An attribute with more bytes than ext4 stores. Other: its name.
        case attributeTooLong
        /// An attribute outside of Linux's namespaces, such as `com.apple.*`; Docker refuses it. Other: its name.
        case attributeNamespace
        /// An attribute `trusted.*`, which containerd leaves out. Other: its name.
        case attributeDropped
        /// The number of an owner is less than 0, 2^32 - 1 or more. Other: both numbers.
        case ownerOutOfRange
        /// The time is before 1970 or after 2262. Other: the seconds since 1970.
        case timeOutOfRange
        /// The number of a device does not fit: Linux has 12 and 20 bits. Other: both numbers.
        case deviceNumberCut
        /// A file with holes, which are not written out. Docker cannot save the image again.
        case sparseFile
        /// A link, device, directory or FIFO with a size, and without data. Other: the size.
        case sizeWithoutData
        /// A GNU long name and a pax record name two paths. GNU's is used.
        case namesDiffer
        /// Two extended headers of one kind before one entry: the first is ignored.
        case extendedHeaderIgnored
        /// A keyword twice in one pax header: the last one is used.
        case paxRecordTwice
        /// The magic of the header is unknown. It is read as a V7 header.
        case unknownMagic
        /// A number is blank. It is read as 0.
        case blankNumber
        /// The name of a regular file ends in a slash.
        case nameEndsInSlash
        /// The name is not UTF-8.
        case nameNotUTF8
        /// The name has control characters.
        case nameHasControls
        /// The target of a symbolic link has more than 1023 bytes, which XFS does not store.
        case linkTargetLong

        // The entries of the layer in their order

        /// A path has two entries, or an entry and a global header, or two global headers. `otherOffset` is the header of the first.
        case pathTwice
        /// A hard link to what does not come earlier in the layer. Other: the target.
        case hardLinkTargetMissing
        /// A hard link to a directory. Other: the target.
        case hardLinkToDirectory
        /// A hard link to a symbolic link to a file, with a slash at the end of the target. Other: the target.
        case hardLinkThroughLink
        /// An entry, or a global header, below what is not a directory in the same layer. Other: the path of that.
        case parentNotDirectory
        /// An entry below a symbolic link of the same layer that loops, or leads to nothing in the layer. `..` does not lead out
        /// of the root. Other: the link.
        case parentLinkBroken
        /// An entry below a symbolic link to a directory of the same layer. Other: the path of the link.
        case parentLinkFollowed
        /// A file or a link replaces a directory that has earlier entries. These are lost.
        case entriesReplaced
        /// A whiteout after what it names, in one layer. `otherOffset` is the header of that.
        case whiteoutAfterEntry
        /// A whiteout in a directory that is opaque anyway.
        case whiteoutInOpaque
        /// There were too many entries, or links of too many steps, to compare the paths.
        case pathLimit

        // The layers below

        /// A directory without an entry before those in it replaces a symbolic link of a lower layer. Other: the target of
        /// that.
        case lowerLinkReplaced
        /// As `lowerLinkReplaced`; the layer has nothing in the directory but whiteouts or an opaque marker.
        case whiteoutBelowLink
        /// As `lowerLinkReplaced`; the link below leads into a loop, or through more links than containerd follows.
        case lowerLinkLoop
        /// A directory without an entry before those in it replaces a file or a device of a lower layer.
        case lowerFileReplaced
        /// A directory without an entry is merged with a lower one that does not have mode 0755 and owner 0:0.
        case parentAttributesLost
        /// An opaque marker at the root.
        case opaqueRoot
        /// A whiteout of a lower directory, then the directory again.
        case whiteoutReplaced
        /// A whiteout in a directory that no lower layer has.
        case whiteoutWithoutParent
        /// A whiteout of what no lower layer has.
        case whiteoutOfNothing
        /// The layers of the image store have too many paths to keep those of this one.
        case stackLimit
    }
}
