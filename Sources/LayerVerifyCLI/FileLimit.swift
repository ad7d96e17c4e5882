// layerverify: how many files may be open.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerSystem

/// The limit of open files. An extracted archive has a folder for each layer, of which some dozens are kept open, and so do
/// several images; the usual soft limit of 1 024 is there for programs that use select.
enum FileLimit {
    /// Raises the soft limit to the hard one. That it cannot be raised is no fault: what cannot be opened is reported.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// What a run needs at least: what is left to the report and to libraries, an image, a folder in it and a file in that.
    private static let neededCount = Int(DescriptorReserve.count) + 3

    /// Checks that a run can open the files it needs for itself.
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
