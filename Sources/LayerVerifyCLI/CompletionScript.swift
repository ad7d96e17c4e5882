// layerverify: shell completions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What ArgumentParser's completion scripts lack.
enum CompletionScript {
    /// The script for bash with paths completed where no command is named; any other text as it is.
    ///
    /// The scripts know nothing of the arguments of a default command, so `layerverify dir<TAB>` would give nothing. With
    /// `-o default` bash completes file names itself where the script has no answer.
    static func completingPaths(_ text: String) -> String {
        let line = "complete -o filenames -F _layerverify layerverify"
        guard text.hasPrefix("#!/bin/bash") else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0 == line ? "complete -o default -o filenames -F _layerverify layerverify" : $0 }
            .joined(separator: "\n")
    }
}
