// layerverify: the command that measures.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerBench
internal import LayerSystem
internal import LayerVerify

/// `layerverify bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast this machine verifies, and how fast it could.",
        usage: "layerverify bench [<options>] [<path> ...]",
        discussion: """
            Measures each kernel alone on one core (reading from the page cache, every decoder and every digest, with one \
            stream and with several at once, and what decoding one gzip stream in several places takes), and then whole runs over the image. The kernels are measured on data of \
            that image, since the speed of a decoder is that of its data.

            The roofline is the time that no run can beat: all bytes of each kind by the speed of the fastest kernel for \
            it, shared out over the jobs; or, if that is more, the slowest chain of the largest blob (one digest, or reading \
            and decoding), which no number of jobs makes faster. Eight places of a large gzip blob are decoded at a time. \
            It ignores documents, verdicts and contention between cores.

            Without a PATH an image is made in a temporary folder and removed afterwards: eight layers of text, programs, \
            small files and compressed files, the same on every machine. An image that does not verify is reported as \
            'verify' does, with its exit status, and not measured.

            The report ends with a sentence about the machine, and says before it how much the runs differ, and whether \
            other programs, a limit or the temperature make the figures uncertain. With --compare, a figure is faster or \
            slower than an earlier one if the ranges of the rounds do not overlap and the medians differ by more than \
            5 %. If the figures of a report are uncertain, so is the comparison. The exit status does not depend on it.

            EXAMPLES:
              layerverify bench
              layerverify bench --jobs 1..8 --size 1GiB --compression zstd
              layerverify bench --format json -o before.json && layerverify bench --compare before.json
              layerverify bench --format json alpine/ | jq '.scaling[].roofline.share'

            \(ExitStatus.help)
            """)

    @Argument(
        help: ArgumentHelp("The images: directories or archives.", valueName: "path"), completion: .file())
    var paths: [String] = []

    @Option(
        help: ArgumentHelp(
            "The size of the uncompressed layers of the image that is made (default: 256MiB).", valueName: "size"))
    var size: ByteSize?
    @Option(help: ArgumentHelp("The compression of the image that is made (default: gzip).", valueName: "kind"))
    var compression: CompressionName?
    @Option(
        help: ArgumentHelp("Where the image is made (default: $TMPDIR, or /tmp).", valueName: "folder"),
        completion: .directory)
    var workDir: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp(
            "Number of worker threads, or a range of numbers to compare, such as 1..8 (default: CPUs available to the process).",
            valueName: "n"))
    var jobs: JobRange?
    @Option(
        help: ArgumentHelp(
            "Number of measured runs, after one warm-up run; kernels are measured between them.", valueName: "n"))
    var runs = 5

    @Option(
        help: ArgumentHelp("Compare with an earlier report, made by --format json.", valueName: "file"),
        completion: .file())
    var compare: String?

    @OptionGroup(title: "Report") var report: FileOptions

    func validate() throws {
        try OutputPlace.validate(report.output, reading: paths)
        guard (1...1000).contains(runs) else { throw ValidationError("The number of runs must be 1 to 1000.") }
        guard paths.isEmpty || (size == nil && compression == nil && workDir == nil) else {
            throw ValidationError("--size, --compression and --work-dir are for the image that is made without a path.")
        }
        if let size, size.byteCount < SyntheticImage.minimumByteCount {
            throw ValidationError("The size must be at least 1MiB.")
        }
        guard compare != "" else { throw ValidationError("The path of the earlier report is empty.") }
        guard workDir != "" else { throw ValidationError("The path of the work folder is empty.") }
    }

    /// The earlier report, read before anything is measured.
    ///
    /// Throws: the exit status, after a message, if it cannot be used.
    private func baseline() throws -> BenchBaseline? {
        do throws(BenchError) {
            return try compare.map { path throws(BenchError) in try BenchBaseline(path: path) }
        } catch {
            StandardStreams.complain(error.description + "; nothing was measured")
            throw ExitStatus.undetermined.exitCode
        }
    }

    func run() throws {
        _ = try Verifier.validated(Verifier.Options())
        try FileLimit.requireRoom()
        let baseline = try baseline()
        let output = try ReportOutput.opened(report.output)
        let session = RunSession(progress: .never)
        try output.prepare()
        let options = BenchOptions(
            paths: paths,
            synthetic: SyntheticImage(
                compression: compression?.kind ?? .gzip, byteCount: size?.byteCount ?? SyntheticImage.standardByteCount),
            workFolder: workDir, jobCounts: jobs?.counts ?? [CPUBudget.available()], runCount: runs)
        let isWatched = isatty(STDERR_FILENO) == 1
        let bench = Bench(options, cancellation: session.cancellation) { stage in
            if isWatched { StandardStreams.complain(TerminalText.escaped(stage) + " ...") }
        }
        var (result, verification): (BenchReport, Verification?)
        do throws(BenchError) {
            (result, verification) = try bench.run()
        } catch {
            StandardStreams.complain(TerminalText.escaped(error.description))
            result = BenchReport(outcome: .undetermined)
            verification = nil
        }
        if let baseline, !result.scaling.isEmpty { result.comparison = BenchComparison(result, with: baseline) }
        if verification != nil, result.outcome != .verified, !session.cancellation.isCancelled {
            StandardStreams.complain("the image does not verify, so nothing was measured")
        }
        try session.finish(with: ExitStatus(result, verification), writing: [output]) {
            _, sink throws(ReportOutput.Failure) in
            guard report.format.format != .json else { return try sink(result.json()) }
            if result.outcome != .verified, let verification {
                try verification.write(
                    as: .text, style: Verification.Style(.quiet, report.color, on: output), to: sink)
            }
            try sink(result.text())
            if session.cancellation.isCancelled { try sink("interrupted: not all was measured\n") }
        }
    }
}

extension ExitStatus {
    /// The status of a benchmark: that of the verification of its image.
    fileprivate init(_ bench: BenchReport, _ verification: Verification?) {
        self = verification.map { ExitStatus($0) } ?? .undetermined
        if self == .verified, bench.outcome != .verified { self = .undetermined }
    }
}

/// A compression for the image that `bench` makes.
struct CompressionName: ExpressibleByArgument {
    let kind: LayerCompressor.Kind

    init?(argument: String) {
        guard let kind = LayerCompressor.Kind(rawValue: argument) else { return nil }
        self.kind = kind
    }

    static var allValueStrings: [String] { LayerCompressor.Kind.allCases.map { $0.rawValue } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// A number of jobs, or a range: `2`, `1..8`.
struct JobRange: ExpressibleByArgument {
    let counts: [Int]

    init?(argument: String) {
        let dots = argument.firstRange(of: "..")
        let ends = dots.map { [argument[..<$0.lowerBound], argument[$0.upperBound...]] } ?? [argument[...]]
        guard (1...2).contains(ends.count), let first = Int(ends[0]), let last = Int(ends[ends.count - 1]),
            first >= 1, last >= first, last <= 1024
        else { return nil }
        counts = Array(first...last)
    }
}
