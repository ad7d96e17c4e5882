// layerverify: why a finding is ignored, in words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Waiver.Source {
    /// The option that gave the rule or the baseline.
    var option: String {
        switch self {
        case .option: "--ignore"
        case .file: "--ignore-file"
        case .baseline: "--baseline"
        }
    }
}

extension Waiver {
    /// `by --ignore-file until 2027-01-31: reason`.
    var words: String {
        "by \(source.option)" + (until.map { " until \($0)" } ?? "") + (reason.map { ": \($0)" } ?? "")
    }
}
