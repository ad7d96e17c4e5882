// layerverify: digest algorithms by name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A digest algorithm that can be computed here.
///
/// A digest of any other algorithm may be well-formed; it cannot be verified, but is not invalid.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md §Registered Algorithms (sha384 is not registered, but go-digest supports
/// it).
package enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// The length of a digest in bytes.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}
