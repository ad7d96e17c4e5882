// layerverify: what a search has found.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage

extension ImageFinder {
    /// One image store, or a path that is none.
    package struct Found: Sendable {
        /// Which of the paths led here: its place in `paths`.
        package let pathIndex: Int
        let root: RootIndex
        package let record: RootRecord
        package let store: BlobStore.Root
        package let source: ImageSource?
        /// Why nothing was found at a path.
        package let finding: Finding?
        let watch: WalkWatch
        /// The tree of an archive, as long as no other archive was looked at.
        let latestTree: Locked<(any ImageTree)?>?
        /// A file that could not be read when the image store was recognised.
        let unread: UnreadMark?

        /// The files of the image store; nil of a path that is none.
        ///
        /// An archive is indexed anew unless it is the one that was found last: indexes of thousands of archives would
        /// not fit into memory. The caller lets go of one before it asks for the next.
        ///
        /// Throws: why the image store cannot be opened any more.
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
            case .closed, .file, .nothing: return nil
            }
        }

        /// The same; nil of an image store that cannot be opened any more, too.
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
    /// An image store was found and cannot be opened any more.
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
/// Immutable; as safe as the reader it reads through.
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

    /// Throws: `.canceled` once the run is interrupted; what the file throws.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard watch.permits() else { throw .canceled }
        return try base.read(into: buffer, at: offsetBytes)
    }
}
