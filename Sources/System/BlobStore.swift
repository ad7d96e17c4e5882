// layerverify: the roots of a run, from which blobs are opened.
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
        /// A directory or an archive that is opened again for each blob, so that many of them need few descriptors.
        case closed(ClosedRoot)
        /// An archive that is read once, from its beginning to its end.
        case stream(any StreamedFiles)
        /// A single file, opened only when it is read.
        case file(GivenPath)
        /// A root that could not be opened.
        case nothing
    }

    /// The roots in the order of `RootIndex`.
    package var roots: [Root]

    package init(roots: [Root]) { self.roots = roots }

    /// Opens a blob.
    ///
    /// A path must belong to a directory, and a range to an archive. Other combinations, and bytes in memory, which are
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
                case .file(let path): return .opened(try PositionedFile(path))
                case .stream(let files): return files.open(at: offset, byteCount: byteCount)
                case .directory, .closed, .nothing: return .failed(.invalidArgument)
                }
            case .memory: return .failed(.invalidArgument)
            }
        } catch {
            return OpenedBlob(error)
        }
    }

    /// A root, which is opened if it was closed; `.nothing` if the index is invalid.
    ///
    /// Throws: the reason why it cannot be opened again.
    package func opened(_ root: RootIndex) throws(LookupFault) -> Root {
        guard roots.indices.contains(root) else { return .nothing }
        guard case .closed(let closed) = roots[root] else { return roots[root] }
        return try closed.open()
    }
}

/// The files of an archive that was read once.
package protocol StreamedFiles: Sendable {
    /// Opens the file whose content begins at an offset of the archive. Reading it throws `.illegalSeek` where its bytes were
    /// not kept.
    func open(at offset: UInt64, byteCount: UInt64) -> OpenedBlob
}

/// A directory or an archive that was examined and closed again.
package struct ClosedRoot: Sendable {
    private let path: String
    private let kind: FileKind
    private let identity: FileIdentity
    private let links: LinkPolicy
    private let outerLevelCount: Int

    /// Records the identity of `directory`, which was opened from `path`.
    ///
    /// Throws: the `Errno` of fstat.
    package init(_ directory: DirectoryRoot, at path: String) throws(Errno) {
        self.path = path
        kind = .directory
        links = directory.links
        outerLevelCount = directory.outerLevelCount
        identity = try directory.descriptor.status().identity
    }

    /// Records the identity of a file that was opened from `path`.
    package init(_ archive: PositionedFile, at path: String) {
        self.path = path
        kind = .regular
        links = .inside
        outerLevelCount = 0
        identity = archive.identity
    }

    /// Opens the root again.
    ///
    /// Throws: the reason why it cannot be opened; `.failed(.staleNFSFileHandle)` if the path now leads to another
    /// directory, or to another or a changed file.
    func open() throws(LookupFault) -> BlobStore.Root {
        guard kind == .directory else {
            let file = try PositionedFile(path: path)
            guard file.identity == identity else { throw .failed(.staleNFSFileHandle) }
            return .archive(file)
        }
        let (directory, now) = try LookupFault.translating { () throws(Errno) in
            let directory = try DirectoryRoot(path: path, links: links, outerLevelCount: outerLevelCount)
            return (directory, try directory.descriptor.status().identity)
        }
        // The content of a directory may change; only device and inode must be the same.
        guard now.device == identity.device, now.inode == identity.inode else { throw .failed(.staleNFSFileHandle) }
        return .directory(directory)
    }
}
