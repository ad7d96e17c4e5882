// layerverify: files that a report must not replace.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerVerify

/// Keeps `--output` from replacing files that are to be verified.
enum OutputPlace {
    /// Checks the paths of a command and the file of its report, before anything is read.
    ///
    /// - Parameters:
    ///   - hint: a sentence about what to do instead of replacing a file.
    ///   - marks: the documents that mark a folder as the root of an image.
    ///
    /// Throws: `ValidationError` if a path is empty, or if the report would replace one of the given files, a file in a
    /// given image, or a possible archive in a given folder.
    static func validate(
        _ output: String?, reading paths: [String], hint: String? = nil, marks: [String] = ImageMarks.documents
    ) throws {
        guard !paths.contains("") else { throw ValidationError("A path is empty.") }
        guard let output, output != "-" else { return }
        guard !output.isEmpty else { throw ValidationError("The path of the report is empty.") }
        // A file that does not exist yet replaces nothing, and pipes and devices keep no content.
        guard let status = status(of: output), status.st_mode & S_IFMT == S_IFREG, let file = resolved(output) else {
            return
        }
        for path in paths {
            guard let image = Self.status(of: path) else { continue }
            let isSame = image.st_dev == status.st_dev && image.st_ino == status.st_ino
            if isSame || isInImage(file, below: path, marks) {
                let what =
                    output == path
                    ? " that is to be read" : ", which belongs to '\(TerminalText.escaped(path))' that is to be read"
                throw ValidationError(
                    "The report would replace '\(TerminalText.escaped(output))'\(what)."
                        + (hint.map { " " + $0 } ?? ""))
            }
        }
    }

    /// Whether two outputs are the same file or the same descriptor. `nil` is standard output.
    static func isSame(_ one: String?, _ other: String?) -> Bool {
        let (one, other) = (one ?? "-", other ?? "-")
        let descriptors = [one, other].map { ReportOutput.givenDescriptor($0) }
        guard descriptors == [nil, nil] else { return descriptors[0] == descriptors[1] }
        guard let first = status(of: one), let second = status(of: other) else {
            return one == other || place(one) == place(other)
        }
        // A device has no content that another report would replace.
        return first.st_mode & S_IFMT != S_IFCHR && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The path of a file that does not exist yet, with all symbolic links resolved.
    private static func place(_ path: String) -> String? {
        let path = ReplacedFile.behindLinks(path)
        let end = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return resolved(end == path.startIndex ? "." : String(path[..<end])).map { $0 + "/" + path[end...] }
    }

    /// Whether the file is below the given path, and is an archive or below the root of an image.
    private static func isInImage(_ file: String, below path: String, _ marks: [String]) -> Bool {
        guard let root = resolved(path) else { return false }
        let prefix = root == "/" ? root : root + "/"
        guard file.hasPrefix(prefix) else { return false }
        if isBinary(file) { return true }
        var folder = Substring(file)
        while let slash = folder.lastIndex(of: "/"), folder[...slash].utf8.count >= prefix.utf8.count {
            if marks.contains(where: { isFile(folder[...slash] + $0) }) { return true }
            folder = folder[..<slash]
        }
        return false
    }

    /// Whether the first bytes are those of an archive or of compressed data. Also true for a file that cannot be read.
    private static func isBinary(_ file: String) -> Bool {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return true }
        return bytes.prefix(count).contains(0) || bytes.starts(with: [0x1f, 0x8b]) || bytes.starts(with: [0xfd, 0x37])
            || bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd])
    }

    /// A folder of the name does not mark an image; other software has folders `repositories`.
    private static func isFile(_ path: String) -> Bool {
        status(of: path).map { $0.st_mode & S_IFMT != S_IFDIR } ?? false
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// The path with its symbolic links resolved.
    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
