// layerverify: findings that do not count, as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension Verification {
    /// Why a finding does not count.
    public struct Waiver: Hashable, Sendable {
        /// What says that a finding does not count.
        public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
            /// A rule of ``Verifier/Options/ignoreRules`` that is not from a file.
            case option
            /// A rule of an ignore file.
            case file
            /// ``Verifier/Options/baseline``.
            case baseline

            init(_ source: LayerModel.Waiver.Source) {
                self =
                    switch source {
                    case .option: .option
                    case .file: .file
                    case .baseline: .baseline
                    }
            }

            var modelled: LayerModel.Waiver.Source {
                switch self {
                case .option: .option
                case .file: .file
                case .baseline: .baseline
                }
            }
        }

        private let waiver: LayerModel.Waiver

        init(_ waiver: LayerModel.Waiver) { self.waiver = waiver }

        /// What waives the finding.
        public var source: Source { Source(waiver.source) }
        /// The reason that the rule gives. It may contain unescaped characters: escape them before display.
        public var reason: String? { waiver.reason }
        /// The last day on which the rule applies, `YYYY-MM-DD`; nil without a limit.
        public var until: String? { waiver.until }
    }
}
