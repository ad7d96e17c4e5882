// layerverify: tests of the command that explains findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct ExplainTests {
    /// One process for all codes: what is printed for each of them is tested in LayerReportTests.
    @Test func everyCodeOfTheListCanBeExplained() throws {
        let list = try Program.run("explain")
        #expect(list.status == 0 && list.errors.isEmpty)
        let labels = list.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        #expect(labels.count > 80)
        let all = try Program.shell(
            "exec \"$LAYERVERIFY\" explain " + labels.map { "'\($0)'" }.joined(separator: " "))
        #expect(all.status == 0)
        for label in labels { #expect(all.output.contains("\(label) A")) }
    }

    @Test(arguments: ["blob-missing", "Blob-Missing", "error[blob-missing]", "'error[BLOB-MISSING]:'", "blob_missing"])
    func codesAreReadAsReportsWriteThem(_ word: String) throws {
        let ending = try Program.shell("exec \"$LAYERVERIFY\" explain \(word)")
        #expect(ending.status == 0)
        #expect(ending.output.hasPrefix("error[blob-missing] "))
    }

    @Test(arguments: [
        ("blob-mising", "Did you mean 'blob-missing'?"), ("viewEmpty", "Did you mean 'view-empty'?"),
        ("digest", "Codes with this word: digest-unexpected,"), ("xyzxyzxyz", "'layerverify explain' lists all codes."),
        ("\"$(printf 'a\\033[31m')\"", "'a\\u{1b}[31m'"), ("\"$(head -c 100000 /dev/zero | tr '\\0' x)\"", "lists all"),
        ("blob-missing no-such-code", "There is no finding with the code 'no-such-code'."),
    ])
    func anUnknownCodeIsWrongUsageAndTheNearestIsNamed(_ words: String, _ message: String) throws {
        let ending = try Program.shell("exec \"$LAYERVERIFY\" explain \(words)")
        #expect(ending.status == 64)
        #expect(ending.output.isEmpty)
        #expect(ending.errors.contains(message), "\(ending.errors)")
        #expect(ending.errors.utf8.count < 1000)
    }

    @Test func theFormatsAndTheListOfSomeCodes() throws {
        let json = try Program.run("explain", "--format", "json", "view-empty")
        #expect(
            json.output.hasPrefix(
                "{\n  \"schemaVersion\": 1,\n  \"findings\": [\n    {\n      \"code\": \"view-empty\""))
        let markdown = try Program.run("explain", "--format", "markdown", "view-empty")
        #expect(markdown.output.hasPrefix("# view-empty\n\nA warning"))
        let list = try Program.run("explain", "--list", "view-empty", "blob-missing")
        #expect(list.output.hasPrefix("warning[view-empty]") && list.output.split(separator: "\n").count == 2)
    }

    @Test func aLostTextEndsWith2() throws {
        let ending = try Program.shell("\"$LAYERVERIFY\" explain blob-missing >/dev/full")
        #expect(ending.status == 2)
        #expect(ending.errors.contains("No space left"))
    }

    @Test func theCommandThatAReportNamesExplainsIt() throws {
        let ending = try Program.shell(
            """
            cd '\(ReadmeTranscriptTests.root.path)'
            line=$("$LAYERVERIFY" corpus/bad/layer-byte-flipped/image | grep "^see 'layerverify explain")
            code=$(expr "$line" : "see 'layerverify explain \\([a-z-]*\\)'")
            exec "$LAYERVERIFY" explain "$code"
            """)
        #expect(ending.status == 0)
        #expect(ending.output.hasPrefix("error[blob-digest-mismatch] "))
    }
}
