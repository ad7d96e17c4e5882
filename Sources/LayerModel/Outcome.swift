// layerverify: the three outcomes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What is known of a claim, a layer, an image or a run in the end.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// Everything claimed was checked and holds.
    case verified
    /// Something could not be checked, and nothing is refuted.
    case undetermined
    /// At least one claim is refuted.
    case refuted

    /// The outcome of both together: refuted beats undetermined, undetermined beats verified.
    package func joined(with other: Outcome) -> Outcome {
        switch (self, other) {
        case (.refuted, _), (_, .refuted): .refuted
        case (.undetermined, _), (_, .undetermined): .undetermined
        case (.verified, .verified): .verified
        }
    }
}
