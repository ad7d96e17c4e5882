// layerverify: tests of the help.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
    @Test(arguments: [["--help"], ["-h"], ["help"], ["--help", "x"]])
    func theHelpOfTheTopLevelShowsTheOptionsOfVerifying(_ arguments: [String]) throws {
        let run = try ProgramRun.layerverify(arguments)
        #expect(run.status == 0)
        let verify = try ProgramRun.layerverify("verify", "--help").text
        let options = verify.split(separator: "\n").filter { $0.hasPrefix("  -") }.map { $0.prefix(24) }
        #expect(options.count > 10)
        for option in options { #expect(run.text.contains(option)) }
        #expect(run.text.contains("\n  inspect "))
    }

    /// Words without spaces may be longer than a line.
    @Test(arguments: [40, 50, 60, 80, 132], [[], ["verify"], ["digest"], ["inspect"], ["explain"], ["bench"]])
    func linesOfTheHelpFitAndKeepTheirIndent(_ width: Int, _ command: [String]) throws {
        // Every second combination if slow tests are not wanted.
        guard SlowTests.areWanted || (width / 10 + command.joined().count).isMultiple(of: 2) else { return }
        let run = try ProgramRun.run(
            "env", ["COLUMNS=\(width)", ProgramRun.layerverifyPath] + command + ["--help"])
        #expect(run.status == 0)
        var isIndented = false
        for line in run.text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.drop { $0 == " " }
            #expect(line.count <= width || !words.contains(" "), "\(line)")
            // Below a heading everything is indented, up to an empty line.
            if line.isEmpty { isIndented = false }
            #expect(!isIndented || line.hasPrefix("  "), "\(line)")
            if line.hasSuffix(":"), line == line.uppercased() { isIndented = true }
        }
    }

    @Test(.enabled(if: ProgramRun.areInstalled("script"), "needs script"))
    func errorsOfUsageAreWrappedOnATerminal() throws {
        let program = ProgramRun.layerverifyPath
        let run = try ProgramRun.run(
            "script", ["-qec", "COLUMNS=40 '\(program)' --color sometimes x", "/dev/null"])
        let lines = run.text.split { $0.isNewline }
        #expect(lines.contains { $0.hasPrefix("Error: The value 'sometimes'") })
        #expect(lines.allSatisfy { $0.count <= 40 }, "\(run.text)")
        #expect(lines.dropFirst().first?.hasPrefix("       ") == true, "\(run.text)")
    }
}

@Suite struct CompletionTests {
    /// A command line, and a word that completes its last one.
    static let lines: [([String], String)] = [
        (["--f"], "--format"), (["image", "--q"], "--quiet"), (["--format", ""], "json"),
        (["--color", "al"], "always"),
        (["image", "--platform", "linux/s"], "linux/s390x"), (["digest", "--ch"], "--chain"), (["insp"], "inspect"),
        (["explain", "view"], "view-empty"), (["expl"], "explain"),
        (["im"], "image"), (["image", "im"], "image"), (["inspect", "im"], "image"),
        (["bench", "--compare", "im"], "image"), (["bench", "--compr"], "--compression"),
    ]

    /// The scripts, made once for all tests.
    private static let scripts = Dictionary(
        uniqueKeysWithValues: ["bash", "zsh", "fish"].map { shell in
            (shell, Result { try ProgramRun.layerverify("--generate-completion-script", shell) })
        })

    private func script(for shell: String) throws -> String {
        let run = try #require(Self.scripts[shell]).get()
        #expect(run.status == 0)
        return run.text
    }

    /// Runs a shell in a folder with a file `image` and the script `completions`.
    private func run(_ shell: String, _ arguments: [String]) throws -> String {
        let workshop = try ImageFixture()
        try Data(script(for: shell).utf8).write(to: workshop.url("completions"))
        try Data().write(to: workshop.url("image"))
        return try ProgramRun.run(
            "env", ["-C", workshop.folder.url.path, "HOME=" + workshop.folder.url.path, shell] + arguments
        ).transcript
    }

    /// Starting the program for each completion would be slow.
    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsDoNotStartTheProgram(_ shell: String) throws {
        #expect(!(try script(for: shell)).contains("---completion"))
    }

    @Test(arguments: lines)
    func bashCompletesWithoutACommand(_ words: [String], _ completion: String) throws {
        let line = """
            . ./completions; COMP_WORDS=(layerverify "$@"); COMP_CWORD=$#; COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}; _layerverify layerverify "${@: -1}" "${COMP_WORDS[-2]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let answer = try run("bash", ["--norc", "-c", line, "bash"] + words)
        #expect(answer.split(separator: "\n").contains(Substring(completion)), "\(answer)")
    }

    @Test(.enabled(if: ProgramRun.areInstalled("fish"), "needs fish"), arguments: lines)
    func fishCompletesWithoutACommand(_ words: [String], _ completion: String) throws {
        let line = (["layerverify"] + words).joined(separator: " ")
        let answer = try run("fish", ["--no-config", "-c", "source ./completions; complete -C '\(line)'"])
        let completions = answer.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
        #expect(completions.contains(Substring(completion)), "\(answer)")
    }

    /// The functions of zsh need a terminal; those that add completions are replaced by ones that print them.
    @Test(.enabled(if: ProgramRun.areInstalled("zsh"), "needs zsh"), arguments: lines)
    func zshCompletesWithoutACommand(_ words: [String], _ completion: String) throws {
        let line = """
            compdef() { }
            _files() { print -l -- files }
            _arguments() { print -rl -- "words: ${words[2]}" }
            source ./completions; words=(layerverify "$@"); CURRENT=${#words}; _layerverify
            """
        let answer = try run("zsh", ["-f", "-c", line, "zsh"] + words)
        let isCommand = ["digest", "inspect", "explain", "bench"].contains(words[0])
        let isOnlyWord = words.count == 1 && !words[0].hasPrefix("-")
        #expect(answer.contains("words: " + (isCommand || isOnlyWord ? words[0] : "verify")), "\(answer)")
        #expect(answer.contains("files") == isOnlyWord, "\(answer)")
    }
}
