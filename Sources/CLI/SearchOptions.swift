// layerverify: the options of the search.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// The options that limit the search of folders.
struct SearchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Look at no more files and folders than this below each path; the rest is reported as not searched.",
            valueName: "number"))
    var maxFiles = Verifier.Options.standardFileCount

    @Flag(help: "Do not search folders on other file systems than that of the path given.") var oneFileSystem = false

    func validate() throws {
        guard maxFiles >= 1 else { throw ValidationError("--max-files is 1 or more, not \(maxFiles).") }
    }

    func apply(to options: inout Verifier.Options) {
        options.maximumFileCount = maxFiles
        options.staysOnFileSystem = oneFileSystem
    }
}
