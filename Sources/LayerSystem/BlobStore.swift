// layerverify: the roots of a run, as a place to open blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

/// Opens the blobs of all roots of a run.
package struct BlobStore: BlobOpener {
    /// An image store on disk.
    package enum Root: Sendable {
        case directory(DirectoryRoot)
        /// An archive, read in place.
        case archive(any BlobReader)
        /// A directory or an archive that is opened anew for each blob, so that many of them need few descriptors.
        case closed(ClosedRoot)
        /// A file by itself, opened only when it is read.
        case file(String)
        /// Nothing that could be opened.
        case nothing
    }

    /// In the order of `RootIndex`.
    package var roots: [Root]

    package init(roots: [Root]) { self.roots = roots }

    /// Opens a blob.
    ///
    /// A path belongs to a directory, a range to an archive. What does not fit its root, and bytes in memory, which are
    /// read with the metadata, cannot be opened: `.failed(.invalidArgument)`.
    package func open(_ location: BlobLocation) -> OpenedBlob {
        do throws(LookupFault) {
            switch location {
            case .file(let root, let path):
                guard case .directory(let directory) = try opened(root) else { return .failed(.invalidArgument) }
                return directory.open(path)
            case .range(let root, let offset, let byteCount):
                switch try opened(root) {
                case .archive(let archive):
                    let range = FileRange(of: archive, offsetBytes: offset, byteCount: byteCount)
                    return range.isCutOff ? .cutOff(range) : .opened(range)
                case .file(let path): return .opened(try PositionedFile(path: path))
                case .directory, .closed, .nothing: return .failed(.invalidArgument)
                }
            case .memory: return .failed(.invalidArgument)
            }
        } catch {
            return OpenedBlob(error)
        }
    }

    /// A root, opened if it was closed; `.nothing` for one that is not there.
    ///
    /// Throws: why it cannot be opened again.
    package func opened(_ root: RootIndex) throws(LookupFault) -> Root {
        guard roots.indices.contains(root) else { return .nothing }
        guard case .closed(let closed) = roots[root] else { return roots[root] }
        return try closed.open()
    }
}

/// A directory or an archive that was looked at and closed again.
package struct ClosedRoot: Sendable {
    private let path: String
    private let kind: FileKind
    private let identity: FileIdentity
    private let links: LinkPolicy

    /// Remembers what lies at `path` now, as `directory` has it.
    ///
    /// Throws: the `Errno` of fstat.
    package init(_ directory: DirectoryRoot, at path: String) throws(Errno) {
        self.path = path
        kind = .directory
        links = directory.links
        identity = try directory.descriptor.status().identity
    }

    /// Remembers the file at `path`.
    package init(_ archive: PositionedFile, at path: String) {
        self.path = path
        kind = .regular
        links = .inside
        identity = archive.identity
    }

    /// Opens it again.
    ///
    /// Throws: why it cannot be; `.failed(.staleNFSFileHandle)` if another directory, or another or a changed file, is
    /// there now.
    func open() throws(LookupFault) -> BlobStore.Root {
        guard kind == .directory else {
            let file = try PositionedFile(path: path)
            guard file.identity == identity else { throw .failed(.staleNFSFileHandle) }
            return .archive(file)
        }
        let (directory, now) = try LookupFault.translating { () throws(Errno) in
            let directory = try DirectoryRoot(path: path, links: links)
            return (directory, try directory.descriptor.status().identity)
        }
        // Files may come and go in a directory: it is still the same one.
        guard now.device == identity.device, now.inode == identity.inode else { throw .failed(.staleNFSFileHandle) }
        return .directory(directory)
    }
}
