// layerverify: standard input, output and error.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The three standard streams of the process.
enum StandardStreams {
    /// Makes the streams safe to use, before anything is opened.
    static func prepare() {
        // A closed pipe becomes a write error, which is reported, instead of a silent end of the process.
        _ = signal(SIGPIPE, SIG_IGN)
        // The same for a file beyond the size limit of the process (ulimit -f).
        _ = signal(SIGXFSZ, SIG_IGN)
        // If one of the three were closed, the next opened file would get its number, and the report would be written
        // into it. The placeholder that is opened here refuses writes, so a closed standard output is an error.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes a message of one line to standard error.
    static func complain(_ message: String) {
        write("layerverify: " + message + "\n", to: STDERR_FILENO)
    }

    /// Writes text. Errors are ignored, since there is no place left to report them.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                // SAFETY: the range from `offset` to the end is within `bytes`, which is valid during this closure.
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
