// layerverify: what is doubtful about a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What is doubtful about a blob already, so that later faults are said to follow from it.
struct BlobDoubt {
    /// The blob has another size than some descriptor claims.
    private(set) var isSizeRefuted = false
    /// The blob has another digest than some descriptor or its name claims.
    private(set) var isDigestRefuted = false
    /// Some diffID that is claimed is right.
    private(set) var hasTrueDiffID = false
    /// Some claim wants the stream to be intact, and says so where it is not.
    private(set) var isStreamClaimed = false
    /// The digest that the first claim about the blob names it by.
    private(set) var name: ContentDigest?
    private var isEmptyStreamPromised = false

    /// The blob has no bytes, though some media type promises a compressed stream; that has at least a header.
    var isStreamMissing: Bool { isEmptyStreamPromised && isStreamClaimed }

    /// Takes a claim into account; `facts` are nil for a blob that was not read.
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
            if facts?.uncompressed?.digest(like: digest) == digest { hasTrueDiffID = true }
        case .layerSource: break
        }
    }

    /// The code that a fault of the stream or of the diffID follows from.
    var causeOfStreamFault: FindingCode? { isDigestRefuted ? .blobDigestMismatch : nil }
}
