// layerverify: the plan of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The unique blobs that must be read, with the facts that the claims about each require.
///
/// Memory: 24 bytes for each blob.
package struct Plan: Sendable {
    private let inventory: Inventory
    private var needs: [Need]
    /// The blobs to read, in the order of the inventory.
    package private(set) var blobs: [UInt32] = []

    /// Plans the reading of an inventory's blobs: those with claims that the facts so far do not decide.
    ///
    /// Complexity: linear in blobs and claims.
    package init(_ inventory: Inventory) {
        self.inventory = inventory
        needs = Array(repeating: Need(), count: inventory.blobs.count)
        for claim in inventory.claims { needs[claim.blob].add(claim.assertion) }
        for (index, blob) in inventory.blobs.enumerated() {
            let need = needs[index]
            guard blob.location != .memory, need.isWanted, !need.isMet(by: blob.facts) else { continue }
            blobs.append(UInt32(index))
        }
    }

    /// The facts to compute about a blob.
    package func request(_ index: BlobIndex) -> BlobRequest {
        let blob = inventory.blobs[index]
        let need = needs[index]
        var request = BlobRequest(
            blob: index, location: blob.location, expectedByteCount: blob.expectedByteCount,
            digestAlgorithms: need.digestAlgorithms, diffIDAlgorithms: need.diffIDAlgorithms)
        if let claimed = need.claimedByteCount {
            let (sum, overflows) = claimed.addingReportingOverflow(BlobRequest.excessByteCount)
            request.maximumByteCount = overflows ? .max : sum
        }
        return request
    }

    /// The requests for all blobs of the plan.
    package var requests: [BlobRequest] { blobs.map { request(Int($0)) } }

    /// The facts that the claims about one blob require.
    private struct Need {
        /// The claimed algorithms, one bit each.
        private var digests: UInt8 = 0
        private var diffIDs: UInt8 = 0
        /// Whether there are claims about the blob, and about its stream.
        private(set) var isWanted = false
        private var isStreamWanted = false
        private var hasClaimedByteCount = false
        /// The largest claimed size in bytes.
        private var largestByteCount: UInt64 = 0

        var claimedByteCount: UInt64? { hasClaimedByteCount ? largestByteCount : nil }

        mutating func add(_ assertion: Claim.Assertion) {
            isWanted = true
            switch assertion {
            case .size(let byteCount):
                hasClaimedByteCount = true
                largestByteCount = max(largestByteCount, byteCount)
            case .compression:
                break
            case .digest(let digest), .name(let digest):
                digests |= Self.bit(digest.algorithm)
            case .diffID(let digest):
                isStreamWanted = true
                diffIDs |= Self.bit(digest.algorithm)
            case .intactStream:
                isStreamWanted = true
            case .layerSource(let descriptor):
                digests |= Self.bit(descriptor.digest.algorithm)
            }
        }

        private static func bit(_ algorithm: DigestAlgorithm?) -> UInt8 {
            switch algorithm {
            case .sha256: 1
            case .sha384: 2
            case .sha512: 4
            case nil: 0
            }
        }

        private static func algorithms(_ bits: UInt8) -> [DigestAlgorithm] {
            DigestAlgorithm.allCases.filter { bits & bit($0) != 0 }
        }

        /// SHA-256 is the default, since hints and reports name blobs by it.
        var digestAlgorithms: [DigestAlgorithm] { digests == 0 ? [.sha256] : Self.algorithms(digests) }

        var diffIDAlgorithms: [DigestAlgorithm]? { isStreamWanted ? Self.algorithms(diffIDs) : nil }

        /// True for documents that the walk read, unless they are also claimed to be layers.
        func isMet(by facts: BlobFacts?) -> Bool {
            guard let facts else { return false }
            switch facts.reading {
            case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .unsupportedEntry, .unindexed, .unreadable,
                .changed,
                .oversized, .cancelled:
                return true
            case .complete, .cutOff: break
            }
            let names = facts.digests.map { $0.algorithm }
            return digestAlgorithms.allSatisfy { names.contains($0) }
                && (diffIDAlgorithms == nil || facts.uncompressed != nil)
        }
    }
}
