// layerverify: tests of the program before and after a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct CommandLineTests {
    static let wrongUsages: [[String]] = [
        ["--format", "yaml", "x"], ["--platform", "linux", "x"], ["--bogus", "x"], ["--jobs", "0", "x"],
        ["--max-window", "12Q", "x"], ["--max-expansion", "0", "x"], ["-q", "-v", "x"], ["digest"],
        ["inspect"], ["verify"], ["--ref", "", "x"], ["--platform", "", "x"],
        ["--expect-digest", "", "x"], ["--expect-digest", "sha256:abc", "x"], ["--expect-digest", "blake3:a", "x"],
        ["inspect", "--expect-digest", "app:1", "x"], [""], ["inspect", ""], ["digest", ""],
        ["-o", "", "x"],
    ]

    @Test func noArgumentIsWrongUsage() throws {
        let ending = try Program.run()
        #expect(ending.status == 64)
        #expect(ending.errors.contains("USAGE: layerverify"))
        #expect(ending.output.isEmpty)
    }

    @Test(arguments: wrongUsages)
    func wrongUsageEndsWith64(_ arguments: [String]) throws {
        let words = arguments.map { "'\($0)'" }.joined(separator: " ")
        let ending = try Program.shell("exec \"$LAYERVERIFY\" \(words)")
        #expect(ending.status == 64)
        #expect(ending.errors.contains("Error: "))
        #expect(ending.output.isEmpty)
    }

    @Test(arguments: [
        "--max-window 64MiB", "--max-expansion unlimited", "--max-expansion-free 1GB", "-j 1", "-j2", "-q",
    ])
    func rightUsageIsAccepted(_ options: String) throws {
        let ending = try Program.shell("exec \"$LAYERVERIFY\" \(options) /no/such/path")
        #expect(ending.status == 2)
    }

    @Test func anUnknownFormatListsTheKnownOnes() throws {
        let ending = try Program.run("--format", "yaml", "x")
        for format in ["text", "json", "sarif"] { #expect(ending.errors.contains("\n  - \(format)\n")) }
        let other = try Program.run("inspect", "--format", "yaml", "x")
        #expect(other.errors.contains("'text' and 'json'"))
    }

    @Test func theVersionIsOutput() throws {
        let ending = try Program.run("--version")
        #expect(ending.status == 0)
        #expect(ending.output.hasPrefix("layerverify "))
    }

    @Test(arguments: [
        ["--help"], ["verify", "--help"], ["digest", "-h"], ["inspect", "-h"], ["explain", "-h"], ["bench", "-h"],
    ])
    func helpListsTheExitStatuses(_ arguments: [String]) throws {
        let ending = try Program.shell("exec \"$LAYERVERIFY\" " + arguments.joined(separator: " "))
        #expect(ending.status == 0)
        #expect(ending.output.contains("EXIT STATUS:"))
        #expect(ending.output.contains("EXAMPLES:"))
    }

    @Test func theDocsMatchTheProgram() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let pages = [
            ("__findings", "findings.md"), ("__help", "cli.md"),
            ("__findings blob-digest-mismatch", "findings/blob-digest-mismatch.md"),
        ]
        for (arguments, page) in pages {
            let ending = try Program.shell("exec \"$LAYERVERIFY\" " + arguments)
            let text = try String(contentsOf: root.appending(path: "docs/\(page)"), encoding: .utf8)
            #expect(ending.output == text, "run scripts/docs-check --write")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsKnowTheFormats(_ shell: String) throws {
        let ending = try Program.run("--generate-completion-script", shell)
        #expect(ending.status == 0)
        #expect(ending.output.contains("json"))
        #expect(ending.output.contains("always"))
    }

    @Test func aPathThatDoesNotExistEndsWith2() throws {
        let ending = try Program.run("/no/such/path")
        #expect(ending.status == 2)
        #expect(ending.output.contains("path-missing"))
    }

    @Test func theNameOfAnImageInARegistryGetsAHint() throws {
        let ending = try Program.run("docker.io/library/alpine:3")
        #expect(ending.status == 2)
        #expect(ending.errors.contains("skopeo copy docker://docker.io/library/alpine:3 oci:alpine"))
    }

    static let lostReports = [
        "\"$LAYERVERIFY\" x >/dev/full", "\"$LAYERVERIFY\" --version >/dev/full", "\"$LAYERVERIFY\" --help >/dev/full",
        "\"$LAYERVERIFY\" -o /dev/full x", "\"$LAYERVERIFY\" x >&-", "\"$LAYERVERIFY\" -o /no/such/folder/out x",
        // A file that may not grow; it is removed.
        "d=$(mktemp -d); ulimit -f 0; \"$LAYERVERIFY\" -o \"$d/out\" x; s=$?; rmdir \"$d\" && exit $s",
    ]

    @Test(arguments: lostReports)
    func aLostReportEndsWith2(_ line: String) throws {
        let ending = try Program.shell(line)
        #expect(ending.status == 2)
        #expect(ending.errors.contains("layerverify: cannot "))
    }

    @Test func aClosedPipeEndsWith2() throws {
        let ending = try Program.shell("{ sleep 0.2; \"$LAYERVERIFY\" /no/such/path; echo $? >&2; } | true")
        #expect(ending.errors.contains("layerverify: cannot write standard output"))
        #expect(ending.errors.hasSuffix("2\n"))
    }

    @Test func aClosedPipeEndsTheHelpQuietly() throws {
        let ending = try Program.shell("{ sleep 0.2; \"$LAYERVERIFY\" --help; echo $? >&2; } | true")
        #expect(ending.errors == "141\n")
    }

    @Test func theOutputFileIsReplacedAsAWhole() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "layerverify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "out.json")
        let link = folder.appending(path: "link.json")
        try "before".write(to: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        let ending = try Program.run("--format", "json", "-o", link.path, "/no/such/path")
        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        #expect(report?["outcome"] as? String == "undetermined")
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link.json", "out.json"])
    }

    @Test func coloursAreForTerminals() throws {
        #expect(!(try Program.run("/no/such/path")).output.contains("\u{1b}"))
    }

    @Test func aFailedFileIsNamedOnBothStreams() throws {
        let ending = try Program.run("digest", "--chain", "/no/such\nfile")
        #expect(ending.status == 2)
        #expect(ending.output == "-  -  -  -  -  -  /no/such\\nfile\n")
        #expect(ending.errors.contains("/no/such\\nfile: "))
    }

    @Test func theOutputMayBeAStream() throws {
        let ending = try Program.shell(
            "\"$LAYERVERIFY\" -q -o /dev/stdout x | cat; \"$LAYERVERIFY\" -q -o /dev/fd/1 x | cat")
        #expect(ending.output.components(separatedBy: "path-missing").count == 3)
    }

    @Test func noICUIsLinked() throws {
        let ending = try Program.shell("ldd \"$LAYERVERIFY\"")
        #expect(!ending.output.contains("_FoundationICU"))
    }
}

