// layerverify: the command that shows the documents of images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify inspect`.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what images claim, and check their documents, without reading layers.",
        usage: "layerverify inspect [<options>] <path> ...",
        discussion: """
            Prints images, platforms, image IDs, manifest digests, and layers with sizes and chainIDs, as the documents \
            claim them. The documents are checked: their digests and sizes, their content, and whether they agree. \
            Layers are not read, so nothing about their content is verified.

            EXAMPLES:
              layerverify inspect alpine/
              layerverify inspect --quiet alpine/ && echo the documents agree
              layerverify inspect --format json alpine/ | jq -r '.images[].imageID'

            \(ExitStatus.helpOfInspect)
            """)

    @Argument(
        help: ArgumentHelp("The images: directories or archives; - is standard input.", valueName: "path"),
        completion: .file())
    var paths: [String]

    @OptionGroup(title: "What to show") var selection: SelectionOptions
    @OptionGroup(title: "What fails") var tolerance: ToleranceOptions
    @OptionGroup(title: "Search") var search: SearchOptions
    @OptionGroup(title: "Report") var report: ReportOptions

    func validate() throws {
        try StandardInputPath.validate(paths)
        try OutputPlace.validate(report.output, reading: paths)
        try tolerance.validate(output: report.output)
        try Verifier.check(try makeOptions())
    }

    func run() throws {
        var options = try makeOptions()
        try tolerance.apply(to: &options)
        let verifier = try Verifier.validated(options)
        try FileLimit.requireRoom()
        let output = try ReportOutput.opened(report.output)
        try output.prepare()
        PathHints.complain(about: paths)
        let result = verifier.inspectBlocking(imagesIn: paths.map { StandardInputPath.source($0) })
        try RunSession(progress: .never).finish(
            with: ExitStatus(result, failingOn: tolerance.threshold), writing: [output]
        ) { _, sink throws(ReportOutput.Failure) in
            try result.write(as: report.format, style: report.style(on: output), to: sink)
        }
    }

    private func makeOptions() throws -> Verifier.Options {
        var options = Verifier.Options()
        try selection.apply(to: &options)
        search.apply(to: &options)
        return options
    }
}
