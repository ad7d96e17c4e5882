// layerverify: the temporary folder of a benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerSystem

/// Why a benchmark could not be run.
package struct BenchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line for people.
    package let description: String

    package init(_ description: String) { self.description = description }

    init(_ what: String, _ path: String, _ number: Int32) {
        description = "cannot \(what) '\(path)': \(String(cString: strerror(number)))"
    }
}

/// A temporary folder for the image that a benchmark makes. It is removed with its content when the object is freed.
///
/// ## Concurrency
/// `path` never changes. Several threads may write different files.
package final class BenchFolder: Sendable {
    package let path: String

    /// Makes a folder in `parent`, or in `TMPDIR` if that is nil.
    ///
    /// Throws: `BenchError` if it cannot be made. The corresponding C function is mkdtemp.
    package init(in parent: String?) throws(BenchError) {
        let place = parent ?? Self.place(temporary: getenv("TMPDIR").map { String(cString: $0) })
        var template = Array((place + "/layerverify-bench-XXXXXX").utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the array owns the buffer, which ends with a zero, during the closure.
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard isMade else {
            let choice = parent == nil ? "--work-dir or TMPDIR" : "--work-dir"
            throw BenchError("\(BenchError("make a folder in", place, errno)); choose another place with \(choice)")
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.path = path
        TemporaryPlaces.add(path)
    }

    deinit { remove() }

    /// The default parent folder. An empty `TMPDIR` is ignored, because it would mean the root directory.
    static func place(temporary: String?) -> String {
        guard let temporary, !temporary.isEmpty else { return "/tmp" }
        return temporary
    }

    /// Removes the folder now. A failure is ignored, because the measurements are still valid.
    package func remove() {
        Self.remove(path)
        TemporaryPlaces.forget(path)
    }

    private static func remove(_ path: String) {
        guard unlink(path) != 0 else { return }
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
        }
        rmdir(path)
    }

    /// Makes a folder below this one. Throws: `BenchError` if it cannot be made.
    func makeFolder(_ name: String) throws(BenchError) {
        guard mkdir(path + "/" + name, 0o755) == 0 else { throw BenchError("make", path + "/" + name, errno) }
    }

    /// Renames a file in the folder. Throws: `BenchError` if that fails.
    func move(_ name: String, to place: String) throws(BenchError) {
        guard rename(path + "/" + name, path + "/" + place) == 0 else {
            throw BenchError("rename", path + "/" + name, errno)
        }
    }

    /// Writes a whole file. Throws: `BenchError` if it cannot be written.
    func write(_ bytes: [UInt8], to name: String) throws(BenchError) {
        let file = try BenchFile(path + "/" + name)
        try file.append(bytes)
        try file.close()
    }
}

/// A file that is being written.
///
/// ## Concurrency
/// Used from one thread.
final class BenchFile {
    private let path: String
    private var descriptor: Int32

    init(_ path: String) throws(BenchError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw BenchError("create", path, errno) }
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    func append(_ bytes: [UInt8]) throws(BenchError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                // SAFETY: the range from `offset` to the end is within `buffer`, which lives until the closure returns.
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchError("write", path, count == 0 ? EIO : errno) }
            offset += count
        }
    }

    func close() throws(BenchError) {
        let file = descriptor
        descriptor = -1
        guard Glibc.close(file) == 0 || errno == EINTR else { throw BenchError("write", path, errno) }
    }
}
