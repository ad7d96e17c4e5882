// layerverify: tests of the manual pages.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct ManualPageTests {
    static let commands: [[String]] = [[], ["verify"], ["digest"], ["inspect"], ["bench"]]

    private func page(_ command: [String]) throws -> String {
        let run = try ProgramRun.run(
            "env", ["SOURCE_DATE_EPOCH=1700000000", ProgramRun.layerverifyPath, "__man"] + command)
        #expect(run.status == 0, "\(run.transcript)")
        return run.text
    }

    @Test func allCommandsOfTheHelpHaveAPage() throws {
        let list = try ProgramRun.layerverify("__man", "--list").text.split(separator: "\n").map { String($0) }
        let help = try ProgramRun.layerverify("--help").text
        let section = try #require(help.components(separatedBy: "SUBCOMMANDS:\n").last)
        let names = section.split(separator: "\n").filter {
            $0.hasPrefix("  ") && $0.dropFirst(2).first?.isLowercase == true
        }
        .map { $0.split(separator: " ")[0] }
        #expect(names.count >= 4)
        #expect(list == ["layerverify"] + names.map { "layerverify-\($0)" })
    }

    /// The options of the help: the labels in its first column, with the value, as the page prints them.
    @Test(arguments: commands)
    func eachOptionOfTheHelpIsInThePage(_ command: [String]) throws {
        let page = try page(command)
        let help = try ProgramRun.run(
            "env", ["COLUMNS=10000", ProgramRun.layerverifyPath] + command + ["--help"]
        ).text
        let options = help.split(separator: "\n").filter { $0.hasPrefix("  -") }
        #expect(options.count > 5)
        for line in options {
            let words = line.split(separator: " ")
            let names = words.prefix { $0.hasPrefix("-") }
            var label = names.map { name in
                let isFollowed = name.hasSuffix(",")
                let escaped = name.replacingOccurrences(of: ",", with: "").replacingOccurrences(of: "-", with: "\\-")
                return "\\fB\(escaped)\\fR" + (isFollowed ? "," : "")
            }.joined(separator: " ")
            if let value = words.dropFirst(names.count).first, value.hasPrefix("<") {
                label += " \\fI\(value.dropFirst().dropLast())\\fR"
            }
            #expect(page.contains(".TP\n\(label)\n"), "\(line)")
        }
    }

    /// The words of the page, without macros and escapes, contain every sentence of the help.
    @Test(arguments: commands)
    func eachSentenceOfTheHelpIsInThePage(_ command: [String]) throws {
        let rendered = try page(command).split(separator: "\n").map { line in
            line.replacing(/^\.(SH|SS|TP|IP|PP|EX|EE|BR|br|TH)\b/, with: "").replacing(/\\f[BIR]|\\&/, with: "")
                .replacing("\\-", with: "-").replacing("\\(aq", with: "'").replacing("\\(dq", with: "\"")
                .replacing("\\(ti", with: "~").replacing("\\(ha", with: "^").replacing("\\(ga", with: "`")
                .replacing("\\e", with: "\\")
        }.joined(separator: " ").split(separator: " ").joined(separator: " ")
        let help = try ProgramRun.run(
            "env", ["COLUMNS=10000", ProgramRun.layerverifyPath] + command + ["--help"]
        ).text
        // Headings, names in angle brackets and the hint at the end of the help are different in the page.
        for line in help.split(separator: "\n") where !line.hasSuffix(":") && !line.contains("<") {
            guard !line.hasPrefix("OVERVIEW: ") else { continue }
            for part in line.split(separator: "  ", omittingEmptySubsequences: true) {
                let words = part.split(separator: " ").joined(separator: " ")
                guard words.contains(" "), !words.hasPrefix("-") else { continue }
                #expect(rendered.contains(words), "\(words)")
            }
        }
    }

    @Test(arguments: commands)
    func thePageHasTheSectionsOfAManualPage(_ command: [String]) throws {
        let page = try page(command)
        let titles = page.split(separator: "\n").filter { $0.hasPrefix(".SH ") }.map {
            $0.dropFirst(4).filter { $0 != "\"" }
        }
        let expected = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"]
        #expect(titles.filter { $0 != "COMMANDS" } == expected)
        #expect(titles.contains("COMMANDS") == command.isEmpty)
        #expect(page.contains("\nlayerverify" + command.map { "\\-" + $0 }.joined() + " \\- "))
        // groff_man_style(7) §Portability: no line of text begins like a request, and every hyphen is one that can be copied.
        for line in page.split(separator: "\n") where !line.hasPrefix(".") {
            #expect(!line.hasPrefix("'"))
            #expect(!line.replacing("\\-", with: "").contains("-"), "\(line)")
            #expect(line.count <= 110, "\(line)")
        }
    }

    @Test func theDateIsThatOfTheEnvironment() throws {
        #expect(try page([]).hasPrefix(".TH LAYERVERIFY 1 \"2023-11-14\" \"layerverify "))
        let undated = try ProgramRun.run("env", ["-u", "SOURCE_DATE_EPOCH", ProgramRun.layerverifyPath, "__man"])
        #expect(undated.text.hasPrefix(".TH LAYERVERIFY 1 \"\" "))
        let wrong = try ProgramRun.run("env", ["SOURCE_DATE_EPOCH=today", ProgramRun.layerverifyPath, "__man"])
        #expect(wrong.status == 64)
        #expect(try ProgramRun.layerverify("__man", "nosuch").status == 64)
    }
}
