// layerverify: where the report goes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerSystem

/// Standard output, or the file of `--output`; opened before the first blob is read.
///
/// A regular file is written beside its place and put there at the end, so that it is either the whole report or what
/// was there before. Devices, pipes and what lies in `/dev` or `/proc` are written directly.
///
/// ## Concurrency
/// Used by the main thread alone.
final class ReportOutput {
    /// What could not be written, and why.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ what: String, _ name: String, _ number: Int32) {
            description = "cannot \(what) \(name): \(String(cString: strerror(number)))"
        }
    }

    private let name: String
    private var descriptor: Int32
    /// Where the report lies until it is complete, and where it belongs; nil if it is written directly.
    private var move: (from: String, to: String)?
    /// The regular file that `makeDraft` is for, and the mode of the one that lies there.
    private var planned: (target: String, mode: mode_t?)?
    private var buffer: [UInt8] = []
    /// 64 KiB: a call of write costs nothing beside that; not measured, since a report is small beside its image.
    private static let bufferByteCount = 64 << 10

    /// Opens what is written directly; a regular file is made by `makeDraft`.
    ///
    /// - Parameter path: a file; nil or `-` for standard output.
    ///
    /// Throws: `Failure` if it cannot be opened.
    init(path: String?) throws(Failure) {
        guard let path, path != "-", path != "/dev/stdout" else {
            name = "standard output"
            descriptor = STDOUT_FILENO
            return
        }
        name = "'\(path)'"
        let place = Self.place(of: path)
        if place.isDirect {
            descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o666)
            guard descriptor >= 0 else { throw Failure("open", name, errno) }
            return
        }
        descriptor = -1
        planned = (place.target, place.mode)
    }

    /// Makes the file that the report is written into until it is complete, if it is to be a regular file.
    ///
    /// Throws: `Failure` if it cannot be made beside the place of the report.
    func makeDraft() throws(Failure) {
        guard let (target, mode) = planned else { return }
        planned = nil
        let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
        let draft = "\(target[..<slash]).\(target[slash...]).\(getpid())"
        descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw Failure("create a file beside", name, errno) }
        move = (draft, target)
        TemporaryPlaces.add(draft) { unlink(draft) }
        if let mode { _ = fchmod(descriptor, mode & 0o777) }
    }

    deinit { discard() }

    /// Takes text; it may not be written before `commit`.
    func write(_ text: String) throws(Failure) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.bufferByteCount { try drain() }
    }

    /// Writes what is left, makes sure that it is written, and puts the file into its place.
    ///
    /// Throws: `Failure`, also for what only fsync, close or rename tell of; nothing is left in the place of the file then.
    func commit() throws(Failure) {
        try drain()
        let file = descriptor
        // EINVAL and EROFS: a pipe or a device, where there is nothing to be made sure of.
        if move != nil, fsync(file) != 0, errno != EINVAL, errno != EROFS { throw Failure("write", name, errno) }
        descriptor = -1
        guard close(file) == 0 || errno == EINTR else { throw Failure("write", name, errno) }
        if let (draft, target) = move {
            guard rename(draft, target) == 0 else { throw Failure("replace", name, errno) }
            move = nil
            TemporaryPlaces.forget(draft)
        }
    }

    /// Whether people read it at once.
    var isTerminal: Bool { descriptor == STDOUT_FILENO && isatty(descriptor) == 1 }

    private func discard() {
        if descriptor > STDERR_FILENO { close(descriptor) }
        descriptor = -1
        if let (draft, _) = move {
            unlink(draft)
            TemporaryPlaces.forget(draft)
        }
        move = nil
    }

    private func drain() throws(Failure) {
        var offset = 0
        while offset < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                // SAFETY: the range from `offset` to the end lies within `bytes`, which lives through this closure.
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("write", name, count == 0 ? EIO : errno) }
            offset += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Where a path leads: behind symbolic links, which stay; and whether something lies there that cannot be replaced.
    private static func place(of path: String) -> (target: String, isDirect: Bool, mode: mode_t?) {
        if path.hasPrefix("/dev/") || path.hasPrefix("/proc/") { return (path, true, nil) }
        var status = stat()
        guard stat(path, &status) == 0 else { return (path, false, nil) }
        guard status.st_mode & S_IFMT == S_IFREG else { return (path, true, nil) }
        guard let resolved = realpath(path, nil) else { return (path, false, status.st_mode) }
        defer { free(resolved) }
        return (String(cString: resolved), false, status.st_mode)
    }
}
