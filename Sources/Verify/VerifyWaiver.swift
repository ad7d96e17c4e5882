// layerverify: findings that do not count, as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Why a finding does not count.
public struct VerifyWaiver: Hashable, Sendable {
    /// What says that a finding does not count.
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// A rule of `VerifyOptions.ignoreRules` that is not from a file.
        case option
        /// A rule of an ignore file.
        case file
        /// `VerifyOptions.baseline`.
        case baseline

        init(_ source: Waiver.Source) {
            self =
                switch source {
                case .option: .option
                case .file: .file
                case .baseline: .baseline
                }
        }

        var modelled: Waiver.Source {
            switch self {
            case .option: .option
            case .file: .file
            case .baseline: .baseline
            }
        }
    }

    private let waiver: Waiver

    init(_ waiver: Waiver) { self.waiver = waiver }

    /// What waives the finding.
    public var source: Source { Source(waiver.source) }
    /// The reason that the rule gives. It may contain unescaped characters: escape them before display.
    public var reason: String? { waiver.reason }
    /// The last day on which the rule applies, `YYYY-MM-DD`; nil without a limit.
    public var until: String? { waiver.until }
}
