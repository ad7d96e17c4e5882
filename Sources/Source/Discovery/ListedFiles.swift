// layerverify: the files that documents in folders list.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// The files that documents of images in folders list. They are parts of an image, and not images of their own.
struct ListedFiles {
    /// The hashes of their paths.
    private var hashes: Set<Int> = []

    func contains(_ path: String) -> Bool { !hashes.isEmpty && hashes.contains(path.hashValue) }

    /// Adds the files of an image in a folder.
    ///
    /// Returns: a finding if they are unknown. A layer could then be mistaken for an image, so the folder is not searched.
    mutating func note(_ files: FormFiles, _ folder: DirectoryRoot, as tree: any ImageTree, path: String) -> Finding? {
        switch files.listed?(folder, tree) {
        case nil: return nil
        case .unknown(let finding): return finding
        case .names(let names):
            let top = path.hasSuffix("/") ? path : path + "/"
            for name in names {
                guard hashes.count < FormFiles.maximumListedCount else {
                    return Finding(
                        .documentTooLarge,
                        "the images list more than \(FormFiles.maximumListedCount) files; the folder was not searched for other images",
                        at: Place(""))
                }
                hashes.insert((top + ArchivePath.normalized(name)).hashValue)
            }
            return nil
        }
    }
}

extension OpenedBlob {
    /// The first bytes of a file in the listing; empty if it is not a regular file.
    func prefix(byteCount: Int) -> Result<[UInt8], ReadFault> {
        switch self {
        case .opened(let file), .cutOff(let file):
            Result { () throws(ReadFault) in try file.bytes(at: 0, upTo: byteCount) }
        case .outsideImage, .linkNotFollowed, .notRegularFile: .success([])
        case .missing, .changed: .failure(.changed)
        case .failed(let errno): .failure(.failed(errno))
        }
    }
}
