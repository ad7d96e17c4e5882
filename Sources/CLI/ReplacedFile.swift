// layerverify: a regular file that is replaced when its new content is complete.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc
internal import LayerSystem

/// A file that is written as a draft, and replaced when the draft is complete.
///
/// If the file system supports it, the draft has no name (O_TMPFILE), so that no signal leaves it behind, not even
/// SIGKILL. It gets a name at the end: its own if no file has it, otherwise a short one until it replaces the existing
/// file. On other file systems it has a short name in the same folder from the beginning, and every signal that can be
/// caught removes it.
///
/// The new file has the mode of the old one, and its owner and group where permitted. If the group cannot be kept, the
/// new group gets the permissions of others at most. Access control lists and further hard links stay with the old
/// file.
///
/// ## Concurrency
/// Used by the main thread only.
final class ReplacedFile {
    /// The path with symbolic links resolved; the links are kept.
    private let target: String
    private let replaced: stat?
    private var draft: String?
    private var isNameless = false

    /// Returns nil if the path leads to something that is not a regular file.
    init?(_ path: String) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else { return nil }
        replaced = isThere ? status : nil
        guard isThere, let resolved = realpath(path, nil) else {
            target = Self.behindLinks(path)
            return
        }
        defer { free(resolved) }
        target = String(cString: resolved)
    }

    /// The target of the last symbolic link of a path whose target does not exist yet.
    static func behindLinks(_ path: String) -> String {
        var place = path
        // The number of links that the system follows.
        for _ in 0..<40 {
            var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(place, &buffer, buffer.count)
            guard count > 0 else { return place }
            let link = String(decoding: buffer.prefix(count), as: UTF8.self)
            place = link.hasPrefix("/") ? link : String(place[..<Self.endOfFolder(place)]) + link
        }
        return path
    }

    private static func endOfFolder(_ path: String) -> String.Index {
        path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    }

    private var folder: Substring {
        target[..<Self.endOfFolder(target)]
    }

    /// The folder of the file, as a path for system calls.
    private var folderPath: String { folder.isEmpty ? "." : String(folder) }

    /// Creates the draft.
    ///
    /// Returns: its descriptor; a negative number if it cannot be created, with the reason in errno.
    func open() -> Int32 {
        var descriptor = Glibc.open(folderPath, lv_o_tmpfile() | O_WRONLY | O_CLOEXEC, 0o666)
        isNameless = descriptor >= 0
        if isNameless, access(Self.link(to: descriptor), F_OK) != 0 {
            // Without /proc the draft could not be given a name.
            close(descriptor)
            isNameless = false
        }
        if !isNameless {
            descriptor = named { Glibc.open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666) }
        }
        if descriptor >= 0, let replaced { Self.take(descriptor, after: replaced) }
        return descriptor
    }

    /// Synchronizes the draft and moves it to its final name.
    ///
    /// Returns: false if that fails, with the reason in errno. The old file is kept then, unless only synchronizing the
    /// folder failed.
    func commit(_ descriptor: Int32) -> Bool {
        guard Self.synchronize(descriptor) else { return false }
        if isNameless {
            let link = Self.link(to: descriptor)
            if linkat(AT_FDCWD, link, AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0 { return synchronizeFolder() }
            guard errno == EEXIST,
                named({ linkat(AT_FDCWD, link, AT_FDCWD, $0, AT_SYMLINK_FOLLOW) }) == 0
            else { return false }
        }
        guard let draft, rename(draft, target) == 0 else { return false }
        TemporaryPlaces.forget(draft)
        self.draft = nil
        return synchronizeFolder()
    }

    /// Removes the draft, unless it has its final name.
    func discard() {
        guard let draft else { return }
        unlink(draft)
        TemporaryPlaces.forget(draft)
        self.draft = nil
    }

    /// Calls `make` with short unused names until it succeeds, and notes the name as that of the draft.
    ///
    /// Returns: the result of `make`; a negative number if it failed.
    private func named(_ make: (String) -> Int32) -> Int32 {
        var result: Int32 = -1
        for number in 0..<100 {
            let name = "\(folder).layerverify-\(getpid())-\(number)"
            result = make(name)
            if result >= 0 {
                draft = name
                TemporaryPlaces.add(name)
            }
            guard result < 0, errno == EEXIST else { break }
        }
        return result
    }

    private static func link(to descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    /// Gives the draft the owner, the group and the mode of the file that it replaces.
    private static func take(_ descriptor: Int32, after replaced: stat) {
        var mode = replaced.st_mode & 0o777
        if fchown(descriptor, .max, replaced.st_gid) != 0 { mode = mode & ~0o070 | (mode & 0o007) << 3 }
        _ = fchown(descriptor, replaced.st_uid, .max)
        _ = fchmod(descriptor, mode)
    }

    private static func synchronize(_ descriptor: Int32) -> Bool {
        // EINVAL and EROFS: the file cannot be synchronized.
        fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS
    }

    /// Synchronizes the folder; otherwise a crash of the machine could restore the old file. A folder without read
    /// permission cannot be opened for this.
    private func synchronizeFolder() -> Bool {
        let descriptor = Glibc.open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return Self.synchronize(descriptor)
    }
}
