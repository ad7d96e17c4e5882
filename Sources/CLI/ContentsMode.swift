// layerverify: the option for the tar in each layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// The values of `--contents`.
enum ContentsMode: String, CaseIterable, ExpressibleByArgument {
    case full
    case structure
    case none

    var check: Verifier.ContentsCheck {
        switch self {
        case .full: .full
        case .structure: .structure
        case .none: .none
        }
    }
}
