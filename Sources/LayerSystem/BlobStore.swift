// layerverify: the roots of a run, as a place to open blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Opens the blobs of all roots of a run.
package struct BlobStore: BlobOpener {
    /// An image store on disk.
    package enum Root: Sendable {
        case directory(DirectoryRoot)
        /// An archive, read in place.
        case archive(any BlobReader)
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
    /// A location must fit its root: a path belongs to a directory, a range to an archive. Bytes in memory are read with
    /// the metadata, and never opened.
    package func open(_ location: BlobLocation) -> OpenedBlob {
        switch location {
        case .file(let root, let path):
            guard case .directory(let directory) = roots[root] else {
                preconditionFailure("a path does not belong to an archive")
            }
            return directory.open(path)
        case .range(let root, let offset, let byteCount):
            let file: any BlobReader
            switch roots[root] {
            case .archive(let archive): file = archive
            case .file(let path):
                do {
                    return .opened(try PositionedFile(path: path))
                } catch {
                    return OpenedBlob(error)
                }
            case .directory, .nothing:
                preconditionFailure("a range does not belong to a directory")
            }
            let range = FileRange(of: file, offsetBytes: offset, byteCount: byteCount)
            return range.isCutOff ? .cutOff(range) : .opened(range)
        case .memory:
            preconditionFailure("bytes in memory are not opened")
        }
    }
}
