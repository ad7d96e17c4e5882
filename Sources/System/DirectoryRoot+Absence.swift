// layerverify: how it is decided that a file is missing.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerModel
import SystemPackage

/// The names that folders had when they were listed, as hashes.
///
/// Memory: about 16 bytes per name.
struct Listings {
    private var names: [Folder: Set<Int>] = [:]

    /// Identifies a folder, independent of the path to it.
    struct Folder: Hashable {
        let device: UInt64
        let inode: UInt64

        init(_ identity: FileIdentity) {
            device = identity.device
            inode = identity.inode
        }
    }

    /// The number of folders whose names are kept, so that an image with missing files in many folders does not need
    /// unlimited memory.
    private static let maximumFolderCount = 1024

    /// True if a folder had the name, false if not; nil if the folder was not listed.
    func has(_ name: some Collection<UInt8>, in folder: Folder) -> Bool? {
        names[folder]?.contains(Self.hash(name))
    }

    mutating func add(_ entries: [DirectoryEntry], of folder: Folder) {
        if names.count >= Self.maximumFolderCount { names.removeAll() }
        // Names of earlier listings are kept: a file that existed once and is gone has changed.
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
    /// The kind of file that a name in a folder refers to; links are not followed.
    ///
    /// A file is missing only if neither a lookup nor the listing of its folder finds it. In a folder that may be
    /// searched but not listed the lookup alone decides.
    ///
    /// Throws: `.missing`; `.changed` if a listing of the folder has the name; `.failed`.
    ///
    /// Complexity: one system call; for the first missing name in a folder also a listing of the folder.
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

    /// The number of names in a listing. In a larger folder the lookup alone decides about the names that were not
    /// listed.
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

    /// Records the names that a folder was seen to have.
    func remember(_ entries: [DirectoryEntry], of folder: OwnedDescriptor) throws(LookupFault) {
        let place = try Listings.Folder(LookupFault.opening { () throws(Errno) in try folder.status() }.identity)
        listings.withLock { $0.add(entries, of: place) }
    }
}
