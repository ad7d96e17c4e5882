// layerverify: the numbers of bytes that a run processes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerVerify

/// The work of verifying an image, in bytes.
package struct Workload: Hashable, Sendable {
    /// One blob.
    package struct Blob: Hashable, Sendable {
        package var path: String
        package var compression: Compression
        package var byteCount: UInt64
        /// Nil if it is not decoded.
        package var uncompressedByteCount: UInt64?
        package var algorithms: [DigestAlgorithm]
        package var uncompressedAlgorithms: [DigestAlgorithm]

        package init(
            path: String, compression: Compression, byteCount: UInt64, uncompressedByteCount: UInt64?,
            algorithms: [DigestAlgorithm], uncompressedAlgorithms: [DigestAlgorithm]
        ) {
            self.path = path
            self.compression = compression
            self.byteCount = byteCount
            self.uncompressedByteCount = uncompressedByteCount
            self.algorithms = algorithms
            self.uncompressedAlgorithms = uncompressedAlgorithms
        }
    }

    package var blobs: [Blob]

    package init(_ blobs: [Blob]) { self.blobs = blobs }

    package init(_ work: RunWork) {
        blobs = work.blobs.map { blob in
            Blob(
                path: blob.path, compression: blob.compression, byteCount: blob.byteCount,
                uncompressedByteCount: blob.uncompressedByteCount, algorithms: blob.algorithms,
                uncompressedAlgorithms: blob.uncompressedAlgorithms)
        }
    }

    /// The number of bytes as stored in the image.
    package var byteCount: UInt64 { blobs.reduce(0) { $0 + $1.byteCount } }

    /// The number of bytes after decoding; uncompressed layers are counted as they are.
    package var uncompressedByteCount: UInt64 { blobs.reduce(0) { $0 + ($1.uncompressedByteCount ?? $1.byteCount) } }

    /// The number of bytes of each kind of work: read, decoded by compression, hashed by algorithm.
    package var byteCounts: [(work: Kernel.Work, byteCount: UInt64)] {
        var sums: [Kernel.Work: UInt64] = [:]
        for blob in blobs {
            for (work, byteCount) in blob.byteCounts { sums[work, default: 0] += byteCount }
        }
        let order =
            [Kernel.Work.read] + Compression.allCases.map { .decode($0) } + DigestAlgorithm.allCases.map { .hash($0) }
        return order.compactMap { work in sums[work].map { (work, $0) } }
    }
}

extension Workload.Blob {
    var byteCounts: [(work: Kernel.Work, byteCount: UInt64)] { decoding + hashing }

    /// Reading and decoding, which are one action of the pipeline; the next block of the blob waits for it.
    var decoding: [(work: Kernel.Work, byteCount: UInt64)] {
        [(.read, byteCount)] + (uncompressedByteCount.map { [(.decode(compression), $0)] } ?? [])
    }

    /// The hashing of the blob; each element is a separate chain.
    var hashing: [(work: Kernel.Work, byteCount: UInt64)] {
        algorithms.map { (.hash($0), byteCount) }
            + uncompressedAlgorithms.map { (.hash($0), uncompressedByteCount ?? 0) }
    }
}
