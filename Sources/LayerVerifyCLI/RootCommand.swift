// layerverify: the command line as a whole.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify`, which does what `layerverify verify` does unless another command is named.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layerverify",
        abstract: "Verify container images on disk: every digest, every size, every layer to its end.",
        usage: """
            layerverify [<options>] <path> ...
            layerverify <subcommand>
            """,
        discussion: """
            Reads images as they lie on disk (OCI image layouts, docker-save archives) and compares what their bytes \
            are with everything the images claim about themselves. Every blob is gone through once; nothing is written.

            EXAMPLES:
              layerverify alpine/                       verify an image layout
              layerverify images.tar other/             verify several, with one verdict
              layerverify --format json -o out.json .   write the report for a program
              layerverify digest layer.tar.gz           compute digest and diffID
              layerverify inspect alpine/               show what is there
              layerverify bench                         measure how fast this machine is

            A path named like a command is given as ./digest. The options of verifying are those of 'verify'.

            \(ExitStatus.help)
            """,
        // Asking the libraries and the CPU takes longer than verifying a small image.
        version: Arguments.all.contains("--version") ? Libraries.description : Libraries.version,
        subcommands: [
            VerifyCommand.self, DigestCommand.self, InspectCommand.self, BenchCommand.self, FindingsPage.self,
            HelpPage.self,
        ],
        defaultSubcommand: VerifyCommand.self)

    /// The words that name a command; `help` is ArgumentParser's own.
    static let names = Set(["help"] + configuration.subcommands.compactMap { $0.configuration.commandName })
}
