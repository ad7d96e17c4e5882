// layerverify: the options of a command.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// The options of one command, as its help lists them.
struct OptionTable {
    struct Option {
        /// The names with their hyphens, the short one first.
        var names: [String]
        /// The placeholder of the value in the help, such as `<file>`; nil for a flag.
        var value: String?

        /// The name in messages.
        var name: String { names.last ?? "" }
    }

    /// Options that ArgumentParser adds and does not list.
    private static let unlisted = [
        Option(names: ["--generate-completion-script"], value: "<shell>"), Option(names: ["--help-hidden"]),
        Option(names: ["--experimental-dump-help"]),
    ]

    /// The options that the help lists.
    let listed: [Option]

    /// - Parameter command: a command; `RootCommand` has the options of `VerifyCommand`.
    init(_ command: any ParsableCommand.Type) {
        let command: any ParsableCommand.Type = command == RootCommand.self ? VerifyCommand.self : command
        let help = RootCommand.helpMessage(for: command, columns: HelpText.unlimited)
        listed = help.split(separator: "\n").filter { $0.hasPrefix("  -") }.map { line in
            let words = line.split(separator: " ")
            let names = words.prefix { $0.hasPrefix("-") }.map { String($0.hasSuffix(",") ? $0.dropLast() : $0) }
            let value = words.dropFirst(names.count).first.flatMap { $0.hasPrefix("<") ? String($0) : nil }
            return Option(names: names, value: value)
        }
    }

    subscript(name: String) -> Option? { (listed + Self.unlisted).first { $0.names.contains(name) } }

    /// The option that was probably meant: the only one that begins with `name`, or the most similar one.
    func nearest(to name: String) -> String? {
        let names = listed.flatMap { $0.names }.filter { $0.hasPrefix("--") }
        let completed = names.filter { $0.hasPrefix(name) }
        if name.count >= 4, completed.count == 1 { return completed[0] }
        return ReferenceDocs.nearest(to: name, among: names)
    }
}
