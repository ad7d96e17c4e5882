// layerverify: standard input in place of a path.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerVerify

/// The path `-`, which is standard input.
enum StandardInputPath {
    /// The source for an argument.
    static func source(_ argument: String) -> Verifier.Source { argument == "-" ? .standardInput : .path(argument) }

    /// Checks the paths of a command.
    ///
    /// Throws: `ValidationError` if standard input is given twice, or if it is a terminal.
    static func validate(_ paths: [String]) throws {
        let count = paths.count { $0 == "-" }
        guard count <= 1 else { throw ValidationError("Standard input ('-') may be given once.") }
        guard count == 0 || isatty(STDIN_FILENO) == 0 else {
            throw ValidationError(
                "Standard input ('-') is a terminal. Pipe an archive into it, or give a path; './-' is a file.")
        }
    }
}
