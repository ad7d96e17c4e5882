// layerverify: the order of findings where not all can be shown.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// How urgent a finding is, the most urgent first. Services that limit the number of findings get the first.
enum FindingRank: Int, CaseIterable {
    /// It refutes a claim.
    case refuting
    /// It leaves a claim undetermined.
    case undetermined
    /// An error that follows from another finding on the same blob.
    case consequence
    case warning
    /// It does not count: a rule or a baseline waives it.
    case ignored
    case note
}

extension Finding {
    var rank: FindingRank {
        switch (severity, waiver) {
        case (.note, _): .note
        case (_, .some): .ignored
        case (.warning, nil): .warning
        case (.error, nil): follows != nil ? .consequence : outcome == .undetermined ? .undetermined : .refuting
        }
    }
}

/// The findings that are shown if at most `limit` can be: the most urgent, and among equals the first.
struct MostUrgent {
    /// The number of findings that were left out, by rank.
    private(set) var omitted: [FindingRank: Int] = [:]
    private var left: [FindingRank: Int] = [:]

    /// - Parameter ranks: the ranks that are shown at all; findings of others are neither shown nor counted.
    init(_ limit: Int, of report: Report, ranks: [FindingRank]) {
        var counts: [FindingRank: Int] = [:]
        for finding in report.findings { counts[finding.rank, default: 0] += 1 }
        var rest = limit
        for rank in ranks {
            let count = counts[rank] ?? 0
            left[rank] = min(count, rest)
            if count > rest { omitted[rank] = count - rest }
            rest -= min(count, rest)
        }
    }

    var omittedCount: Int { omitted.values.reduce(0, +) }

    /// Whether the next finding, in the order of the report, is shown.
    mutating func takes(_ finding: Finding) -> Bool {
        guard let count = left[finding.rank], count > 0 else { return false }
        left[finding.rank] = count - 1
        return true
    }
}
