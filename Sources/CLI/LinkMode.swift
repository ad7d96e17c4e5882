// layerverify: the option for symbolic links.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// The values of `--follow-symlinks`.
enum LinkMode: String, CaseIterable, ExpressibleByArgument {
    case inside
    case anywhere
    case never

    var policy: Verifier.SymbolicLinkPolicy {
        switch self {
        case .inside: .inside
        case .anywhere: .anywhere
        case .never: .never
        }
    }
}
