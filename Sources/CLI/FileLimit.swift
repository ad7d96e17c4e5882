// layerverify: the limit of open files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerSystem

/// The limit of open files. An extracted archive has one folder per layer, and dozens of these are kept open, for
/// several images at once. The usual soft limit of 1 024 exists for programs that use select.
enum FileLimit {
    /// Raises the soft limit to the hard one. A failure is ignored: files that cannot be opened are reported.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The least number of descriptors of a run: those reserved for the report and for libraries, an image, one folder
    /// and one file in it.
    private static let neededCount = Int(DescriptorReserve.count) + 3

    /// Checks that a run can open the files that it needs.
    ///
    /// Throws: the exit status, after a message, if it cannot.
    static func requireRoom() throws {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        for _ in 0..<neededCount {
            let descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
            guard descriptor >= 0 else {
                StandardStreams.complain(
                    "too few file descriptors: \(opened.count) available, at least \(neededCount) needed: "
                        + String(cString: strerror(errno)))
                throw ExitStatus.undetermined.exitCode
            }
            opened.append(descriptor)
        }
    }
}