/// Command lines of paths and a few options are parsed without ArgumentParser, with the same result.
@Suite struct PlainCommandLineTests {
    static let good = ProgramRun.corpus("good/oci-gzip/image")
    static let bad = ProgramRun.corpus("bad/layer-byte-flipped/image")

    /// Lines for both parsers; an option with its default value makes ArgumentParser read them.
    static let lines: [[String]] = [
        [good], [bad], [good, bad], ["--quiet", good], [bad, "-q"], [good, "--quiet", bad], ["/no/such/path"],
        [good, good], ["./digest"], [bad, "./verify", "-q"],
        ["--format", "json", good], [bad, "-q", "--format", "json"], ["--jobs", "2", bad], [good, "--jobs", "64"],
        ["--format", "json", "--jobs", "1", good, bad],
    ]

    @Test(arguments: lines)
    func plainLinesHaveTheSameMeaningForBothParsers(_ line: [String]) throws {
        let plain = try ProgramRun.layerverify(line)
        let parsed = try ProgramRun.layerverify(["verify", "--format", "text"] + line)
        #expect(plain.status == parsed.status)
        #expect(Self.withoutSpeed(plain.text) == Self.withoutSpeed(parsed.text))
        #expect(plain.errors == parsed.errors)
    }

    static let wrongLines: [[String]] = [
        [], [""], [good, ""], ["-q", "-q", "-v", good], ["--quiet"], ["--", ""], ["-q", "--bogus", good],
        ["--format", "json"], [good, "--format"], ["--format", "yaml", good], ["--format", "json", ""],
        [good, "--jobs"], ["--jobs", "0", good], ["--jobs", "x", good], ["--jobs", good],
    ]

    @Test(arguments: wrongLines)
    func linesThatAreNotPlainAreLeftToArgumentParser(_ line: [String]) throws {
        #expect(try ProgramRun.layerverify(line).status == 64)
    }

    @Test(arguments: ["verify", "inspect", "digest", "help"])
    func aWordThatNamesACommandIsNotAPath(_ word: String) throws {
        // If these were parsed as paths, the run would report missing files, and end with 2.
        let ending = try ProgramRun.layerverify([word, "--help"])
        #expect(ending.status == 0)
        #expect(try ProgramRun.layerverify([word]).status == (word == "help" ? 0 : 64))
    }

    /// The summary contains the duration of the run, and so does the JSON report.
    private static func withoutSpeed(_ text: String) -> String {
        text.replacingOccurrences(
            of: " in [0-9.]+ s \\(.*\\)|\"(seconds|bytesPerSecond)\": [0-9.]+", with: "", options: .regularExpression)
    }
}
