// layerverify: the plan of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The unique blobs that must be read, with the facts that the claims about each need.
package struct Plan: Sendable {
    package var requests: [BlobRequest]

    /// Plans the reading of an inventory's blobs: those about which something is claimed, and whose facts do not do yet.
    ///
    /// Complexity: linear in blobs and claims.
    package init(_ inventory: Inventory) {
        var needs: [BlobIndex: Need] = [:]
        for claim in inventory.claims { needs[claim.blob, default: Need()].add(claim.assertion) }
        requests = []
        for (index, blob) in inventory.blobs.enumerated() {
            guard blob.location != .memory, let need = needs[index], !need.isMet(by: blob.facts) else { continue }
            var request = BlobRequest(
                blob: index, location: blob.location, expectedByteCount: blob.expectedByteCount,
                digestAlgorithms: need.digestAlgorithms, diffIDAlgorithms: need.diffIDAlgorithms)
            if let claimed = need.claimedByteCount {
                let (sum, overflows) = claimed.addingReportingOverflow(BlobRequest.excessByteCount)
                request.maximumByteCount = overflows ? .max : sum
            }
            requests.append(request)
        }
    }

    /// What the claims about one blob need.
    private struct Need {
        var digestAlgorithms: [DigestAlgorithm] = []
        var diffIDAlgorithms: [DigestAlgorithm]?
        /// The largest size that something claims; nil if nothing does.
        var claimedByteCount: UInt64?

        mutating func add(_ assertion: Claim.Assertion) {
            switch assertion {
            case .size(let byteCount):
                claimedByteCount = max(claimedByteCount ?? 0, byteCount)
            case .compression:
                break
            case .digest(let digest), .name(let digest):
                add(digest.algorithm, to: &digestAlgorithms)
            case .diffID(let digest):
                var algorithms = diffIDAlgorithms ?? []
                add(digest.algorithm, to: &algorithms)
                diffIDAlgorithms = algorithms
            case .intactStream:
                diffIDAlgorithms = diffIDAlgorithms ?? []
            case .layerSource(let descriptor):
                add(descriptor.digest.algorithm, to: &digestAlgorithms)
            }
            // The digest that blobs go by is always computed: hints and reports name it.
            if digestAlgorithms.isEmpty { digestAlgorithms = [.sha256] }
        }

        private func add(_ algorithm: DigestAlgorithm?, to algorithms: inout [DigestAlgorithm]) {
            if let algorithm, !algorithms.contains(algorithm) { algorithms.append(algorithm) }
        }

        /// True of documents, read with the metadata, unless something claims them to be layers too.
        func isMet(by facts: BlobFacts?) -> Bool {
            guard let facts else { return false }
            switch facts.reading {
            case .missing, .outsideImage, .notRegularFile, .unsupportedEntry, .unreadable, .changed, .oversized,
                .cancelled:
                return true
            case .complete, .cutOff: break
            }
            let names = facts.digests.map { $0.algorithm }
            return digestAlgorithms.allSatisfy { names.contains($0) }
                && (diffIDAlgorithms == nil || facts.uncompressed != nil)
        }
    }
}
