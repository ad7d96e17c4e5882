// layerverify: the command that compares images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify diff`.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two images: layers, files, config and manifest.",
        usage: "layerverify diff [<options>] <first> <second>",
        discussion: """
            Answers why two builds of an image are not the same. The first line says what differs; the lists of layers, files \
            and members of the documents follow, with '-' for the first image, '+' for the second, '!' for what is in both and \
            differs, and '=' for what is the same. The images may have different forms, such as a folder and an archive.

            Two images are the same if their manifests have one digest, or if their configs and the stored bytes of all layers are \
            equal and one of the images has no manifest, as in a docker-save archive. Names of images are not compared. All that both images \
            claim is verified in the same pass, so that damage is not reported as a difference.

            --ignore names differences that do not count:
              compression  how layers are compressed
              times        times of files, of the config and of its history
              owners       numbers of user and group of files
              modes        permissions of files
              xattrs       extended attributes of files
              order        the order of the files in a layer
              headers      how tar headers are written, padding, the end of the tar
              history      the history in the config
              annotations  annotations in the manifest
              encoding     white space and the order of members in the documents

            EXAMPLES:
              layerverify diff build-1/ build-2/
              layerverify diff --ignore compression,times app.tar app/
              layerverify diff --ref app:1 --ref app:2 store/ store/
              layerverify diff --platform linux/amd64 --verbose old/ new/
              layerverify diff --quiet old/ new/ && echo reproducible
              layerverify diff --format json old/ new/ | jq -r '.layers[].files.differences[]?.path'

            \(ExitStatus.helpOfDiff)
            """)

    @Argument(
        help: ArgumentHelp("The first image: a directory or an archive; - is standard input.", valueName: "first"),
        completion: .file())
    var first: String

    @Argument(
        help: ArgumentHelp("The second image: a directory or an archive; - is standard input.", valueName: "second"),
        completion: .file())
    var second: String

    @OptionGroup(title: "What to compare") var selection: DiffOptions
    @OptionGroup(title: "Search") var search: SearchOptions
    @OptionGroup(title: "Report") var report: DiffReportOptions
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        try StandardInputPath.validate([first, second])
        try OutputPlace.validate(report.destination.output, reading: [first, second])
        guard running.trace == nil else { throw ValidationError("--trace is not available for 'diff'.") }
        _ = try Verifier.validated(try makeOptions())
        _ = try selection.choices(first, second)
    }

    func run() throws {
        let verifier = try Verifier.validated(try makeOptions())
        let choices = try selection.choices(first, second)
        try FileLimit.requireRoom()
        let output = try ReportOutput.opened(report.destination.output)
        let session = RunSession(progress: running.progress, isNice: running.nice)
        try output.prepare()
        PathHints.complain(about: [first, second])
        let result = session.run { cancellation, progress, _ in
            verifier.compareBlocking(
                choices.first, choices.second, ignoring: selection.ignored,
                depth: selection.documents ? .documents : .layers, cancellation: cancellation, progress: progress)
        }
        try session.finish(
            with: ExitStatus(result), writing: [output], ifPipeCloses: .enough, lostStatus: .undetermined
        ) {
            _, sink throws(ReportOutput.Failure) in
            let style = Verification.Style(report.verbosity?.flag, report.destination.color, on: output)
            try result.write(as: report.format.format, style: style, to: sink)
        }
    }

    private func makeOptions() throws -> Verifier.Options {
        var options = Verifier.Options()
        search.apply(to: &options)
        running.apply(to: &options)
        options.symbolicLinks = selection.followSymlinks.policy
        return options
    }
}
