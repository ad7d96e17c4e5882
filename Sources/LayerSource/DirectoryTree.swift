// layerverify: a folder as a tree.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage

/// The files below a folder.
package struct DirectoryTree: ImageTree {
    private let root: RootIndex
    private let directory: DirectoryRoot

    package init(_ directory: DirectoryRoot, root: RootIndex) {
        self.directory = directory
        self.root = root
    }

    package var findings: [Finding] { [] }

    package func locate(_ path: String) -> LocatedFile {
        .at(.file(root: root, path: path), alternatives: [])
    }

    package func kind(of path: String) -> FileKind? { directory.kind(of: path) }

    package func list(_ path: String) throws(TreeFailure) -> [(name: String, kind: FileKind)] {
        try entries(path, limit: .max - 1).map { ($0.name, $0.kind) }
    }

    /// As many names are looked at as a walk may take steps.
    package func forEachName(in path: String, _ body: (String) -> Bool) throws(TreeFailure) -> Bool {
        let limit = RootBudget.Limits().stepCount
        let entries = try entries(path, limit: limit)
        for entry in entries.prefix(limit) { guard body(entry.name) else { return true } }
        return entries.count <= limit
    }

    private func entries(_ path: String, limit: Int) throws(TreeFailure) -> [DirectoryEntry] {
        switch directory.list(path, limit: limit) {
        case .success(let entries): return entries
        case .failure(.missing), .failure(.outsideImage), .failure(.wrongKind): throw .missing
        case .failure(.failed(let errno)): throw .unreadable(errno: errno.rawValue)
        }
    }
}
