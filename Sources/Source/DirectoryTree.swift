// layerverify: a folder as a tree.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem

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

    package func kind(of path: String) -> Lookup<FileKind> { Lookup(directory.kind(of: path)) { $0 } }

    package func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]> {
        Lookup(directory.list(path)) { entries in entries.map { ($0.name, $0.kind) } }
    }

    /// At most as many names are read as a walk may take steps.
    package func forEachName(in path: String, _ body: (String) -> Bool) -> Lookup<Bool> {
        let limit = RootBudget.Limits().stepCount
        return Lookup(directory.list(path, limit: limit)) { entries in
            for entry in entries.prefix(limit) { guard body(entry.name) else { return true } }
            return entries.count <= limit
        }
    }
}

extension Lookup {
    /// A path that leads out of the root, or to another kind of file than requested, is absent in this tree.
    fileprivate init<Found>(_ result: Result<Found, LookupFault>, _ value: (Found) -> Value) {
        switch result {
        case .success(let found): self = .found(value(found))
        case .failure(.missing), .failure(.outsideImage), .failure(.wrongKind): self = .absent
        case .failure(let fault): self = .unreadable(ReadEnding(fault))
        }
    }
}
