// layerverify: where the report goes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerSystem

/// Standard output, or the file of `--output`; opened before the first blob is read.
///
/// A regular file is put into its place when it is complete (`ReplacedFile`), so that it is either the whole report or what
/// was there before. Devices and pipes are written directly, and so are descriptors that the program was given.
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
    /// The regular file that the report replaces; nil if it is written directly.
    private let file: ReplacedFile?
    private var buffer: [UInt8] = []
    /// 64 KiB: a call of write costs nothing beside that; not measured, since a report is small beside its image.
    private static let bufferByteCount = 64 << 10

    /// Opens what is written directly; a regular file is made by `makeDraft`.
    ///
    /// - Parameter path: a file; nil or `-` for standard output.
    ///
    /// Throws: `Failure` if it cannot be opened.
    init(path: String?) throws(Failure) {
        let given = Self.givenDescriptor(path ?? "-")
        name = given == STDOUT_FILENO ? "standard output" : "'\(path ?? "-")'"
        if let given {
            file = nil
            // A descriptor of its own: those that were given stay as they are.
            descriptor = given == STDOUT_FILENO ? given : fcntl(given, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
            guard descriptor >= 0 else { throw Failure("open", name, errno) }
            return
        }
        let path = path ?? ""
        file = ReplacedFile(path)
        descriptor = -1
        guard file == nil else { return }
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o666)
        guard descriptor >= 0 else { throw Failure("open", name, errno) }
    }

    /// Makes the file that the report is written into until it is complete, if it is to be a regular file.
    ///
    /// Throws: `Failure` if it cannot be made in the folder of the report.
    func makeDraft() throws(Failure) {
        guard let file, descriptor < 0 else { return }
        descriptor = file.open()
        guard descriptor >= 0 else { throw Failure("create a file next to", name, errno) }
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
        if let file {
            guard file.commit(descriptor) else { throw Failure("replace", name, errno) }
        }
        let file = descriptor
        descriptor = -1
        guard close(file) == 0 || errno == EINTR else { throw Failure("write", name, errno) }
    }

    var isStandardOutput: Bool { descriptor == STDOUT_FILENO }

    /// Whether people read it at once.
    var isTerminal: Bool { isStandardOutput && isatty(descriptor) == 1 }

    private func discard() {
        if descriptor > STDERR_FILENO { close(descriptor) }
        descriptor = -1
        file?.discard()
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

    /// The descriptor that a path means: one that the program was given. It may lead to a regular file, which is then
    /// written where the shell left off, and not replaced.
    static func givenDescriptor(_ path: String) -> Int32? {
        switch path {
        case "-", "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default: break
        }
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
            return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
        }
        return nil
    }
}
