// layerverify: image stores in archives that are read in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// An archive that was read in one pass, as a root of a run.
///
/// What is known of a compressed file may be released and computed again; what came through a pipe is kept.
///
/// ## Concurrency
/// `archive` and `Latest` have locks.
final class StreamRoot: StreamedFiles, Sendable {
    /// Reads the archive again.
    typealias Reread = @Sendable () throws(LookupFault) -> StreamedArchive

    /// The last archive that was read again: only one of them is in memory.
    typealias Latest = Locked<StreamRoot?>

    private let archive: Locked<StreamedArchive?>
    private let reread: Reread?
    private let latest: Latest

    /// - Parameter reread: nil if the archive cannot be read again.
    init(_ archive: StreamedArchive, latest: Latest, reread: Reread?) {
        self.archive = Locked(archive)
        self.latest = latest
        self.reread = reread
    }

    var canReread: Bool { reread != nil }

    /// Releases the archive. It must be possible to read it again.
    func release() { archive.withLock { $0 = nil } }

    func open(at offset: UInt64, byteCount: UInt64) -> OpenedBlob {
        archive.withLock { $0 }?.open(at: offset, byteCount: byteCount) ?? .failed(.illegalSeek)
    }

    /// The archive, read again if it was released.
    ///
    /// Throws: the reason why it cannot be read again.
    func tree(root: RootIndex) throws(LookupFault) -> StreamTree {
        if let known = archive.withLock({ $0 }) { return StreamTree(known, root: root) }
        guard let reread else { throw .failed(.illegalSeek) }
        let previous = latest.withLock { latest in
            defer { latest = self }
            return latest
        }
        if previous !== self { previous?.release() }
        let again = try reread()
        archive.withLock { $0 = again }
        return StreamTree(again, root: root)
    }
}
