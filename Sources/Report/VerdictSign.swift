// layerverify: the sign of an image or a layer in reports for people.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// What the sign of an image or a layer says. Beyond the outcome, it tells apart what is verified only because findings are
/// ignored.
enum VerdictSign: Int, Comparable {
    case verified
    /// No finding counts, but some are ignored.
    case ignored
    case undetermined
    case refuted

    init(_ outcome: Outcome) {
        self =
            switch outcome {
            case .verified: .verified
            case .undetermined: .undetermined
            case .refuted: .refuted
            }
    }

    /// The name of its icon and its style in HTML.
    var name: String {
        switch self {
        case .verified: "verified"
        case .ignored: "ignored"
        case .undetermined: "undetermined"
        case .refuted: "refuted"
        }
    }

    /// The same for people.
    var words: String { self == .ignored ? "verified except for what is ignored" : name }

    static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

extension Report {
    func sign(of layer: LayerReport) -> VerdictSign { sign(layer.outcome, layer.findings) }

    func sign(of image: ImageReport) -> VerdictSign {
        image.layers.reduce(sign(image.outcome, image.findings)) { max($0, sign(of: $1)) }
    }

    private func sign(_ outcome: Outcome, _ indexes: [Int]) -> VerdictSign {
        guard outcome == .verified, summary.waived.total > 0 else { return VerdictSign(outcome) }
        let isIgnored = indexes.contains { findings.indices.contains($0) && findings[$0].waiver != nil }
        return isIgnored ? .ignored : .verified
    }
}
