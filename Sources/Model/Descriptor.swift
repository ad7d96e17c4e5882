// layerverify: descriptors.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A reference to content by media type, size and digest.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md.
package struct Descriptor: Hashable, Sendable {
    package var mediaType: MediaType
    package var digest: ContentDigest
    /// The claimed size of the content in bytes; nil if the claim is not a natural number, which is a finding.
    package var size: UInt64?
    package var urls: [String]
    package var annotations: [String: String]
    /// The embedded content, decoded from base64; nil if there is none.
    package var data: [UInt8]?
    package var artifactType: String?
    package var platform: Platform?

    package init(
        mediaType: MediaType, digest: ContentDigest, size: UInt64?, urls: [String] = [],
        annotations: [String: String] = [:], data: [UInt8]? = nil, artifactType: String? = nil,
        platform: Platform? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.urls = urls
        self.annotations = annotations
        self.data = data
        self.artifactType = artifactType
        self.platform = platform
    }
}
