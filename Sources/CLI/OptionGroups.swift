// layerverify: the options that commands share.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerVerify

/// The options that select images.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("platform"),
        help: ArgumentHelp("Only images for this platform.", valueName: "os/arch[/variant]"),
        completion: .list([
            "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x", "linux/ppc64le", "linux/riscv64",
        ])
    )
    var platforms: [String] = []

    @Option(
        name: .customLong("ref"),
        help: ArgumentHelp(
            "Only images of this name, tag, digest (manifest, index or image ID) or name@digest; 12 or more hexadecimal "
                + "digits are the beginning of a sha256. May be repeated.", valueName: "reference"))
    var references: [String] = []

    @Option(
        help: ArgumentHelp(
            "Which symbolic links are followed to the files of an image in a folder: those that stay inside the path given, all, or none.",
            valueName: "which"))
    var followSymlinks = LinkMode.inside

    @Option(
        name: .customLong("expect-digest"),
        help: ArgumentHelp(
            "Fail unless every selected image has this digest, or one of several if repeated, and each of them is found: that "
                + "of the manifest or index, or the image ID in a docker-save archive.", valueName: "digest"))
    var expectedDigests: [String] = []

    /// One platform: with the last of several, the others would silently not be checked.
    func validate() throws {
        guard platforms.count <= 1 else { throw ValidationError("--platform may be given once.") }
    }

    /// Sets the options of a run.
    ///
    /// Throws: `ValidationError` for a malformed platform, reference or digest.
    func apply(to options: inout Verifier.Options) throws {
        do throws(Verifier.Error) {
            options.platform = try platforms.first.map { text throws(Verifier.Error) in try ImagePlatform(text) }
            options.references = try references.map { text throws(Verifier.Error) in try ImageReference(text) }
            options.expectedDigests = try expectedDigests.map { text throws(Verifier.Error) in try BlobDigest(text) }
        } catch {
            throw ValidationError(TerminalText.escaped(error.description))
        }
        options.symbolicLinks = followSymlinks.policy
    }
}

/// The options for the destination and the format of the report.
struct FileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The format of the report.", valueName: "format"))
    var format = FormatName(.text)

    @OptionGroup var destination: DestinationOptions

    var output: String? { destination.output }
    var color: ColourMode { destination.color }
}

/// The options for the destination of the report.
struct DestinationOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the report to a file, replacing it only once the report is complete. It must not be a file of an image that is "
                + "read, or an archive in a folder that is searched.", valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Colour the report (auto: on a terminal, unless the environment says otherwise: NO_COLOR, FORCE_COLOR, "
                + "CLICOLOR_FORCE, CLICOLOR).", valueName: "when"))
    var color = ColourMode.auto
}

/// The amount of detail of a report.
enum VerbosityFlag: String, EnumerableFlag {
    case quiet
    case verbose

    static func name(for value: VerbosityFlag) -> NameSpecification { .shortAndLong }

    static func help(for value: VerbosityFlag) -> ArgumentHelp? {
        switch value {
        case .quiet: "Print errors only, one per line; nothing if all is well."
        case .verbose: "Print full digests and all notes."
        }
    }
}

extension Verification.Style {
    /// The style for an output. Only terminals wrap lines.
    init(_ verbosity: VerbosityFlag?, _ colour: ColourMode, on output: ReportOutput) {
        let level: Verification.Style.Verbosity =
            switch verbosity {
            case .quiet: .quiet
            case nil: .normal
            case .verbose: .verbose
            }
        self.init(
            verbosity: level, colour: colour.isOn(for: output) ? .on : .off,
            width: output.isTerminal ? Terminal.width(of: STDOUT_FILENO) : nil)
    }
}

/// The options for one report.
struct ReportOptions: ParsableArguments {
    @OptionGroup var file: FileOptions
    @Flag(exclusivity: .exclusive) var verbosity: VerbosityFlag?

    var format: Verification.Format { file.format.format }
    var output: String? { file.output }

    func style(on output: ReportOutput) -> Verification.Style { Verification.Style(verbosity, file.color, on: output) }
}

/// The options for the run itself.
struct RunOptions: ParsableArguments {
    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp("Number of worker threads (default: CPUs available to the process).", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Show progress on standard error (auto: only on a terminal).", valueName: "when"))
    var progress = ProgressMode.auto

    @Option(
        help: ArgumentHelp(
            "Uncompressed bytes that a layer may have for each compressed byte, or 'unlimited'.", valueName: "ratio"))
    var maxExpansion = ExpansionRatio.standard

    @Option(
        help: ArgumentHelp("Layers up to this uncompressed size are exempt from --max-expansion.", valueName: "size"))
    var maxExpansionFree = ByteSize(UInt64(clamping: Verifier.Options().expansionFreeByteCount))

    @Option(help: ArgumentHelp("The largest window that a zstd layer may ask for.", valueName: "size"))
    var maxWindow = ByteSize(UInt64(clamping: Verifier.Options.standardWindowByteCount))

    @Flag(help: "Use the lowest CPU priority and the idle I/O class.") var nice = false

    @Option(
        help: ArgumentHelp("Limit reading to this many bytes per second (default: unlimited).", valueName: "size"))
    var maxRate: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Write what each thread did when to a file, which https://ui.perfetto.dev opens.", valueName: "file"),
        completion: .file())
    var trace: String?

    func apply(to options: inout Verifier.Options) {
        options.jobs = jobs
        options.maximumExpansionRatio = maxExpansion.ratio
        options.expansionFreeByteCount = Int(clamping: maxExpansionFree.byteCount)
        options.maximumWindowByteCount = Int(clamping: maxWindow.byteCount)
        options.hasLowPriority = nice
        options.maximumBytesPerSecond = maxRate.map { Int(clamping: $0.byteCount) }
    }
}

extension Verifier {
    /// Checks options before the command runs. May be called several times for one command line.
    ///
    /// Throws: `ValidationError` for invalid options; nothing if a library cannot be used.
    static func check(_ options: Verifier.Options) throws {
        do {
            _ = try Verifier(options)
        } catch {
            guard error.code == .environment else { throw ValidationError(TerminalText.escaped(error.description)) }
        }
    }

    /// Creates a verifier; invalid options are wrong usage.
    ///
    /// Throws: the exit status, after a message, if a library cannot be used.
    static func validated(_ options: Verifier.Options) throws -> Verifier {
        do {
            return try Verifier(options)
        } catch {
            if error.code == .environment {
                StandardStreams.complain("\(error.description); nothing was read")
                throw ExitStatus.undetermined.exitCode
            }
            throw ValidationError(TerminalText.escaped(error.description))
        }
    }
}
