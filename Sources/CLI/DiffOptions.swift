// layerverify: the options of comparisons.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// The options for what is compared.
struct DiffOptions: ParsableArguments {
    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp(
            "Differences that do not count, separated by commas. May be repeated.", valueName: "difference[,...]"))
    var ignoredLists: [IgnoredList] = []

    @Flag(help: "Compare manifests and configs only, with the digests of layers that they claim. No layers are read.")
    var documents = false

    @Option(
        name: .customLong("platform"),
        help: ArgumentHelp(
            "The platform of both images; given twice, that of the first and that of the second.",
            valueName: "os/arch[/variant]"))
    var platforms: [String] = []

    @Option(
        name: .customLong("ref"),
        help: ArgumentHelp(
            "The name, tag or digest of both images; given twice, that of the first and that of the second.",
            valueName: "reference"))
    var references: [String] = []

    @Option(
        help: ArgumentHelp(
            "Which symbolic links are followed to the files of an image in a folder: those that stay inside the path given, all, or none.",
            valueName: "which"))
    var followSymlinks = LinkMode.inside

    /// What does not count.
    var ignored: ImageComparison.Ignored { ignoredLists.reduce(into: []) { $0.formUnion($1.ignored) } }

    /// The images to compare.
    ///
    /// Throws: `ValidationError` for a malformed platform or reference, and for more than two.
    func choices(_ first: String, _ second: String) throws -> (
        first: Verifier.ImageChoice, second: Verifier.ImageChoice
    ) {
        guard platforms.count <= 2 else { throw ValidationError("--platform may be given twice, once for each image.") }
        guard references.count <= 2 else { throw ValidationError("--ref may be given twice, once for each image.") }
        do throws(Verifier.Error) {
            return (
                Verifier.ImageChoice(
                    StandardInputPath.source(first), platform: try platform(platforms.first),
                    reference: try reference(references.first)),
                Verifier.ImageChoice(
                    StandardInputPath.source(second), platform: try platform(platforms.last),
                    reference: try reference(references.last))
            )
        } catch {
            throw ValidationError(TerminalText.escaped(error.description))
        }
    }

    private func platform(_ text: String?) throws(Verifier.Error) -> ImagePlatform? {
        guard let text else { return nil }
        return try ImagePlatform(text)
    }

    private func reference(_ text: String?) throws(Verifier.Error) -> ImageReference? {
        guard let text else { return nil }
        return try ImageReference(text)
    }
}

/// The value of `--ignore`: names, separated by commas.
struct IgnoredList: ExpressibleByArgument {
    let ignored: ImageComparison.Ignored

    init?(argument: String) {
        var ignored: ImageComparison.Ignored = []
        for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let known = ImageComparison.Ignored(String(name)) else { return nil }
            ignored.formUnion(known)
        }
        self.ignored = ignored
    }

    static var allValueStrings: [String] { ImageComparison.Ignored.allNames }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// The options for the report of a comparison.
struct DiffReportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The format of the report.", valueName: "format"))
    var format = DiffFormatName(.text)

    @OptionGroup var destination: DestinationOptions
    @Flag(exclusivity: .exclusive) var verbosity: DiffVerbosity?
}

/// A format for comparisons, by its name.
struct DiffFormatName: ExpressibleByArgument {
    let format: ImageComparison.Format

    init(_ format: ImageComparison.Format) { self.format = format }

    init?(argument: String) {
        guard let format = ImageComparison.Format(rawValue: argument) else { return nil }
        self.format = format
    }

    var defaultValueDescription: String { format.rawValue }

    static var allValueStrings: [String] { ImageComparison.Format.allCases.map { $0.rawValue } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// The amount of detail of a comparison.
enum DiffVerbosity: String, EnumerableFlag {
    case quiet
    case verbose

    static func name(for value: DiffVerbosity) -> NameSpecification { .shortAndLong }

    static func help(for value: DiffVerbosity) -> ArgumentHelp? {
        switch value {
        case .quiet: "Print nothing but the reasons for status 2."
        case .verbose: "Print full digests, and every entry and member that differs."
        }
    }

    /// The same amount of detail of other reports.
    var flag: VerbosityFlag {
        switch self {
        case .quiet: .quiet
        case .verbose: .verbose
        }
    }
}
