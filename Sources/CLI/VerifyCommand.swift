// layerverify: the command that verifies.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify verify`, the default.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify everything that images claim about themselves.",
        usage: "layerverify verify [<options>] <path> ...",
        discussion: """
            Each PATH is an OCI image layout, a docker-save archive or the folder of one, or a folder that contains \
            several of these. The form is detected from the content, not from the name. An archive may be compressed by \
            gzip or zstd. The path '-' is standard input, which may be a pipe.

            EXAMPLES:
              layerverify alpine/
              layerverify --platform linux/arm64 alpine/
              layerverify --quiet images/*.tar && echo all good
              docker save alpine | layerverify -
              layerverify --format json alpine/ | jq -r '.findings[].code'

            \(ExitStatus.helpOfVerify)
            """)

    @Argument(
        help: ArgumentHelp("The images: directories or archives; - is standard input.", valueName: "path"),
        completion: .file())
    var paths: [String]

    @OptionGroup(title: "What to check") var selection: SelectionOptions
    @Flag(help: "Fail if a platform listed in an index is missing.") var requireAllPlatforms = false
    @Flag(help: "Accept an image store that lists no image.") var allowEmpty = false
    @Option(
        help: ArgumentHelp(
            "Exit with 2 if fewer different images than this are found at all paths together.", valueName: "number"))
    var minImages = 0
    @Option(
        help: ArgumentHelp(
            "How much of the tar in each layer is checked: everything that keeps a runtime from unpacking it, its headers "
                + "alone, or nothing.", valueName: "how"))
    var contents = ContentsMode.full
    @OptionGroup(title: "What fails") var tolerance: ToleranceOptions
    @OptionGroup(title: "Search") var search: SearchOptions
    @OptionGroup(title: "Report") var report: VerdictOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        try StandardInputPath.validate(paths)
        try report.validate(reading: paths, trace: running.trace)
        for output in report.requests.map({ $0.output }) + [running.trace] { try tolerance.validate(output: output) }
        guard minImages >= 0 else { throw ValidationError("--min-images is 0 or more, not \(minImages).") }
        _ = try Verifier.validated(try makeOptions())
    }

    func run() throws {
        var options = try makeOptions()
        try tolerance.apply(to: &options)
        try VerifyRun(
            paths: paths, options: options, threshold: tolerance.threshold, reports: report.requests,
            verbosity: report.verbosity, colour: report.destination.color, trace: running.trace,
            progress: running.progress, github: report.github
        ).run()
    }

    private func makeOptions() throws -> Verifier.Options {
        var options = Verifier.Options()
        try selection.apply(to: &options)
        search.apply(to: &options)
        running.apply(to: &options)
        options.requiresAllPlatforms = requireAllPlatforms
        options.allowsEmpty = allowEmpty
        options.minimumImageCount = minImages
        options.contents = contents.check
        return options
    }
}
