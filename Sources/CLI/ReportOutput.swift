// layerverify: the destination of the report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerSystem

/// Standard output, or the file of `--output`. It is opened before the first blob is read.
///
/// A regular file gets its final name when it is complete (`ReplacedFile`), so it is either the whole report or the old
/// file. Devices, pipes and inherited descriptors are written directly.
///
/// ## Concurrency
/// Used by the main thread only.
final class ReportOutput {
    /// A write error and its reason.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        /// Whether the reader of a pipe has ended.
        let isClosedPipe: Bool

        init(_ what: String, _ name: String, _ number: Int32) {
            isClosedPipe = number == EPIPE
            description = "cannot \(what) \(name): \(String(cString: strerror(number)))"
        }
    }

    private let name: String
    private var descriptor: Int32
    /// The regular file that the report replaces; nil if it is written directly.
    private let file: ReplacedFile?
    private var buffer: [UInt8] = []
    private var isGivenUp = false
    /// 64 KiB: few enough calls of write. Not measured, since a report is small compared to its image.
    private static let bufferByteCount = 64 << 10

    /// Opens an output that is written directly; `makeDraft` creates a regular file.
    ///
    /// - Parameter path: a file; nil or `-` for standard output.
    ///
    /// Throws: `Failure` if it cannot be opened.
    init(path: String?) throws(Failure) {
        let given = Self.givenDescriptor(path ?? "-")
        name = given == STDOUT_FILENO ? "standard output" : "'\(path ?? "-")'"
        if let given {
            file = nil
            // A duplicate: inherited descriptors are not closed.
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

    /// Creates the draft of the report, if the output is a regular file.
    ///
    /// Throws: `Failure` if it cannot be created in the folder of the report.
    func makeDraft() throws(Failure) {
        guard let file, descriptor < 0 else { return }
        descriptor = file.open()
        guard descriptor >= 0 else { throw Failure("create a file next to", name, errno) }
    }

    deinit { discard() }

    /// Adds text. It is buffered, and may be written only by `commit`.
    func write(_ text: String) throws(Failure) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.bufferByteCount { try drain() }
    }

    /// Adds bytes. They are buffered, and may be written only by `commit`.
    func write(_ bytes: [UInt8]) throws(Failure) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferByteCount { try drain() }
    }

    /// Leaves a regular file as it was: `commit` writes what is buffered only to other outputs.
    func giveUp() {
        guard file != nil else { return }
        discard()
        buffer.removeAll()
        isGivenUp = true
    }

    /// Writes the rest, synchronizes the file, and gives it its final name.
    ///
    /// Throws: `Failure`, including errors that only fsync, close or rename report. The file does not get its name
    /// then.
    func commit() throws(Failure) {
        guard !isGivenUp else { return }
        try drain()
        if let file {
            guard file.commit(descriptor) else { throw Failure("replace", name, errno) }
        }
        let file = descriptor
        descriptor = -1
        guard close(file) == 0 || errno == EINTR else { throw Failure("write", name, errno) }
    }

    var isStandardOutput: Bool { descriptor == STDOUT_FILENO }

    /// Whether the output is a terminal.
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
                // SAFETY: the range from `offset` to the end is within `bytes`, which is valid during this closure.
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("write", name, count == 0 ? EIO : errno) }
            offset += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// The inherited descriptor that a path such as `/dev/fd/3` means. If it is a regular file, it is written at the
    /// current offset of the descriptor, and not replaced.
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
