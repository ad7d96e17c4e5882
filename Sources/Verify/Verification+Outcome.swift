// layerverify: outcomes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// The final state of an image, a layer, a file or a run.
    ///
    /// There are three, and there will not be more: nothing else can be said about a claim.
    public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
        /// Every claim that could be checked is true, and none was left undetermined.
        case verified
        /// Something could not be checked, and nothing is refuted.
        case undetermined
        /// At least one claim is refuted.
        case refuted

        init(_ outcome: LayerModel.Outcome) {
            self =
                switch outcome {
                case .verified: .verified
                case .undetermined: .undetermined
                case .refuted: .refuted
                }
        }

        var model: LayerModel.Outcome {
            switch self {
            case .verified: .verified
            case .undetermined: .undetermined
            case .refuted: .refuted
            }
        }
    }
}
