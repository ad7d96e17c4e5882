// layerverify: descriptors.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A reference to content: what it is, how long it is, and its digest.
///
/// Spec: OCI image-spec v1.1.1 descriptor.md.
package struct Descriptor: Hashable, Sendable {
    package var mediaType: MediaType
    package var digest: ContentDigest
    /// The size of the content in bytes as claimed; nil where the claim is no natural number, which is a finding.
    package var size: UInt64?
    package var urls: [String]
    package var annotations: [String: String]
    /// The content itself, embedded; already decoded from base64.
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
