// layerverify: what the commands that read the files of an image share.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// The options of the commands that read the files of one image.
struct FilesOptions: ParsableArguments {
    @OptionGroup(title: "Which image") var selection: SelectionOptions
    @Option(
        help: ArgumentHelp("Look at this layer alone, with its whiteouts; 1 is the base.", valueName: "number"))
    var layer: Int?
    @OptionGroup(title: "Run") var running: RunOptions

    func validate() throws {
        if let layer, layer < 1 { throw ValidationError("--layer is 1 or more, not \(layer).") }
    }

    /// Creates a verifier.
    func makeVerifier() throws -> Verifier {
        var options = Verifier.Options()
        try selection.apply(to: &options)
        running.apply(to: &options)
        return try Verifier.validated(options)
    }
}

/// One run of such a command.
struct FilesRun {
    let image: String
    let options: FilesOptions
    let digestsFiles: Bool
    var fromTables = false
    /// A file, or nil for standard output.
    let output: String?

    /// Reads the files, writes, and throws the exit status. Never returns.
    ///
    /// - Parameter write: writes what was asked for; an error of the verifier says that it is not there.
    func run(_ write: (ImageFiles, ReportOutput) throws -> Void) throws -> Never {
        let verifier = try options.makeVerifier()
        try FileLimit.requireRoom()
        let output = try ReportOutput.opened(output)
        let trace = try TraceFile.opened(options.running.trace)
        let session = RunSession(
            progress: options.running.progress, isNice: options.running.nice, trace: trace)
        try output.prepare()
        try trace?.prepare()
        PathHints.complain(about: [image])
        let files = session.run {
            verifier.readFilesBlocking(
                in: StandardInputPath.source(image), digestsFiles: digestsFiles, fromTables: fromTables,
                cancellation: $0, progress: $1, trace: $2)
        }
        var fault: Verifier.Error?
        var complaints: [String] = []
        if files.image == nil { complaints = ImageChoice(files, at: image).lines }
        do {
            try session.finish(
                with: ExitStatus(files, isFound: fault == nil), writing: [output], ifPipeCloses: .enough
            ) {
                _, _ throws(ReportOutput.Failure) in
                guard files.image != nil else { return output.giveUp() }
                do {
                    try write(files, output)
                } catch let error as Verifier.Error {
                    fault = error
                    output.giveUp()
                } catch let error as ReportOutput.Failure {
                    throw error
                } catch {
                    preconditionFailure("files are read and written")
                }
            }
        } catch {
            // What is wrong comes after what was written.
            complaints += Self.complaints(about: files, fault)
            for line in complaints.prefix(Self.shownComplaintCount) { StandardStreams.complain(line) }
            if complaints.count > Self.shownComplaintCount {
                StandardStreams.complain("\(complaints.count - Self.shownComplaintCount) more lines of this kind")
            }
            throw error
        }
    }

    private static let shownComplaintCount = 50

    private static func complaints(about files: ImageFiles, _ fault: Verifier.Error?) -> [String] {
        var lines: [String] = []
        if let fault { lines.append(fault.message) }
        lines += files.problems
        var findings = ""
        files.verification.write(as: .text, style: Verification.Style(verbosity: .quiet, colour: .off)) {
            findings += $0
        }
        lines += findings.split(separator: "\n").map { String($0) }
        if files.image != nil, fault == nil, files.outcome == .refuted {
            lines.append("the image is refuted, so the files above may not be those that it claims to have")
        }
        return lines
    }
}

/// What to say if the options do not select exactly one image.
private struct ImageChoice {
    private(set) var lines: [String] = []

    private static let shownCount = 20

    init(_ files: ImageFiles, at path: String) {
        let images = files.verification.images.filter { $0.kind == .image }
        guard files.hasSeveralImages else {
            // Otherwise a finding says why.
            guard files.verification.outcome == .verified else { return }
            lines.append("no image was found at '\(TerminalText.escaped(path))'")
            return
        }
        lines.append(
            "\(images.count) images are at '\(TerminalText.escaped(path))'; choose one with --platform or --ref:")
        for image in images.prefix(Self.shownCount) {
            let parts = [
                image.references.first, image.platform?.description, image.manifestDigest?.description,
            ]
            lines.append("  " + parts.compactMap { $0 }.map { TerminalText.escaped($0) }.joined(separator: "  "))
        }
        if images.count > Self.shownCount { lines.append("  and \(images.count - Self.shownCount) more") }
    }
}
