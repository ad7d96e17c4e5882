// layerverify: findings that do not count.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Why a finding does not count.
package struct Waiver: Hashable, Sendable {
    /// What says that the finding does not count.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        /// `--ignore`.
        case option
        /// `--ignore-file`.
        case file
        /// `--baseline`.
        case baseline
    }

    package var source: Source
    /// The reason in the ignore file; it may contain any characters.
    package var reason: String?
    /// `YYYY-MM-DD`, the last day on which it applies; nil without a limit.
    package var until: String?

    package init(source: Source, reason: String? = nil, until: String? = nil) {
        self.source = source
        self.reason = reason
        self.until = until
    }
}

/// The numbers of waived findings by what waived them.
package struct WaivedCounts: Hashable, Sendable {
    package var option = 0
    package var file = 0
    package var baseline = 0

    package init() {}

    /// All waived findings.
    package var total: Int { option + file + baseline }

    package subscript(source: Waiver.Source) -> Int {
        get {
            switch source {
            case .option: option
            case .file: file
            case .baseline: baseline
            }
        }
        set {
            switch source {
            case .option: option = newValue
            case .file: file = newValue
            case .baseline: baseline = newValue
            }
        }
    }
}
