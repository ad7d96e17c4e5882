// layerverify: a tree of files that an image lies in.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The files of one root: those of a folder, or the entries of an archive. A form of image reads both alike.
package protocol ImageTree: Sendable {
    /// Where the file at `path` lies. It need not be there: a folder is asked only when the file is opened.
    func locate(_ path: String) -> LocatedFile

    /// What lies at `path`, links followed within the root; nil if nothing does.
    func kind(of path: String) -> FileKind?

    /// The names in the folder at `path` with their kinds, sorted by bytes.
    ///
    /// Throws: nothing is there, or it could not be read; the text says which.
    func list(_ path: String) throws(TreeFailure) -> [(name: String, kind: FileKind)]

    /// Calls `body` with the names in the folder at `path`, sorted by bytes, as long as it returns true.
    ///
    /// Returns: false if the folder has more names than were looked at, though `body` was content.
    ///
    /// Throws: as `list` does.
    func forEachName(in path: String, _ body: (String) -> Bool) throws(TreeFailure) -> Bool

    /// The memory that the tree takes, in bytes: that of an archive's index.
    var byteCount: Int { get }

    /// What is wrong with the tree as a whole: an archive that is cut off or damaged.
    var findings: [Finding] { get }
}

extension ImageTree {
    package func forEachName(in path: String, _ body: (String) -> Bool) throws(TreeFailure) -> Bool {
        for entry in try list(path) { guard body(entry.name) else { break } }
        return true
    }

    package var byteCount: Int { 0 }
}

/// Why a folder could not be listed.
package enum TreeFailure: Error, Equatable, Sendable {
    case missing
    case unreadable(errno: Int32)
}

/// Where a file of a tree lies.
package enum LocatedFile: Equatable, Sendable {
    /// At one place, or at several: an archive may have several entries of one name.
    ///
    /// `isContradicted`: something else than a file goes by that name, too.
    case at(BlobLocation, alternatives: [BlobLocation], isContradicted: Bool = false)
    /// It is known already that it cannot be read.
    case nowhere(ReadEnding)
    /// The entry is of a kind that is not read here.
    case unsupported
}
