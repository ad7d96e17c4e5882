// layerverify: a regular file that is replaced when its new content is complete.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import CLayerShims
internal import Glibc
internal import LayerSystem

/// The place of a file, and the draft of what it will be.
///
/// The draft has no name where the file system offers that (O_TMPFILE), so that no signal leaves it behind, not even SIGKILL.
/// It gets one at the end: its own if nothing is there, else a short one for the moment until it replaces what is there.
/// Elsewhere it has a short name in the same folder from the beginning, and every signal that can be caught removes it.
///
/// What replaces a file has its mode, and its owner and group as far as they may be given away. Where the group may not, the
/// new group may do no more than others. Access control lists and further hard links stay with the old file.
///
/// ## Concurrency
/// Used by the main thread alone.
final class ReplacedFile {
    /// Behind symbolic links, which stay.
    private let target: String
    private let replaced: stat?
    private var draft: String?
    private var isNameless = false

    /// The place that a path leads to; nil if something is there that is not a regular file.
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

    /// Where a path leads that leads to nothing yet: the place that the last of its symbolic links names.
    private static func behindLinks(_ path: String) -> String {
        var place = path
        // As many as the system follows.
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

    /// The folder as the system takes it.
    private var folderPath: String { folder.isEmpty ? "." : String(folder) }

    /// Makes the draft.
    ///
    /// Returns: its descriptor; less than 0 if it cannot be made, and then errno tells why.
    func open() -> Int32 {
        var descriptor = Glibc.open(folderPath, lv_o_tmpfile() | O_WRONLY | O_CLOEXEC, 0o666)
        isNameless = descriptor >= 0
        if isNameless, access(Self.link(to: descriptor), F_OK) != 0 {
            // Without /proc it could never get a name.
            close(descriptor)
            isNameless = false
        }
        if !isNameless {
            descriptor = named { Glibc.open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666) }
        }
        if descriptor >= 0, let replaced { Self.take(descriptor, after: replaced) }
        return descriptor
    }

    /// Makes sure that the draft is written, and puts it into its place.
    ///
    /// Returns: false if that fails, and then errno tells why; what was there is still there, unless only the folder could not
    /// be written.
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

    /// Removes the draft, unless it is in its place.
    func discard() {
        guard let draft else { return }
        unlink(draft)
        TemporaryPlaces.forget(draft)
        self.draft = nil
    }

    /// Calls `make` with names that are short and nobody else's, until one is not taken. Notes it as the draft's.
    ///
    /// Returns: what `make` returned; less than 0 if it failed.
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

    /// Gives the draft the owner, the group and the mode of the file that it will replace.
    private static func take(_ descriptor: Int32, after replaced: stat) {
        var mode = replaced.st_mode & 0o777
        if fchown(descriptor, .max, replaced.st_gid) != 0 { mode = mode & ~0o070 | (mode & 0o007) << 3 }
        _ = fchown(descriptor, replaced.st_uid, .max)
        _ = fchmod(descriptor, mode)
    }

    private static func synchronize(_ descriptor: Int32) -> Bool {
        // EINVAL and EROFS: there is nothing to be made sure of.
        fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS
    }

    /// Without that a crash of the machine could bring back what was there. A folder that may not be read cannot be asked.
    private func synchronizeFolder() -> Bool {
        let descriptor = Glibc.open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return Self.synchronize(descriptor)
    }
}
