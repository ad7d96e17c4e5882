// layerverify: digest algorithms by name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A digest algorithm that can be computed here.
///
/// A digest of any other algorithm may still be well-formed; it is then unverifiable, not invalid.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md §Registered Algorithms (sha384 is not registered, but go-digest knows it).
package enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// The number of bytes of a digest.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}
