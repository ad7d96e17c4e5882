// layerverify: cache of parsed configs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The configs that were parsed last, for manifests that share one.
///
/// Memory: at most 2 MiB, or one config if it is larger.
struct ConfigCache {
    /// What a cached result depends on: findings contain the path, and the two specifications require different
    /// members.
    struct Key: Hashable {
        let blobs: [BlobIndex]
        let path: String
        let isOCI: Bool
    }

    private static let maximumByteCount = 2 << 20

    private var known: [Key: Result<ParsedConfig, DocumentFault>] = [:]
    /// Oldest first.
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

    /// An estimate in bytes: a finding has several texts.
    private static func byteCount(_ result: Result<ParsedConfig, DocumentFault>) -> Int {
        guard case .success(let config) = result else { return 500 }
        return 500 + MemoryLayout<ContentDigest?>.stride * (config.diffIDs?.count ?? 0) + 500 * config.findings.count
            + config.history.byteCount
    }
}
