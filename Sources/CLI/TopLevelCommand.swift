// layerverify: the command line as its help and its completions describe it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify` together with the options of its default command.
///
/// ArgumentParser describes a default subcommand on a page of its own. Command lines are parsed by `RootCommand`; this type
/// has the help that shows the options of verifying at the top level.
struct TopLevelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: RootCommand.configuration.commandName, abstract: RootCommand.configuration.abstract,
        usage: RootCommand.configuration.usage, discussion: RootCommand.configuration.discussion,
        version: RootCommand.configuration.version, subcommands: RootCommand.configuration.subcommands)

    @OptionGroup var verify: VerifyCommand
}
