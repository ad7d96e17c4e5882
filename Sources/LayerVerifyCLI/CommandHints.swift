// layerverify: help with mistyped commands.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerVerify

/// Hints for words that were meant as commands and are taken as paths.
enum CommandHints {
    /// Says which command is near the first path, if nothing is at that path. The report tells that it is missing.
    static func complain(about paths: [String]) {
        guard let word = paths.first, access(word, F_OK) != 0, let hint = hint(for: word) else { return }
        StandardStreams.complain("'\(ReferenceDocs.visible(word))' is taken as a path, and nothing is there; \(hint)")
    }

    /// `did you mean 'layerverify inspect'?`; nil for a word that is not near a command.
    static func hint(for word: String) -> String? {
        if RootCommand.names.contains(word) { return "the command comes first: 'layerverify \(word) ...'" }
        if word == "version" { return "did you mean 'layerverify --version'?" }
        return command(near: word).map { "did you mean 'layerverify \($0)'?" }
    }

    /// The command that a word is probably meant to be.
    static func command(near word: String) -> String? {
        guard !word.contains("/") else { return nil }
        return EditDistance.nearest(to: word, among: RootCommand.names.filter { !$0.hasPrefix("_") }.sorted())
    }
}
