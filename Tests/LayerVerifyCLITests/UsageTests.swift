// layerverify: wrong command lines.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct UsageTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let line: String
        let message: String

        init(_ line: String, _ message: String) {
            self.line = line
            self.message = message
        }

        var testDescription: String { line }
        var arguments: [String] { line.split(separator: " ").map { String($0) } }
    }

    /// The option is wrong in each of these, with a path and without one.
    static let mistakes = [
        Mistake("-V", "Unknown option '-V'. Write '--version' instead."),
        Mistake("--json", "Unknown option '--json'. Write '--format json' instead."),
        Mistake("inspect --json", "Unknown option '--json'. Write '--format json' instead."),
        Mistake("--json=1", "Unknown option '--json'. Write '--format json' instead."),
        Mistake("--no-color", "Unknown option '--no-color'. Write '--color never' instead."),
        Mistake("--foo", "Unknown option '--foo'.\n"),
        Mistake("digest --foo", "Unknown option '--foo'.\n"),
        Mistake("--quite", "Unknown option '--quite'. Did you mean '--quiet'?"),
        Mistake("--platfrom", "Unknown option '--platfrom'. Did you mean '--platform'?"),
        Mistake("verify --verbos", "Unknown option '--verbos'. Did you mean '--verbose'?"),
        Mistake("-quiet", "Unknown option '-quiet'. Did you mean '--quiet'?"),
        Mistake("-qx", "Unknown option '-x'.\n"),
        Mistake("-oreport", "The value of '-o' needs a space: '-o report'."),
        Mistake("-q -v", "'--quiet' and '--verbose' exclude each other."),
        Mistake("-qv", "'--quiet' and '--verbose' exclude each other."),
        Mistake("inspect --verbose --quiet", "'--quiet' and '--verbose' exclude each other."),
        Mistake("--quiet=1", "The option '--quiet' does not take any value, but '1' was specified."),
        Mistake("--format jsn", "The value 'jsn' is invalid for '--format <format>'."),
        Mistake("--jobs many", "The value 'many' is invalid for '--jobs <n>'"),
        Mistake("--color sometimes", "The value 'sometimes' is invalid for '--color <when>'."),
        Mistake("--platform linux", "platform 'linux' is not os/architecture[/variant]"),
        Mistake("--format --quiet", "Missing value for '--format <format>'.\n"),
        Mistake("--format=", "Missing value for '--format <format>'.\n"),
        Mistake("inspect --jobs= 2", "Unknown option '--jobs'"),
        Mistake("--min-images -1", "If '-1' is the value, write '--min-images=-1'."),
        Mistake("--chain", "Unknown option '--chain'. It is an option of 'digest': 'layerverify digest --chain ...'."),
        Mistake("digest --strict", "It is an option of 'verify', 'inspect': 'layerverify verify --strict ...'."),
        Mistake("inspect --jobs", "It is an option of 'verify', 'digest', 'ls', 'cat', 'diff', 'bench'"),
        Mistake("diggest --chain", "It is an option of 'digest'; did you mean that by 'diggest'?"),
    ]

    @Test(arguments: mistakes)
    func theErrorIsAboutTheOption(_ mistake: Mistake) throws {
        // With a path and without one; each has one of these if slow tests are not wanted.
        let place = Self.mistakes.firstIndex { $0.line == mistake.line } ?? 0
        for (number, path) in [[], ["/no/such/path"]].enumerated() where SlowTests.areWanted || number == place % 2 {
            let run = try ProgramRun.layerverify(mistake.arguments + path)
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
            #expect(run.transcript.contains(mistake.message), "\(run.transcript)")
            #expect(run.transcript.contains("--help' for more information."))
        }
    }

    /// As in `--output="$REPORT" a.tar b.tar` in a shell where REPORT is not set.
    @Test(arguments: ["--output=", "--trace=", "verify --output="])
    func aPathIsNotTheValueOfAnOptionBeforeIt(_ line: String) throws {
        let folder = try ScratchFolder()
        let path = folder.url.appending(path: "a.tar").path
        try Data("an image".utf8).write(to: URL(filePath: path))
        let words = line.split(separator: " ").map { String($0) }
        let run = try ProgramRun.layerverify(words + [path, ProgramRun.corpus("good/oci-gzip/image")])
        #expect(run.status == 64)
        #expect(run.transcript.contains("Missing value for '\(words.last?.dropLast() ?? "")"), "\(run.transcript)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "an image")
    }

    @Test(arguments: [["verify"], ["inspect"], []])
    func onePlatformMayBeGiven(_ command: [String]) throws {
        let image = ProgramRun.corpus("good/oci-gzip/image")
        let run = try ProgramRun.layerverify(
            command + ["--platform", "linux/arm64", "--platform", "linux/amd64", image])
        #expect(run.status == 64)
        #expect(run.transcript.contains("--platform may be given once."))
    }

    @Test(arguments: Array(["--ref", "-o", "inspect --format", "digest --jobs", "--trace"].enumerated()))
    func anOptionAtTheEndLacksItsValue(_ place: Int, _ line: String) throws {
        for (number, path) in [[], ["/no/such/path"]].enumerated() where SlowTests.areWanted || number == place % 2 {
            let command = line.hasPrefix("-") ? [] : [String(line.prefix { $0 != " " })]
            let option = line.split(separator: " ").last.map { String($0) } ?? ""
            let run = try ProgramRun.layerverify(command + path + [option])
            #expect(run.status == 64)
            #expect(run.transcript.contains("Missing value for '\(option) <"), "\(run.transcript)")
        }
    }

    @Test(arguments: ["verify", "digest", "inspect"])
    func aMissingPathIsReported(_ command: String) throws {
        for options in [[], ["--format", "json"]] {
            let run = try ProgramRun.layerverify([command] + options)
            #expect(run.status == 64)
            #expect(run.transcript.contains("Missing expected argument '<"))
            #expect(run.transcript.contains("See 'layerverify \(command) --help'"))
        }
    }

    /// The check for mistyped options knows the options that the help lists.
    @Test(arguments: ["verify", "digest", "inspect", "bench"])
    func everyOptionIsSuggestedForItself(_ command: String) throws {
        let help = try ProgramRun.layerverify([command, "--help"]).text
        let options = help.matches(of: #/(?m)^  (?:-[a-z], )?(--[a-z-]{6,})/#).map { String($0.output.1) }
        #expect(options.count > 3)
        for option in SlowTests.areWanted ? options : options.suffix(2) {
            let run = try ProgramRun.layerverify([command, option + "x"])
            #expect(run.transcript.contains("Did you mean '\(option)'?"), "\(run.transcript)")
        }
    }

    @Test func helpOnAnUnknownCommandIsWrongUsage() throws {
        let run = try ProgramRun.layerverify("help", "inspct")
        #expect(run.status == 64)
        #expect(run.transcript.contains("There is no command 'inspct'. Did you mean 'inspect'?"))
    }

    @Test(arguments: [
        Mistake("inspct", "did you mean 'layerverify inspect'?"),
        Mistake("verfy x", "did you mean 'layerverify verify'?"),
        Mistake("diggest f", "did you mean 'layerverify digest'?"),
        Mistake("Bench", "did you mean 'layerverify bench'?"),
        Mistake("--strict inspct x", "did you mean 'layerverify inspect'?"),
        Mistake("-q inspect x", "the command comes first: 'layerverify inspect ...'"),
        Mistake("version", "did you mean 'layerverify --version'?"),
    ])
    func aWordSimilarToACommandGetsAHint(_ mistake: Mistake) throws {
        let run = try ProgramRun.layerverify(mistake.arguments)
        #expect(run.status == 2)
        #expect(run.transcript.contains(mistake.message), "\(run.transcript)")
    }

    @Test func aWordThatIsAPathGetsNoHint() throws {
        let workshop = try ImageFixture()
        _ = try workshop.plainLayout("inspct")
        for line in ["\"$1\" inspct", "\"$1\" ./inspekt", "\"$1\" alpine"] {
            let run = try ProgramRun.run(
                "bash", ["-c", "cd \"$2\"; \(line)", "bash", ProgramRun.layerverifyPath, workshop.folder.url.path])
            #expect(!run.transcript.contains("did you mean"), "\(run.transcript)")
        }
    }
}
