// layerverify: the tree of files that contains an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The files of one root: those of a folder, or the entries of an archive, behind one interface.
package protocol ImageTree: Sendable {
    /// The location of the file at `path`. The file need not exist: a folder is accessed only when the file is opened.
    func locate(_ path: String) -> LocatedFile

    /// The kind of file at `path`; links are followed within the root.
    func kind(of path: String) -> Lookup<FileKind>

    /// The names in the folder at `path` with their kinds, sorted by bytes; absent if there is no folder.
    ///
    /// If the index of an archive is incomplete, the archive may contain more.
    func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]>

    /// Calls `body` with the names in the folder at `path`, sorted by bytes, until it returns false.
    ///
    /// Returns: true if all names were passed, or `body` returned false; absent if there is no folder.
    func forEachName(in path: String, _ body: (String) -> Bool) -> Lookup<Bool>

    /// The facts of a file, if the tree has them: those of an archive that is read once are computed as it goes by.
    func facts(at location: BlobLocation) -> BlobFacts?

    /// Whether the tree has facts.
    var hasFacts: Bool { get }

    /// The memory of the tree in bytes: that of an archive's index.
    var byteCount: Int { get }

    /// The faults of the tree as a whole, such as a truncated or damaged archive.
    var findings: [Finding] { get }

    /// Those that count for each image of the tree.
    var findingsOfImages: [Finding] { get }
}

extension ImageTree {
    package func forEachName(in path: String, _ body: (String) -> Bool) -> Lookup<Bool> {
        switch list(path) {
        case .found(let entries):
            for entry in entries { guard body(entry.name) else { break } }
            return .found(true)
        case .absent: return .absent
        case .unreadable(let ending): return .unreadable(ending)
        }
    }

    package func facts(at location: BlobLocation) -> BlobFacts? { nil }

    package var hasFacts: Bool { false }

    package var byteCount: Int { 0 }

    package var findingsOfImages: [Finding] { [] }
}

/// The result of looking up something in a tree.
///
/// `unreadable` is never converted to `absent`: an absent file refutes an image, and a file that could not be read does
/// not.
package enum Lookup<Value> {
    case found(Value)
    /// It certainly does not exist.
    case absent
    /// Its existence or its kind could not be determined.
    case unreadable(ReadEnding)
}

extension Lookup: Sendable where Value: Sendable {}
extension Lookup: Equatable where Value: Equatable {}

/// The location of a file of a tree.
package enum LocatedFile: Equatable, Sendable {
    /// At one location, or at several: an archive may have several entries of one name.
    ///
    /// `isContradicted`: an entry that is not a file has the same name.
    case at(BlobLocation, alternatives: [BlobLocation], isContradicted: Bool = false)
    /// It is already known to be unreadable.
    case nowhere(ReadEnding)
    /// The entry is of a kind that is not supported.
    case unsupported
}
