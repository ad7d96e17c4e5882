// layerverify: the three outcomes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The final state of a claim, a layer, an image or a run.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// Everything that is claimed was checked and is true.
    case verified
    /// Something could not be checked, and nothing is refuted.
    case undetermined
    /// At least one claim is refuted.
    case refuted

    /// The combined outcome: refuted takes precedence over undetermined, and undetermined over verified.
    package func joined(with other: Outcome) -> Outcome {
        switch (self, other) {
        case (.refuted, _), (_, .refuted): .refuted
        case (.undetermined, _), (_, .undetermined): .undetermined
        case (.verified, .verified): .verified
        }
    }
}
