// layerverify: shell completions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Extends ArgumentParser's completion scripts, which do not complete the arguments of a default command.
///
/// Lines are inserted after generated lines. They complete a command line without a subcommand like one of `verify`,
/// and offer files in addition to the subcommands.
enum CompletionScript {
    /// Returns a completion script that also completes the arguments of `verify` without a subcommand; other text
    /// unchanged.
    static func completingDefault(_ text: String) -> String {
        let commands = (["help"] + RootCommand.documented.compactMap { $0.configuration.commandName }).sorted()
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        switch lines.first {
        case "#!/bin/bash":
            insert(bash(commands), behind: "_layerverify() {", into: &lines)
        case "#compdef layerverify":
            insert(zsh(commands), behind: "_layerverify() {", into: &lines)
        case "function __layerverify_should_offer_completions_for_flags_or_options -a expected_commands":
            insert(fish(commands), behind: "    set -l unparsed_tokens (__layerverify_tokens -pc)", into: &lines)
            insert(
                "complete -c 'layerverify' -n 'test (count (__layerverify_tokens -pc)) -eq 1' -F",
                behind: "complete -c 'layerverify' -f", into: &lines)
        default: return text
        }
        return lines.joined(separator: "\n")
    }

    private static func insert(_ text: String, behind anchor: String, into lines: inout [String]) {
        guard let place = lines.firstIndex(of: anchor) else { return }
        lines.insert(text, at: place + 1)
    }

    private static func bash(_ commands: [String]) -> String {
        """
            case "${COMP_WORDS[1]}" in
            \(commands.joined(separator: "|")))
                ;;
            *)
                if [[ "${COMP_CWORD}" -gt 1 || "${COMP_WORDS[1]}" = -* ]]; then
                    COMP_WORDS=("${COMP_WORDS[0]}" verify "${COMP_WORDS[@]:1}")
                    COMP_CWORD=$((COMP_CWORD + 1))
                fi
                ;;
            esac
            if [[ "${COMP_CWORD}" -eq 1 ]]; then
                local file
                while IFS='' read -r file; do
                    COMPREPLY+=("${file}")
                done < <(compgen -f -- "${2}")
            fi

        """
    }

    private static func zsh(_ commands: [String]) -> String {
        """
            if [[ "${words[2]}" != (\(commands.joined(separator: "|"))) ]]; then
                if [[ "${CURRENT}" -gt 2 || "${words[2]}" = -* ]]; then
                    words=("${words[1]}" verify "${(@)words[2,-1]}")
                    CURRENT=$((CURRENT + 1))
                fi
            fi
            [[ "${CURRENT}" -eq 2 ]] && _files

        """
    }

    private static func fish(_ commands: [String]) -> String {
        """
            if not contains -- "$unparsed_tokens[2]" \(commands.joined(separator: " "))
                if test (count $unparsed_tokens) -gt 1; or string match -q -- '-*' (commandline -ct)
                    set unparsed_tokens $unparsed_tokens[1] verify $unparsed_tokens[2..]
                end
            end
        """
    }
}
