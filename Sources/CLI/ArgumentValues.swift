// layerverify: values of options.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import LayerVerify

/// A format for reports of all kinds, by its name.
struct FormatName: ExpressibleByArgument {
    let format: Verification.Format

    init(_ format: Verification.Format) { self.format = format }

    init?(argument: String) {
        guard let format = Verification.Format.general.first(where: { $0.name == argument }) else { return nil }
        self.format = format
    }

    var defaultValueDescription: String { format.name }

    static var allValueStrings: [String] { Verification.Format.general.map { $0.name } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// A format for verdicts, by its name.
struct VerdictFormatName: ExpressibleByArgument {
    let format: Verification.Format

    init?(argument: String) {
        guard let format = Verification.Format(argument) else { return nil }
        self.format = format
    }

    static var allValueStrings: [String] { Verification.Format.all.map { $0.name } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// The values of `--progress`.
enum ProgressMode: String, CaseIterable, ExpressibleByArgument {
    case auto
    case always
    case never

    /// The form of progress for standard error; nil for none.
    var form: ProgressDisplay.Form? {
        let canDrawBar = isatty(STDERR_FILENO) == 1 && Terminal.isCapable
        return switch self {
        case .auto: canDrawBar ? .bar : nil
        case .always: canDrawBar ? .bar : .lines
        case .never: nil
        }
    }
}

/// The values of `--color`.
enum ColourMode: String, CaseIterable, ExpressibleByArgument {
    case auto
    case always
    case never

    /// Whether a report to an output is coloured. The option overrides the environment. Files of `--output` are
    /// coloured only if the option requests it.
    func isOn(for output: ReportOutput) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: output.isStandardOutput && Terminal.wantsColour(isTerminal: output.isTerminal)
        }
    }
}

/// A number of bytes: `4096`, `128MiB`, `4G`, `10MB`.
struct ByteSize: Hashable, ExpressibleByArgument {
    let byteCount: UInt64

    init(_ byteCount: UInt64) { self.byteCount = byteCount }

    /// Reads digits and a unit: K, KiB, M, MiB, G, GiB, T, TiB are powers of 1024; kB, MB, GB, TB powers of 1000.
    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), let factor = Self.factor(of: argument.dropFirst(digits.count)) else {
            return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        byteCount = product
    }

    var defaultValueDescription: String {
        let power = byteCount == 0 ? 0 : min(byteCount.trailingZeroBitCount / 10, 3)
        return "\(byteCount >> (10 * power))\(["", "KiB", "MiB", "GiB"][power])"
    }

    private static func factor(of unit: Substring) -> UInt64? {
        switch unit.lowercased() {
        case "", "b": 1
        case "k", "kib": 1 << 10
        case "m", "mib": 1 << 20
        case "g", "gib": 1 << 30
        case "t", "tib": 1 << 40
        case "kb": 1_000
        case "mb": 1_000_000
        case "gb": 1_000_000_000
        case "tb": 1_000_000_000_000
        default: nil
        }
    }
}

/// A ratio of at least 1, or `none`.
struct ExpansionRatio: Hashable, ExpressibleByArgument {
    /// Uncompressed bytes per compressed byte; nil for no limit.
    let ratio: Int?

    static let standard = ExpansionRatio(ratio: Verifier.Options().maximumExpansionRatio)

    private init(ratio: Int?) { self.ratio = ratio }

    init?(argument: String) {
        if argument == "unlimited" {
            ratio = nil
        } else {
            guard let number = UInt64(argument), number > 0 else { return nil }
            ratio = Int(clamping: number)
        }
    }

    var defaultValueDescription: String { ratio.map { "\($0)" } ?? "unlimited" }

    static var defaultCompletionKind: CompletionKind { .list(["50", "200", "1000", "unlimited"]) }
}
