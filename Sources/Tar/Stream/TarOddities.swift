// layerverify: what is unusual in the headers of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What is unusual in the headers of one entry. All of it is accepted by Go's archive/tar, so by container runtimes.
package struct TarOddities: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A magic that is not known. The header is read as v7.
    package static let unknownMagic = TarOddities(rawValue: 1 << 0)
    /// A field of blanks for mode, owner, size or time. It counts as 0; GNU tar warns.
    package static let blankNumber = TarOddities(rawValue: 1 << 1)
    /// A size for one of the types 1 to 6. No content follows.
    package static let sizeWithoutData = TarOddities(rawValue: 1 << 2)
    /// A GNU long name and a pax record give different names, or targets. GNU's wins; in GNU tar the record wins.
    package static let namesDiffer = TarOddities(rawValue: 1 << 3)
    /// Two extended headers of one kind, or a global header between an extended header and its entry. The first is
    /// forgotten with all that it says.
    package static let forgottenExtendedHeader = TarOddities(rawValue: 1 << 4)
    /// A global header comes before the entry that sets something other than a comment. It has no effect; in GNU tar it has.
    package static let globalHeaderBefore = TarOddities(rawValue: 1 << 5)
    /// A global header comes before the entry that sets at most a comment, as those of git archive.
    package static let globalComment = TarOddities(rawValue: 1 << 6)
    /// The name of a global header before the entry is in a folder. Some runtimes make the folder.
    package static let globalHeaderInFolder = TarOddities(rawValue: 1 << 7)
    /// A pax header has two records of one keyword. The last one wins.
    package static let repeatedPaxRecord = TarOddities(rawValue: 1 << 8)
    /// A pax record has no value: it takes back what was said before. Go keeps what the header says.
    package static let emptyPaxRecord = TarOddities(rawValue: 1 << 9)
    /// A GNU long name that is empty. The header's name is used.
    package static let emptyLongName = TarOddities(rawValue: 1 << 10)
    /// The checksum sums signed bytes, as in old versions of Sun's tar.
    package static let signedChecksum = TarOddities(rawValue: 1 << 11)
    /// A GNU header has a name's prefix where its times are, as old versions of Go wrote it. Only Go reads it.
    package static let prefixInGNUHeader = TarOddities(rawValue: 1 << 12)
    /// The records say that the file is sparse, in a version that is not known. It is read as it is stored.
    package static let unknownSparseVersion = TarOddities(rawValue: 1 << 13)
    /// Extended headers are at the end, with no entry after them. They have no effect; Python and bsdtar refuse.
    package static let extendedHeaderWithoutEntry = TarOddities(rawValue: 1 << 14)
}
