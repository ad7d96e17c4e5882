// layerverify: colours.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct ColourTests {
    static let escape = "\u{1b}["

    /// Variables, options, and whether a report is coloured that is not on a terminal.
    static let cases: [(String, String, Bool)] = [
        ("", "", false), ("", "--color always", true), ("", "--color auto", false), ("", "--color never", false),
        ("FORCE_COLOR=1", "", true), ("FORCE_COLOR=0", "", false), ("FORCE_COLOR=", "", false),
        ("CLICOLOR_FORCE=1", "", true), ("CLICOLOR_FORCE=0", "", false), ("CLICOLOR=1", "", false),
        ("NO_COLOR=1 FORCE_COLOR=1 CLICOLOR_FORCE=1", "", false), ("NO_COLOR= FORCE_COLOR=1", "", true),
        ("CLICOLOR=0 FORCE_COLOR=1", "", true),
        ("NO_COLOR=1", "--color always", true), ("FORCE_COLOR=1", "--color never", false),
        ("TERM=dumb", "--color always", true), ("FORCE_COLOR=1", "-o /dev/stdout", true),
    ]

    private func run(_ variables: String, _ line: [String]) throws -> ProgramRun {
        let words = variables.split(separator: " ").map { String($0) }
        let names = ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"].flatMap { ["-u", $0] }
        return try ProgramRun.run("env", names + words + line)
    }

    /// Each case with every command, or in turn with one of them if slow tests are not wanted.
    @Test(arguments: Array(cases.enumerated()))
    func optionAndEnvironmentDecideAboutColours(_ place: Int, _ item: (String, String, Bool)) throws {
        let (variables, options, isColoured) = item
        let words = options.split(separator: " ").map { String($0) }
        for (number, command) in [[], ["verify"], ["inspect"]].enumerated()
        where SlowTests.areWanted || number == place % 3 {
            let run = try run(variables, [ProgramRun.layerverifyPath] + command + words + ["/no/such/path"])
            #expect(run.status == 2)
            #expect(run.text.contains(Self.escape) == isColoured, "\(run.transcript)")
        }
    }

    /// A report in a file may be read by other programs.
    @Test(arguments: [("FORCE_COLOR=1", "auto", false), ("", "always", true)])
    func aFileIsColouredOnlyByTheOption(_ variables: String, _ mode: String, _ isColoured: Bool) throws {
        let workshop = try ImageFixture()
        let file = workshop.path("report")
        _ = try run(variables, [ProgramRun.layerverifyPath, "--color", mode, "-o", file, "/no/such/path"])
        let report = try String(contentsOfFile: file, encoding: .utf8)
        #expect(report.contains("path-missing"))
        #expect(report.contains(Self.escape) == isColoured)
    }

    @Test(
        .enabled(if: ProgramRun.areInstalled("script"), "needs script"),
        arguments: [
            ("TERM=xterm", true), ("TERM=xterm NO_COLOR=1", false), ("TERM=xterm CLICOLOR=0", false),
            ("TERM=dumb", false),
        ])
    func aTerminalIsColouredUnlessTheEnvironmentForbidsIt(_ variables: String, _ isColoured: Bool) throws {
        let run = try run(
            variables, ["script", "-qec", "'\(ProgramRun.layerverifyPath)' /no/such/path", "/dev/null"])
        #expect(run.text.contains("path-missing"))
        #expect(run.text.contains(Self.escape) == isColoured, "\(run.text)")
    }

    @Test func everyCommandWithAReportHasTheOption() throws {
        for command in ["verify", "digest", "inspect", "bench"] {
            #expect(try ProgramRun.layerverify(command, "--color", "never", "/no/such/path").status == 2)
        }
    }
}
