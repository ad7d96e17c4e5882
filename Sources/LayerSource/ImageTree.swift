// layerverify: a tree of files that an image lies in.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The files of one root: those of a folder, or the entries of an archive. A form of image reads both alike.
package protocol ImageTree: Sendable {
    /// Where the file at `path` lies. It need not be there: a folder is asked only when the file is opened.
    func locate(_ path: String) -> LocatedFile

    /// What lies at `path`, links followed within the root.
    func kind(of path: String) -> Lookup<FileKind>

    /// The names in the folder at `path` with their kinds, sorted by bytes; absent if no folder is there.
    ///
    /// An archive whose index does not reach its end has more, perhaps.
    func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]>

    /// Calls `body` with the names in the folder at `path`, sorted by bytes, as long as it returns true.
    ///
    /// Returns: whether all names were looked at, or `body` wanted no more; absent if no folder is there.
    func forEachName(in path: String, _ body: (String) -> Bool) -> Lookup<Bool>

    /// The memory that the tree takes, in bytes: that of an archive's index.
    var byteCount: Int { get }

    /// What is wrong with the tree as a whole: an archive that is cut off or damaged.
    var findings: [Finding] { get }
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

    package var byteCount: Int { 0 }
}

/// What is known of something in a tree.
///
/// There is no way from `unreadable` to `absent`: what follows from something that is not there refutes an image, and what
/// follows from something that could not be read does not.
package enum Lookup<Value> {
    case found(Value)
    /// It is certain that there is no such thing.
    case absent
    /// Whether it is there, or what, could not be found out.
    case unreadable(ReadEnding)
}

extension Lookup: Sendable where Value: Sendable {}
extension Lookup: Equatable where Value: Equatable {}

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
