// layerverify: the entries of a folder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import LayerModel
import SystemPackage

/// An entry of a folder.
package struct DirectoryEntry: Hashable, Sendable {
    /// The name, one path component. A name that is not UTF-8 has U+FFFD in it and cannot be opened by this text; see
    /// `rawName`.
    package var name: String
    /// The bytes of a name that is not UTF-8; nil otherwise.
    package var rawName: [UInt8]?
    /// The kind of the entry itself; links are not followed.
    package var kind: FileKind

    package init(name: String, kind: FileKind, rawName: [UInt8]? = nil) {
        self.name = name
        self.kind = kind
        self.rawName = rawName
    }
}

extension DirectoryRoot {
    /// The entries of a folder without `.` and `..`, sorted by the bytes of their names.
    ///
    /// - Parameter limit: if there are more entries than this, the first `limit + 1` in the order of the system are
    ///   listed.
    ///
    /// Returns: the entries, or why they could not be listed; `.wrongKind` if the path does not lead to a folder.
    ///
    /// Complexity: O(n log n), and about 100 bytes per entry.
    package func list(_ path: String, limit: Int = .max - 1) -> Result<[DirectoryEntry], LookupFault> {
        Result { () throws(LookupFault) in
            let folder = try openFolder(walk(to: path), flags: O_RDONLY)
            let entries = try LookupFault.opening { () throws(Errno) in try Self.entries(of: folder, limit: limit) }
            // An incomplete list shows which names exist, but not which are missing.
            try remember(entries, of: folder)
            return entries
        }
    }

    /// Opens a directory directly below this one as a separate root; its name may have any bytes.
    ///
    /// Throws: the reason why it cannot be opened; `.wrongKind` if the entry is not a directory any more.
    package func directory(_ entry: DirectoryEntry) throws(LookupFault) -> DirectoryRoot {
        let folder =
            if let rawName = entry.rawName {
                try openRaw(rawName, flags: pathOnly | O_DIRECTORY | O_NOFOLLOW)
            } else {
                try openFolder(walk(to: entry.name), flags: pathOnly)
            }
        return DirectoryRoot(folder, links: links, outerLevelCount: outerLevelCount + 1)
    }

    /// Opens a regular file directly in this directory; its name may have any bytes.
    ///
    /// Throws: the reason why it cannot be opened; `.wrongKind` if the entry is not a regular file any more.
    package func openFile(_ entry: DirectoryEntry) throws(LookupFault) -> PositionedFile {
        guard let rawName = entry.rawName else { return try openFile(entry.name) }
        return try PositionedFile(openRaw(rawName, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY))
    }

    private func openRaw(_ name: [UInt8], flags: Int32) throws(LookupFault) -> OwnedDescriptor {
        try LookupFault.opening { () throws(Errno) in try descriptor.open(rawComponent: name, flags: flags) }
    }

    static func entries(of folder: OwnedDescriptor, limit: Int = .max - 1) throws(Errno) -> [DirectoryEntry] {
        // fdopendir takes ownership of its descriptor, so it gets a duplicate.
        let duplicate = try DescriptorReserve.sparing { fcntl(folder.rawValue, F_DUPFD_CLOEXEC, 0) }
        guard let stream = fdopendir(duplicate) else {
            let error = Errno(rawValue: errno)
            close(duplicate)
            throw error
        }
        defer { closedir(stream) }
        var entries: [DirectoryEntry] = []
        while entries.count <= limit {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw Errno(rawValue: errno) }
                break
            }
            // SAFETY: the entry lives until the next readdir, and its name ends with NUL within the record. The name is
            // read in place, because the record may be shorter than its type.
            let (name, rawName) = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 1) { characters in
                    let text = String(cString: characters)
                    let isText = String(validatingCString: characters) != nil
                    let bytes = UnsafeBufferPointer(start: characters, count: strlen(characters))
                    return (text, isText ? nil : bytes.map { UInt8(bitPattern: $0) })
                }
            }
            guard name != ".", name != ".." else { continue }
            let kind =
                switch Int(entry.pointee.d_type) {
                case Int(DT_REG): FileKind.regular
                case Int(DT_DIR): FileKind.directory
                case Int(DT_LNK): FileKind.symbolicLink
                case Int(DT_FIFO): FileKind.fifo
                case Int(DT_SOCK): FileKind.socket
                case Int(DT_CHR): FileKind.characterDevice
                case Int(DT_BLK): FileKind.blockDevice
                default: try kind(ofUntyped: name, in: folder)
                }
            guard let kind else { continue }
            entries.append(DirectoryEntry(name: name, kind: kind, rawName: rawName))
        }
        entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return entries
    }

    /// The kind of an entry whose file system does not report it in the listing; nil if the entry no longer exists.
    private static func kind(ofUntyped name: String, in folder: OwnedDescriptor) throws(Errno) -> FileKind? {
        do {
            return try folder.status(of: name).kind
        } catch .noSuchFileOrDirectory {
            // A name that is not UTF-8 cannot be looked up by its text, but it is an entry.
            return name.unicodeScalars.contains("\u{fffd}") ? .other : nil
        } catch {
            throw error
        }
    }
}
