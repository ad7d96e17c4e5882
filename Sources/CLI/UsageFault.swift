// layerverify: wrong command lines.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// A command line that cannot be parsed.
struct UsageFault: Error {
    /// The reason and the usage, unwrapped.
    let text: String

    /// A fault that ArgumentParser describes.
    init(_ error: any Error) {
        text = TopLevelCommand.fullMessage(for: error, columns: HelpText.unlimited)
    }

    /// - Parameter command: the command whose options were expected; `RootCommand` if none was named.
    private init(_ message: String, _ command: any ParsableCommand.Type) {
        let root = RootCommand.configuration.commandName ?? ""
        let name = command == RootCommand.self ? root : "\(root) \(command.configuration.commandName ?? "")"
        let usage = (command.configuration.usage ?? "").split(separator: "\n").joined(separator: "\n       ")
        text = "Error: \(message)\nUsage: \(usage)\n  See '\(name) --help' for more information."
    }
}

/// A word of a command line that ArgumentParser refused.
extension UsageFault {
    /// Finds the wrong option in a command line; nil if all options are valid.
    ///
    /// ArgumentParser reports the first missing thing, which often is the path after a mistyped option.
    ///
    /// - Parameter arguments: a command line that ArgumentParser refused, without the name of the program.
    init?(explaining arguments: [String]) {
        let named = arguments.first.flatMap { RootCommand.command(named: $0) }
        let command: any ParsableCommand.Type = named ?? RootCommand.self
        if arguments.first == "help" {
            guard arguments.count > 1, let message = Self.unknownTopic(arguments[1]) else { return nil }
            self.init(message, command)
            return
        }
        var scan = OptionScan(arguments: named == nil ? arguments : Array(arguments.dropFirst()), command: command)
        guard let message = scan.complaint() else { return nil }
        self.init(message, command)
    }

    private static func unknownTopic(_ word: String) -> String? {
        guard !word.hasPrefix("-"), !RootCommand.names.contains(word) else { return nil }
        let guess = CommandHints.command(near: word).map { " Did you mean '\($0)'?" } ?? ""
        return "There is no command '\(word)'.\(guess)"
    }
}
