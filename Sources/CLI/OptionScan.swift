// layerverify: finding the wrong option.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Searches a command line that ArgumentParser refused for an option that the command does not have.
struct OptionScan {
    private let arguments: [String]
    private let command: any ParsableCommand.Type
    private let table: OptionTable
    private var position = 0
    private var seen: Set<String> = []
    private var firstPath: String?

    /// Options of other programs, and their names in layerverify.
    private static let otherNames = [
        "--json": "--format json", "--text": "--format text", "-V": "--version", "-?": "--help", "--silent": "--quiet",
        "-s": "--quiet", "--colour": "--color", "--no-color": "--color never", "--no-colour": "--color never",
        "--threads": "--jobs", "--workers": "--jobs", "--tag": "--ref", "--name": "--ref", "--reference": "--ref",
        "--arch": "--platform", "--os": "--platform", "--out": "--output", "-f": "--format",
    ]

    /// - Parameter arguments: the arguments after the name of the command.
    init(arguments: [String], command: any ParsableCommand.Type) {
        self.arguments = arguments
        self.command = command
        table = OptionTable(command)
    }

    /// The message about a wrong option; nil if the options are correct.
    mutating func complaint() -> String? {
        while position < arguments.count {
            let word = arguments[position]
            position += 1
            if word == "--" { break }
            if word == "-" || !word.hasPrefix("-") {
                firstPath = firstPath ?? word
            } else if let complaint = word.hasPrefix("--") ? complaint(long: word) : complaint(short: word) {
                return complaint
            }
        }
        guard seen.isSuperset(of: ["--quiet", "--verbose"]) else { return nil }
        return "'--quiet' and '--verbose' exclude each other."
    }

    private mutating func complaint(long word: String) -> String? {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = table[name] else { return unknown(name) }
        seen.insert(option.name)
        guard let value = option.value else { return nil }
        guard parts.count > 1 else { return missingValue(of: option, name) }
        return parts[1].isEmpty ? "Missing value for '\(name) \(value)'." : nil
    }

    /// For words such as `-q`, `-qv`, `-j2`.
    private mutating func complaint(short word: String) -> String? {
        for (offset, letter) in word.enumerated().dropFirst() {
            let name = "-\(letter)"
            guard let option = table[name] else {
                if table["-" + word] != nil { return "Unknown option '\(word)'. Did you mean '-\(word)'?" }
                return unknown(name)
            }
            seen.insert(option.name)
            guard option.value != nil else { continue }
            if offset + 1 == word.count { return missingValue(of: option, name) }
            // ArgumentParser accepts the value of -j without a space.
            return name == "-j" ? nil : "The value of '\(name)' needs a space: '\(name) \(word.dropFirst(2))'."
        }
        return nil
    }

    /// Skips the value of an option; returns a message if it is missing.
    private mutating func missingValue(of option: OptionTable.Option, _ name: String) -> String? {
        let next = position < arguments.count ? arguments[position] : nil
        if let next, next == "-" || !next.hasPrefix("-") {
            position += 1
            return nil
        }
        let message = "Missing value for '\(name) \(option.value ?? "")'."
        guard let next, next != "--", table[String(next.prefix { $0 != "=" })] == nil else { return message }
        return message + " If '\(next)' is the value, write '\(option.name)=\(next)'."
    }

    private func unknown(_ name: String) -> String {
        if let other = Self.otherNames[name], table[String(other.prefix { $0 != " " })] != nil {
            return "Unknown option '\(name)'. Write '\(other)' instead."
        }
        // The options of `verify` are those of the top level, too.
        let others = RootCommand.documented.filter {
            $0 != command && !(command == RootCommand.self && $0 == VerifyCommand.self)
        }
        let owners = others.filter { OptionTable($0)[name] != nil }.compactMap { $0.configuration.commandName }
        if let owner = owners.first {
            if let firstPath, let near = CommandHints.command(near: firstPath), owners.contains(near) {
                return "Unknown option '\(name)'. It is an option of '\(near)'; did you mean that by '\(firstPath)'?"
            }
            let list = owners.map { "'\($0)'" }.joined(separator: ", ")
            return "Unknown option '\(name)'. It is an option of \(list): 'layerverify \(owner) \(name) ...'."
        }
        return "Unknown option '\(name)'." + (table.nearest(to: name).map { " Did you mean '\($0)'?" } ?? "")
    }
}
