// layerverify: standard input, output and error.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The three streams that a process is born with.
enum StandardStreams {
    /// Makes the streams safe to use, before anything is opened.
    static func prepare() {
        // A closed pipe is then an error of write, which is reported, and no silent death.
        _ = signal(SIGPIPE, SIG_IGN)
        // So is a file that would grow beyond the limit of the process (ulimit -f).
        _ = signal(SIGXFSZ, SIG_IGN)
        // Were one of the three closed, the next file opened would get its number, and the report would go into it. What
        // is opened here instead refuses to be written to, so that a closed standard output is an error.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes a line for people to standard error.
    static func complain(_ message: String) {
        write("layerverify: " + message + "\n", to: STDERR_FILENO)
    }

    /// Writes text, and gives up silently where that fails: there is nowhere left to complain to.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                // SAFETY: the range from `offset` to the end lies within `bytes`, which lives through this closure.
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
