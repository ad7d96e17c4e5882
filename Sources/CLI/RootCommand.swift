// layerverify: the command line as a whole.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify`, which runs `layerverify verify` unless another command is named.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layerverify",
        abstract: "Verify container images on disk: every digest, every size, every layer to its end.",
        usage: """
            layerverify [<options>] <path> ...
            layerverify <subcommand>
            """,
        discussion: """
            Reads images on disk (OCI image layouts, docker-save archives) and compares their bytes with everything \
            that the images declare about themselves. Every blob is read once; nothing is written to the image.

            EXAMPLES:
              layerverify alpine/                       verify an image layout
              layerverify images.tar other/             verify several, with one verdict
              layerverify --format json -o out.json .   write the report for a program
              layerverify digest layer.tar.gz           compute digest and diffID
              layerverify inspect alpine/               show what the documents describe
              layerverify ls alpine/ /etc               list the files of an image
              layerverify cat alpine/ /etc/os-release   print a file of an image
              layerverify diff build-1/ build-2/        find out why two builds differ
              layerverify explain blob-missing          explain a finding
              layerverify bench                         measure how fast this machine is

            To verify a path that has the name of a command, write it as ./digest. The options below are those \
            of verifying; for the others see 'layerverify help digest' and so on.

            \(ExitStatus.helpOfVerify)
            """,
        // Querying the libraries and the CPU takes longer than verifying a small image.
        version: Arguments.all.contains("--version") ? Verifier.VersionInfo.description : Verifier.VersionInfo.version,
        subcommands: [
            VerifyCommand.self, DigestCommand.self, InspectCommand.self, LsCommand.self, CatCommand.self,
            DiffCommand.self, ExplainCommand.self, BenchCommand.self, FindingsPage.self, HelpPage.self,
            ManualCommand.self,
        ],
        defaultSubcommand: VerifyCommand.self)

    /// The names of all commands; `help` is ArgumentParser's own.
    static let names = Set(["help"] + configuration.subcommands.compactMap { $0.configuration.commandName })

    /// The subcommands that the help lists.
    static var documented: [any ParsableCommand.Type] {
        configuration.subcommands.filter { $0.configuration.shouldDisplay }
    }

    /// Parses a command line.
    ///
    /// The command alone is tried first: as a subcommand it would have the options of `verify` looked up once more, which takes
    /// a tenth of the run for a small image. Only the whole tree knows `--version`, and describes errors.
    ///
    /// - Parameter arguments: without the name of the program.
    static func parse(line arguments: [String]) throws -> any ParsableCommand {
        let named = arguments.first.flatMap { command(named: $0) }
        let isBuiltIn = ["help", "--help", "-h", "--version"].contains(arguments.first ?? "help")
        let isCompletion = arguments.first?.hasPrefix("--generate-completion-script") == true
        let wanted = named ?? VerifyCommand.self
        if !isBuiltIn, !isCompletion,
            let parsed = try? wanted.parseAsRoot(Array(arguments.dropFirst(named == nil ? 0 : 1))),
            type(of: parsed) == wanted
        {
            return parsed
        }
        return try parseAsRoot(arguments)
    }

    /// The subcommand with a name; nil for `help` and for other words.
    static func command(named name: String) -> (any ParsableCommand.Type)? {
        configuration.subcommands.first { $0.configuration.commandName == name }
    }
}
