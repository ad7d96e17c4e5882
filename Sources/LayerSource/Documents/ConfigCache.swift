// layerverify: configs that were read already.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What the configs say that were parsed last, for the manifests that name them once more.
///
/// Memory: 2 MiB, or one config if that takes more.
struct ConfigCache {
    /// A config and how it was read: findings name its path, and the two specifications require different members.
    struct Key: Hashable {
        let blobs: [BlobIndex]
        let path: String
        let isOCI: Bool
    }

    private static let maximumByteCount = 2 << 20

    private var known: [Key: Result<ParsedConfig, DocumentFault>] = [:]
    /// The oldest first.
    private var order: [Key] = []
    private var byteCount = 0

    subscript(key: Key) -> Result<ParsedConfig, DocumentFault>? {
        get { known[key] }
        set {
            guard let newValue, known[key] == nil else { return }
            known[key] = newValue
            order.append(key)
            byteCount += Self.byteCount(newValue)
            while byteCount > Self.maximumByteCount, order.count > 1, let oldest = known.removeValue(forKey: order[0]) {
                order.removeFirst()
                byteCount -= Self.byteCount(oldest)
            }
        }
    }

    /// Roughly: a finding has several texts.
    private static func byteCount(_ result: Result<ParsedConfig, DocumentFault>) -> Int {
        guard case .success(let config) = result else { return 500 }
        return 500 + MemoryLayout<ContentDigest?>.stride * (config.diffIDs?.count ?? 0) + 500 * config.findings.count
            + config.history.byteCount
    }
}
