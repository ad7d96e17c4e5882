// layerverify: the command that computes digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify digest`.
struct DigestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Compute the digests and sizes of layer files, in one pass over each.",
        usage: "layerverify digest [<options>] <file> ...",
        discussion: """
            Prints one line per file: digest, diffID, size, uncompressed size, compression, path, separated by two \
            spaces; '-' marks a value that could not be computed. With --chain, the chainID precedes the path.

            EXAMPLES:
              layerverify digest layer.tar.gz
              layerverify digest --chain base.tar.gz app.tar.zst
              layerverify digest *.gz | awk '{ print substr($1, 8) "  " $6 }' | sha256sum --check

            \(ExitStatus.help)
            """)

    @Argument(
        help: ArgumentHelp("Layers: tar files, plain or compressed; - is standard input.", valueName: "file"),
        completion: .file())
    var files: [String]

    @Flag(help: "The files are the layers of one image, base first: compute their chainIDs.") var chain = false
    @OptionGroup(title: "Report") var report: FileOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        try StandardInputPath.validate(files)
        try OutputPlace.validate(report.output, reading: files)
        try TraceFile.validate(running.trace, beside: report.output, reading: files)
        try Verifier.check(makeOptions())
    }

    func run() throws {
        let verifier = try Verifier.validated(makeOptions())
        try FileLimit.requireRoom()
        let output = try ReportOutput.opened(report.output)
        let trace = try TraceFile.opened(running.trace)
        let session = RunSession(progress: running.progress, isNice: running.nice, trace: trace)
        try output.prepare()
        try trace?.prepare()
        let result = session.run {
            verifier.computeDigestsBlocking(
                of: files.map { StandardInputPath.source($0) }, chaining: chain ? .layersOfOneImage : .none,
                cancellation: $0,
                progress: $1, trace: $2)
        }
        for file in result.files {
            guard let code = file.code, let message = file.message else { continue }
            StandardStreams.complain(TerminalText.escaped("\(file.path): \(message)") + " [\(code)]")
        }
        try session.finish(with: ExitStatus(result), writing: [output]) { _, sink throws(ReportOutput.Failure) in
            try result.write(as: report.format.format, columns: chain ? .withChainIDs : .standard, to: sink)
        }
    }

    private func makeOptions() -> Verifier.Options {
        var options = Verifier.Options()
        running.apply(to: &options)
        return options
    }
}
