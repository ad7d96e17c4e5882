// layerverify: what is not in a folder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
import SystemPackage

/// The names that folders had when they were listed, as hashes.
///
/// Memory: about 16 bytes for each name.
struct Listings {
    private var names: [Folder: Set<Int>] = [:]

    /// Where a folder lies, whatever path leads there.
    struct Folder: Hashable {
        let device: UInt64
        let inode: UInt64

        init(_ identity: FileIdentity) {
            device = identity.device
            inode = identity.inode
        }
    }

    /// So that an image with many folders in which something is missing has none of them listed again and again.
    private static let maximumFolderCount = 1024

    /// True if a folder had the name, false if it had not; nil if the folder was not listed.
    func has(_ name: some Collection<UInt8>, in folder: Folder) -> Bool? {
        names[folder]?.contains(Self.hash(name))
    }

    mutating func add(_ entries: [DirectoryEntry], of folder: Folder) {
        if names.count >= Self.maximumFolderCount { names.removeAll() }
        // What was there once and is gone has changed: nothing is taken back.
        var known = names.removeValue(forKey: folder) ?? []
        for entry in entries { known.insert(entry.rawName.map { Self.hash($0) } ?? Self.hash(entry.name.utf8)) }
        names[folder] = known
    }

    private static func hash(_ name: some Collection<UInt8>) -> Int {
        var hasher = Hasher()
        for byte in name { hasher.combine(byte) }
        return hasher.finalize()
    }
}

extension DirectoryRoot {
    /// What lies under a name in a folder; a link itself.
    ///
    /// Only what neither a lookup nor the listing of its folder finds is missing. In a folder that may be searched but not
    /// listed the lookup alone decides.
    ///
    /// Throws: `.missing`; `.changed` if the folder was seen to have the name; `.failed`.
    ///
    /// Complexity: a system call; for the first name that is missing in a folder, a listing of it.
    func kind(of name: String, in folder: OwnedDescriptor) throws(LookupFault) -> FileKind {
        let error: Errno
        do {
            return try folder.status(of: name).kind
        } catch let fault {
            error = fault
        }
        guard error == .noSuchFileOrDirectory, try isListed(name, in: folder) else { throw LookupFault(lookup: error) }
        throw .changed
    }

    /// In a folder with more names than these the lookup alone decides about those that are not among the first.
    private static let maximumListedCount = 400_000

    private func isListed(_ name: String, in folder: OwnedDescriptor) throws(LookupFault) -> Bool {
        let place = try Listings.Folder(LookupFault.opening { () throws(Errno) in try folder.status() }.identity)
        if let isKnown = listings.withLock({ $0.has(name.utf8, in: place) }) { return isKnown }
        let entries: [DirectoryEntry]
        do throws(Errno) {
            entries = try Self.entries(
                of: folder.open(".", flags: O_RDONLY | O_DIRECTORY), limit: Self.maximumListedCount)
        } catch .permissionDenied, .notPermitted {
            return false
        } catch {
            throw .failed(error)
        }
        return listings.withLock { listings in
            listings.add(entries, of: place)
            return listings.has(name.utf8, in: place) ?? false
        }
    }

    /// Notes what a folder was seen to have.
    func remember(_ entries: [DirectoryEntry], of folder: OwnedDescriptor) throws(LookupFault) {
        let place = try Listings.Folder(LookupFault.opening { () throws(Errno) in try folder.status() }.identity)
        listings.withLock { $0.add(entries, of: place) }
    }
}
