// layerverify: the transcripts and the links of the pages are correct.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Runs every `console` block of README.md and docs/usage.md, and checks all links of the pages.
@Suite struct ReadmeTranscriptTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// A `console` block: lines that begin with `$ ` are commands, the others are their output.
    struct Transcript: Sendable, CustomTestStringConvertible {
        var text: String

        var testDescription: String { commands.first ?? "nothing" }
        var commands: [String] {
            text.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
        }

        /// Runs the commands in one shell at the root. Each is echoed, and `$?` is the status of the previous command.
        var script: String {
            let lines = commands.map { command in
                let shown = command.replacing("'", with: "'\\''")
                let real = command.replacing("scripts/layerverify", with: "\"$LAYERVERIFY\"")
                return "printf '%s\\n' '$ \(shown)'; (exit $status)\n\(real)\nstatus=$?"
            }
            return "cd '\(root.path)'; status=0\n" + lines.joined(separator: "\n")
        }
    }

    static let transcripts: [Transcript] = {
        ["README.md", "docs/usage.md"].flatMap { page in
            let text = (try? String(contentsOf: root.appending(path: page), encoding: .utf8)) ?? ""
            return text.components(separatedBy: "```console\n").dropFirst().map {
                Transcript(text: $0.components(separatedBy: "```")[0])
            }
        }
    }()

    /// Time and rate depend on the machine.
    static func normalized(_ text: String) -> String {
        text.replacing(#/in [0-9.]+ s \([^)]*\)/#, with: "in TIME (RATE)")
    }

    @Test func thereAreTranscriptsOfAGoodAndOfADamagedImage() {
        #expect(Self.transcripts.contains { $0.text.contains("✓ verified: ") && $0.text.hasSuffix("$ echo $?\n0\n") })
        #expect(Self.transcripts.contains { $0.text.contains("✗ refuted: ") && $0.text.hasSuffix("$ echo $?\n1\n") })
        #expect(Self.transcripts.contains { $0.text.contains(" ignored: ") })
    }

    @Test(arguments: transcripts)
    func aTranscriptMatchesTheOutputOfTheProgram(_ transcript: Transcript) throws {
        // Without jq the output cannot be compared.
        guard !transcript.text.contains("| jq") || ProgramRun.areInstalled("jq") else { return }
        let ending = try Program.shell(transcript.script)
        #expect(Self.normalized(ending.output) == Self.normalized(transcript.text), "\(ending.errors)")
    }

    /// The recipe for a baseline works in a shell that ends at the first command that fails, also for a damaged image.
    @Test func aBaselineIsMadeUsedAndRenewed() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/usage.md"), encoding: .utf8)
        let blocks = page.components(separatedBy: "```sh\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
            .filter { $0.contains("baseline.json") }
        try #require(blocks.count == 2)
        let image = ProgramRun.corpus("bad/layer-byte-flipped/image")
        let script = (blocks + [String(blocks[0].split(separator: "\n")[1]) + "\n"]).joined()
            .replacing("/srv/images", with: "'\(image)'").replacing("layerverify ", with: "\"$LAYERVERIFY\" ")
        let ending = try Program.shell("cd \"$(mktemp -d)\"; set -e\n\(script)ls; rm -r \"$PWD\"")
        #expect(ending.output.components(separatedBy: "2 findings ignored: 2 by --baseline").count == 3)
        #expect(ending.output.hasSuffix("\nbaseline.json\n"), "\(ending.output)\n\(ending.errors)")
    }

    static let pages = [
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/policy.md",
        "docs/json.md", "docs/findings.md", "docs/reports.md", "docs/usage.md", "docs/environment.md",
        "docs/install.md", "docs/pipelines.md",
    ]

    @Test(arguments: pages)
    func everyLinkHasATarget(_ page: String) throws {
        let file = Self.root.appending(path: page)
        let text = try String(contentsOf: file, encoding: .utf8)
        for link in text.matches(of: #/\]\(([^)#]*)(#[^)]*)?\)/#)
        where !link.output.1.hasPrefix("https://") {
            let target =
                link.output.1.isEmpty
                ? file : file.deletingLastPathComponent().appending(path: String(link.output.1)).standardized
            guard FileManager.default.fileExists(atPath: target.path) else {
                Issue.record("\(page): \(link.output.0) leads to nothing")
                continue
            }
            guard let anchor = link.output.2 else { continue }
            let headings = try String(contentsOf: target, encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("#") }.map(Self.anchor)
            #expect(headings.contains(String(anchor)), "\(page): no heading \(anchor)")
        }
    }

    /// The anchor of a Markdown heading.
    static func anchor(_ heading: Substring) -> String {
        let words = heading.drop { $0 == "#" || $0 == " " }.lowercased()
        return "#" + String(words.filter { $0.isLetter || $0.isNumber || "- _".contains($0) }).replacing(" ", with: "-")
    }

    /// Scripts that the pages name without a link.
    @Test func everyNamedScriptExists() throws {
        for page in Self.pages {
            let text = try String(contentsOf: Self.root.appending(path: page), encoding: .utf8)
            for name in text.matches(of: #/scripts\/[a-z][a-z0-9.-]*[a-z]/#) {
                let path = Self.root.appending(path: String(name.output)).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page): \(name.output)")
            }
        }
    }
}
