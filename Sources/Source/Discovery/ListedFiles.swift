// layerverify: the files that an extracted docker-save archive lists.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import StrictJSON

/// The files that the `manifest.json` of extracted archives list. They are layers, and not images of their own.
struct ListedFiles {
    /// The hashes of their paths.
    private var hashes: Set<Int> = []

    /// The number of files that are kept.
    private static let maximumCount = 200_000

    func contains(_ path: String) -> Bool { !hashes.isEmpty && hashes.contains(path.hashValue) }

    /// Adds the files that the `manifest.json` of an extracted archive lists. The walk reports faults of the document.
    ///
    /// Returns: a finding if the files are unknown. A layer could then be mistaken for an image, so the folder is not
    /// searched.
    mutating func note(_ folder: DirectoryRoot, as tree: any ImageTree, path: String) -> Finding? {
        let name = "manifest.json"
        let consequence = "the folder was not searched for other images, since its layers are not known"
        switch tree.kind(of: name) {
        case .absent, .found(.symbolicLink), .found(.directory): return nil
        case .unreadable(let ending): return .unread(ending, name, consequence)
        case .found: break
        }
        switch folder.open(name).prefix(byteCount: JSONDocument.maximumByteCount + 1) {
        case .failure(let fault): return .unread(ReadEnding(fault, atByte: 0), name, consequence)
        case .success(let bytes):
            guard !note(bytes, path: path) else { return nil }
            return Finding(.documentTooLarge, "\(name) is too large; \(consequence)", at: Place(name))
        }
    }

    /// Returns: false if the document is too large.
    private mutating func note(_ bytes: [UInt8], path: String) -> Bool {
        do throws(JSONFault) {
            guard let images = try JSONDocument(parsing: bytes, keys: KnownMembers.comparison).root.array else {
                return true
            }
            let folder = path.hasSuffix("/") ? path : path + "/"
            for image in images {
                let layers = image.member(ignoringCase: "Layers")?.array.map { Array($0) } ?? []
                for file in layers + [image.member(ignoringCase: "Config")].compactMap({ $0 }) {
                    guard hashes.count < Self.maximumCount else { return false }
                    guard let name = file.string else { continue }
                    hashes.insert((folder + ArchivePath.normalized(name)).hashValue)
                }
            }
            return true
        } catch {
            return error.code != .tooLarge
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
