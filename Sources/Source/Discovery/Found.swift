// layerverify: the results of a search.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage
import Tar

extension ImageFinder {
    /// One image store, or a path without one.
    package struct Found: Sendable {
        /// The index in `paths` of the given path.
        package let pathIndex: Int
        let root: RootIndex
        package let record: RootRecord
        package let store: BlobStore.Root
        package let source: ImageSource?
        /// The reason for which there is no image store; nil if there is one.
        package let finding: Finding?
        let watch: WalkWatch
        /// The tree of an archive, until another archive is read.
        let latestTree: Locked<(any ImageTree)?>?
        /// A file that could not be read when the form was recognised.
        let unread: UnreadMark?

        /// The files of the image store; nil for a path without one.
        ///
        /// An archive is indexed again unless it was the last one found: the indexes of thousands of archives would not
        /// fit into memory. The caller must release one tree before it asks for the next.
        ///
        /// Throws: the reason for which the image store can no longer be opened.
        package func openTree() throws(LookupFault) -> (any ImageTree)? {
            guard let tree = try openWholeTree() else { return nil }
            return unread.map { PartlyReadTree(tree: tree, unreadPath: $0.path, ending: $0.ending) } ?? tree
        }

        private func openWholeTree() throws(LookupFault) -> (any ImageTree)? {
            if let tree = latestTree?.withLock({ $0.take() }) { return tree }
            switch try BlobStore(roots: [store]).opened(0) {
            case .directory(let directory): return DirectoryTree(directory, root: root)
            case .archive(let archive):
                return TarTree(TarIndex.read(InterruptibleReader(archive, watch)), root: root)
            case .stream(let stream): return try (stream as? StreamRoot)?.tree(root: root)
            case .closed, .file, .nothing: return nil
            }
        }

        /// The same; also nil for an image store that can no longer be opened.
        package var tree: (any ImageTree)? {
            do throws(LookupFault) {
                return try openTree()
            } catch {
                return nil
            }
        }
    }
}

extension Finding {
    /// An image store was found and can no longer be opened.
    package static func cannotOpenAgain(_ fault: LookupFault) -> Finding {
        let message =
            switch fault {
            case .failed(let errno): ErrorText.describe(errno.rawValue)
            case .missing, .outsideImage, .linkNotFollowed, .wrongKind, .changed: "the image is not there any more"
            }
        return Finding(.pathUnreadable, message, at: Place(""))
    }
}

/// Reads a file until the run is interrupted.
///
/// ## Concurrency
/// Immutable; as safe as the reader that it wraps.
final class InterruptibleReader: BlobReader {
    private let base: any BlobReader
    private let watch: WalkWatch

    init(_ base: any BlobReader, _ watch: WalkWatch) {
        self.base = base
        self.watch = watch
    }

    var byteCount: UInt64 { base.byteCount }
    var identity: FileIdentity { base.identity }

    func currentIdentity() throws(Errno) -> FileIdentity { try base.currentIdentity() }

    /// Throws: `.canceled` after the run is interrupted; errors of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard watch.permits() else { throw .canceled }
        return try unsafe base.read(into: buffer, at: offsetBytes)
    }
}
