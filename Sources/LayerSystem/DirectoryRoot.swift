// layerverify: a directory that nothing leads out of.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import LayerModel
package import SystemPackage

/// A directory whose files are opened by names that an image chose.
///
/// Symbolic links are followed inside the directory and not out of it (unless `LinkPolicy` says otherwise), even while somebody
/// changes them: each folder on the way is opened by itself, without following, and what comes next is looked up in that very
/// folder. Only regular files are opened, so that no FIFO blocks and no device is touched.
///
/// Paths are relative, with `/` between components; empty components and `.` mean nothing, and the empty path is the
/// directory itself. A path or link that climbs above the directory, and a link with an absolute target, lead outside.
///
/// ## Concurrency
/// `descriptor` never changes. `folders` and `listings` have their locks; no system call runs under them.
package final class DirectoryRoot: Sendable {
    let descriptor: OwnedDescriptor
    let links: LinkPolicy

    /// The folders that files were opened in, by path without links resolved. An image has few: `blobs/sha256`.
    ///
    /// By the bytes of the path: two strings that are equal to Swift, `é` written in two ways, are two files to Linux.
    private let folders = Locked<[[UInt8]: OwnedDescriptor]>([:])

    /// The names that folders were seen to have.
    let listings = Locked(Listings())

    /// Enough for all folders of a layout, or for the layers of an extracted docker-save archive at a time, and far from
    /// the usual limit of 1 024 descriptors.
    private static let maximumFolderCount = 64

    /// Opens a directory that the user named; links on the way to it are followed.
    ///
    /// Throws: the `Errno` of open; `.notDirectory` if something else lies there.
    package init(path: String, links: LinkPolicy = .inside) throws(Errno) {
        self.links = links
        // O_PATH: names that are known can be opened in a folder that may be searched but not listed.
        descriptor = try OwnedDescriptor.open(path.isEmpty ? "." : path, flags: pathOnly | O_DIRECTORY)
    }

    init(_ descriptor: OwnedDescriptor, links: LinkPolicy) {
        self.descriptor = descriptor
        self.links = links
    }

    /// Opens a regular file.
    ///
    /// Names that no file can have, because they contain NUL or are too long, are missing.
    package func open(_ path: String) -> OpenedBlob {
        do {
            return .opened(try openFile(path))
        } catch {
            return OpenedBlob(error)
        }
    }

    /// The same as `open`, with the file's type.
    ///
    /// Throws: why there is no file to read; `.wrongKind` if it is no regular file.
    package func openFile(_ path: String) throws(LookupFault) -> PositionedFile {
        if let found = try lookUpInKnownFolder(path) { return try PositionedFile(found) }
        return try PositionedFile(walk(to: path))
    }

    /// What lies at a path, links followed. A link that is not followed, or leads to itself, is a link.
    ///
    /// Returns: the kind; `.missing` if nothing is there; `.failed` or `.changed` if the system does not tell.
    package func kind(of path: String) -> Result<FileKind, LookupFault> {
        do {
            return .success(try walk(to: path).kind)
        } catch {
            switch error {
            case .outsideImage, .linkNotFollowed, .failed(.tooManySymbolicLinkLevels): return .success(.symbolicLink)
            case .missing, .wrongKind, .failed, .changed: return .failure(error)
            }
        }
    }

    /// A directory below this one as a root of its own: nothing leads out of it then, not even to here.
    ///
    /// Throws: why there is none; `.wrongKind` if something else lies there.
    package func directory(_ path: String) throws(LookupFault) -> DirectoryRoot {
        DirectoryRoot(try openFolder(walk(to: path), flags: pathOnly), links: links)
    }

    /// Looks a file up in its folder, if that was opened before.
    ///
    /// Returns: nil if the folder is not known and cannot be, or the name is a link: then the whole way has to be walked.
    private func lookUpInKnownFolder(_ path: String) throws(LookupFault) -> FoundFile? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = String(path[path.utf8.index(after: slash)...])
        guard !name.isEmpty, name != ".", name != ".." else { return nil }
        let folderPath = String(path[..<slash])
        let folder: OwnedDescriptor
        if let known = folders.withLock({ $0[Array(folderPath.utf8)] }) {
            folder = known
        } else {
            let found = try walk(to: folderPath)
            // Nothing lies below a file.
            guard found.kind == .directory else { throw .missing }
            folder = try openFolder(found, flags: pathOnly)
            remember(folder, at: folderPath)
        }
        let kind = try kind(of: name, in: folder)
        guard kind != .symbolicLink else { return nil }
        return FoundFile(folder: folder, name: name, kind: kind)
    }

    private func remember(_ folder: OwnedDescriptor, at path: String) {
        let forgotten = folders.withLock { folders in
            // Which ones go hardly matters: the folders of an image are visited one after another.
            let forgotten = folders.count < Self.maximumFolderCount ? nil : folders
            if forgotten != nil { folders.removeAll() }
            folders[Array(path.utf8)] = folder
            return forgotten
        }
        // Their descriptors are closed here and not under the lock.
        withExtendedLifetime(forgotten) {}
    }

    /// Opens what a walk has found, if it is a directory.
    func openFolder(_ found: FoundFile, flags: Int32) throws(LookupFault) -> OwnedDescriptor {
        guard found.kind == .directory else { throw .wrongKind(found.kind) }
        return try LookupFault.opening { () throws(Errno) in
            try found.folder.open(found.name, flags: flags | O_DIRECTORY | O_NOFOLLOW)
        }
    }
}

