// layerverify: help with mistyped commands.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerVerify

/// Hints for mistyped commands, which are parsed as paths.
enum CommandHints {
    /// Prints the command that is similar to the first path, if that path does not exist. The report says that it is
    /// missing.
    static func complain(about paths: [String]) {
        guard let word = paths.first, access(word, F_OK) != 0, let hint = hint(for: word) else { return }
        StandardStreams.complain("'\(TerminalText.escaped(word))' is taken as a path, and nothing is there; \(hint)")
    }

    /// Returns `did you mean 'layerverify inspect'?`; nil for a word that is not similar to a command.
    static func hint(for word: String) -> String? {
        if RootCommand.names.contains(word) { return "the command comes first: 'layerverify \(word) ...'" }
        if word == "version" { return "did you mean 'layerverify --version'?" }
        return command(near: word).map { "did you mean 'layerverify \($0)'?" }
    }

    /// The command that the user probably meant.
    static func command(near word: String) -> String? {
        guard !word.contains("/") else { return nil }
        return ReferenceDocs.nearest(to: word, among: RootCommand.names.filter { !$0.hasPrefix("_") }.sorted())
    }
}
