// layerverify: two documents, compared.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The differences between the manifests or the configs of two images.
package struct DocumentComparison: Hashable, Sendable {
    /// The digests of the documents; nil if an image has none.
    package var first: ContentDigest?
    package var second: ContentDigest?
    /// The members that differ and count.
    package var members: [MemberDifference] = []
    /// The number of members that differ and are ignored.
    package var ignoredCount = 0
    /// True if the bytes differ and no member does: white space, the order of members.
    package var isEncodedDifferently = false
    /// Why the documents could not be compared; nil if they could, or if an image has none.
    package var fault: String?

    package init(first: ContentDigest? = nil, second: ContentDigest? = nil) {
        self.first = first
        self.second = second
    }

    package var isSame: Bool { members.isEmpty && !isEncodedDifferently && fault == nil }
}

/// A member of a document that differs.
package struct MemberDifference: Hashable, Sendable {
    /// The place in the document that has the member, the first one if both have. Spec: RFC 6901.
    package var pointer: String
    /// The values as compact JSON, perhaps cut; nil if a document lacks the member.
    package var first: String?
    package var second: String?

    package init(pointer: String, first: String?, second: String?) {
        self.pointer = pointer
        self.first = first
        self.second = second
    }
}