/// Why there is nothing to read at a path.
package enum LookupFault: Error, Hashable, Sendable {
    case missing
    /// The path itself leads out of the root.
    case outsideImage
    /// The way leads through a symbolic link that is not followed; with what the link holds.
    case linkNotFollowed(target: String)
    /// Something else lies there than what was asked for.
    case wrongKind(FileKind)
    case failed(Errno)
    /// Something was seen there, and a moment later it was gone, or something else.
    case changed

    /// A failure to look a component up: of what is not there, and of what is not known.
    init(lookup error: Errno) {
        switch error {
        case .noSuchFileOrDirectory, .notDirectory, .fileNameTooLong: self = .missing
        default: self = .failed(error)
        }
    }

    /// Does system calls that look something up.
    static func translating<Value>(_ body: () throws(Errno) -> Value) throws(LookupFault) -> Value {
        do {
            return try body()
        } catch {
            throw LookupFault(lookup: error)
        }
    }

    /// Does system calls about something that was seen to be there: it is never missing.
    static func opening<Value>(_ body: () throws(Errno) -> Value) throws(LookupFault) -> Value {
        do {
            return try body()
        } catch {
            switch error {
            case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels: throw .changed
            default: throw .failed(error)
            }
        }
    }
}

extension ReadEnding {
    /// Why nothing was read of what was looked up.
    package init(_ fault: LookupFault) {
        switch fault {
        case .missing: self = .missing
        case .outsideImage: self = .outsideImage
        case .linkNotFollowed(let target): self = .linkNotFollowed(target: target)
        case .wrongKind(let kind): self = .notRegularFile(kind)
        case .failed(let error): self = .unreadable(errno: error.rawValue, atByte: 0)
        case .changed: self = .changed
        }
    }
}

extension OpenedBlob {
    /// What came of opening a blob that cannot be read.
    package init(_ fault: LookupFault) {
        switch fault {
        case .missing: self = .missing
        case .outsideImage: self = .outsideImage
        case .linkNotFollowed(let target): self = .linkNotFollowed(target: target)
        case .wrongKind(let kind): self = .notRegularFile(kind)
        case .failed(let error): self = .failed(error)
        case .changed: self = .changed
        }
    }
}
