// layerverify: a directory that paths cannot leave.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import LayerModel
package import SystemPackage

/// A directory whose files are opened by names that an image chose.
///
/// Symbolic links are followed as `LinkPolicy` says, by default inside the directory and `outerLevelCount` folders above it,
/// even while they are changed:
/// each folder on the way is opened by itself, without following, and the next name is looked up in that very
/// folder. Only regular files are opened, so that no FIFO blocks and no device is touched.
///
/// Paths are relative, with `/` between components; empty components and `.` are ignored, and the empty path is the
/// directory itself. A path or link that climbs above the directory, and a link with an absolute target, lead outside.
///
/// ## Concurrency
/// `descriptor` never changes. `folders` and `listings` have their own locks; no system call is made under them.
package final class DirectoryRoot: Sendable {
    let descriptor: OwnedDescriptor
    let links: LinkPolicy
    /// The folders above this one that still are below the path that the user gave: links that stay there are inside.
    let outerLevelCount: Int

    /// The folders in which files were opened, by path, with links not resolved. An image has few of them:
    /// `blobs/sha256`.
    ///
    /// The keys are bytes because strings that are equal in Swift, such as `é` in its two encodings, are different file
    /// names on Linux.
    private let folders = Locked<[[UInt8]: OwnedDescriptor]>([:])

    /// The names that folders were seen to have.
    let listings = Locked(Listings())

    /// The number of folders that are kept open: enough for all folders of a layout, or for the layers of an extracted
    /// docker-save archive that are read at a time, and far below the usual limit of 1024 descriptors.
    private static let maximumFolderCount = 64

    /// Opens a directory that the user named. Links in the path are followed.
    ///
    /// Throws: the `Errno` of open; `.notDirectory` if the path leads to something other than a directory.
    package convenience init(path: String, links: LinkPolicy = .inside, outerLevelCount: Int = 0) throws(Errno) {
        try self.init(GivenPath(path.isEmpty ? "." : path), links: links, outerLevelCount: outerLevelCount)
    }

    /// Opens a directory that the user named, by a path that need not be UTF-8.
    ///
    /// Throws: like `init(path:links:outerLevelCount:)`.
    package init(_ path: GivenPath, links: LinkPolicy = .inside, outerLevelCount: Int = 0) throws(Errno) {
        self.links = links
        self.outerLevelCount = outerLevelCount
        // O_PATH: names that are known can be opened in a folder that may be searched but not listed.
        descriptor = try path.open(flags: pathOnly | O_DIRECTORY)
    }

    init(_ descriptor: OwnedDescriptor, links: LinkPolicy, outerLevelCount: Int = 0) {
        self.descriptor = descriptor
        self.links = links
        self.outerLevelCount = outerLevelCount
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

    /// Opens a regular file, like `open`.
    ///
    /// Throws: the reason why there is no file to read; `.wrongKind` if it is not a regular file.
    package func openFile(_ path: String) throws(LookupFault) -> PositionedFile {
        if let found = try lookUpInKnownFolder(path) { return try PositionedFile(found) }
        return try PositionedFile(walk(to: path))
    }

    /// The kind of the file at a path, with links followed. A link that leads to itself is a link.
    ///
    /// Returns: the kind; `.missing` if there is no file; `.failed` or `.changed` if the kind cannot be determined.
    package func kind(of path: String) -> Result<FileKind, LookupFault> {
        do {
            return .success(try walk(to: path).kind)
        } catch {
            switch error {
            case .outsideImage, .failed(.tooManySymbolicLinkLevels): return .success(.symbolicLink)
            case .missing, .wrongKind, .failed, .changed, .linkNotFollowed: return .failure(error)
            }
        }
    }

    /// Opens a directory below this one as a separate root, which paths cannot leave, not even to this directory.
    ///
    /// Throws: the reason why it cannot be opened; `.wrongKind` if it is not a directory.
    package func directory(_ path: String) throws(LookupFault) -> DirectoryRoot {
        DirectoryRoot(try openFolder(walk(to: path), flags: pathOnly), links: links)
    }

    /// Looks a file up in its folder, if that folder is or can be kept open.
    ///
    /// Returns: nil if the path has no folder or the name is a link; the whole path must be walked then.
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
            // The parent is a file, so nothing can be below it.
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
            // It hardly matters which folders are dropped: the folders of an image are visited one after another.
            let forgotten = folders.count < Self.maximumFolderCount ? nil : folders
            if forgotten != nil { folders.removeAll() }
            folders[Array(path.utf8)] = folder
            return forgotten
        }
        // The descriptors are closed here and not under the lock.
        withExtendedLifetime(forgotten) {}
    }

    /// Opens a folder that a walk found.
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
    /// The path leads to a file of another kind.
    case wrongKind(FileKind)
    case failed(Errno)
    /// A file was found at the path, and a moment later it was gone or replaced.
    case changed

    /// The fault for a failed lookup of a component, which distinguishes a missing file from an unknown state.
    init(lookup error: Errno) {
        switch error {
        case .noSuchFileOrDirectory, .notDirectory, .fileNameTooLong: self = .missing
        default: self = .failed(error)
        }
    }

    /// Runs system calls that look up a path.
    static func translating<Value>(_ body: () throws(Errno) -> Value) throws(LookupFault) -> Value {
        do {
            return try body()
        } catch {
            throw LookupFault(lookup: error)
        }
    }

    /// Runs system calls on a file that was already found: a failed lookup means that it has changed, not that it is
    /// missing.
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
    /// The ending of reading for a failed lookup.
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
    /// The result of opening a blob for a failed lookup.
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
