// layerverify: the known faults of a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The known faults of a blob, and claims that affect how further faults are reported as their consequences.
struct ClaimSummary {
    /// The size of the blob differs from a claimed one.
    private(set) var isSizeRefuted = false
    /// The digest of the blob differs from a claimed one, or from the one in its name.
    private(set) var isDigestRefuted = false
    /// A claimed diffID is wrong.
    private(set) var isDiffIDRefuted = false
    /// A claimed diffID is correct.
    private(set) var hasTrueDiffID = false
    /// A claim requires the stream to be intact, and has its own finding if the stream is not.
    private(set) var isStreamClaimed = false
    /// The digest in the first claim about the blob that has one.
    private(set) var name: ContentDigest?
    private var isEmptyStreamPromised = false

    /// The blob is empty although a media type promises a compressed stream, which has at least a header.
    var isStreamMissing: Bool { isEmptyStreamPromised && isStreamClaimed }

    /// Records a claim; `facts` are nil for a blob that was not read.
    mutating func note(_ claim: Claim, _ facts: BlobFacts?) {
        switch claim.assertion {
        case .size(let size): if let facts, size != facts.byteCount { isSizeRefuted = true }
        case .digest(let digest), .name(let digest):
            if name == nil { name = digest }
            if let actual = facts?.digest(like: digest), actual != digest { isDigestRefuted = true }
        case .compression(let promised, _):
            if promised != .none, facts?.byteCount == 0 { isEmptyStreamPromised = true }
        case .intactStream: isStreamClaimed = true
        case .diffID(let digest):
            guard let actual = facts?.uncompressed?.digest(like: digest) else { break }
            if actual == digest { hasTrueDiffID = true } else { isDiffIDRefuted = true }
        case .layerSource: break
        }
    }

    /// The code that a fault of the tar in the layer follows from. Without a digest of the file the diffID says that the bytes
    /// are others.
    var causeOfContents: FindingCode? {
        causeOfStreamFault ?? (name == nil && isDiffIDRefuted ? .diffIDMismatch : nil)
    }

    /// The code that a fault of the stream or of the diffID follows from.
    var causeOfStreamFault: FindingCode? { isDigestRefuted ? .blobDigestMismatch : nil }
}
