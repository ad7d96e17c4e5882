// layerverify: the roots that a search keeps open.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerSystem

/// What a search keeps open, or in memory, of the image stores that it finds. The others are opened again.
struct KeptRoots {
    private var openCount = 0
    /// The memory in bytes of the archives that were read in one pass and can be read again.
    private var streamByteCount = 0
    /// The last of these archives that was read again.
    let latestStream = StreamRoot.Latest(nil)
    /// The tree of the last archive found, whose index may take 20 MiB.
    private var latestTree: Locked<(any ImageTree)?>?

    /// The number of roots that are kept open, each with the folders in it that were used.
    private static let maximumOpenCount = 8
    /// The memory in bytes of all archives that can be read again.
    private static let maximumStreamByteCount = 32 << 20

    /// Whether one more root may be kept open.
    mutating func takeOpenRoot() -> Bool {
        openCount += 1
        return openCount <= Self.maximumOpenCount
    }

    /// Keeps the tree of the image store that was found last, and releases the one before.
    mutating func keep(_ tree: (any ImageTree)?) -> Locked<(any ImageTree)?> {
        releaseTree()
        let latest = Locked(tree)
        latestTree = latest
        return latest
    }

    func releaseTree() { latestTree?.withLock { $0 = nil } }

    /// Keeps an archive that was read in one pass, unless it can be read again and those before take too much memory.
    mutating func keep(_ stream: StreamRoot, byteCount: Int) {
        guard stream.canReread else { return }
        streamByteCount += byteCount
        if streamByteCount > Self.maximumStreamByteCount { stream.release() }
    }
}
