// layerverify: benchmarks of digests and checksums.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark
import CZlib
import LayerDigest
import LayerModel

/// Registers every method of the registry, with one message up to the number that is best for it, and the reference
/// methods that differ from them.
func registerDigests() {
    for method in DigestAlgorithms.all {
        for teamSize in 1...method.teamSize { register(method, "registry", teamSize: teamSize) }
        if method.teamSize > 1 { register(referenceDigestMethod(for: method.algorithm), "reference", teamSize: 1) }
    }
}

private func register(_ method: DigestMethod, _ kind: String, teamSize: Int) {
    Benchmark("digest \(method.algorithm) of the \(kind), messages at once: \(teamSize)") { benchmark in
        // One block of each message, again and again: the pipeline hashes blocks that are in the cache.
        let blocks = Sample.layers.map { Array($0.prefix(blockByteCount)) }
        let roundCount = 8
        withExtendedLifetime(blocks) {
            let digests = (0..<teamSize).map { _ in method.begin() }
            let parts = (0..<teamSize).map { blocks[$0 % blocks.count] }
            withBytes(of: parts) { buffers in
                benchmark.measure(byteCount: roundCount * teamSize * blockByteCount) {
                    for _ in 0..<roundCount {
                        var team = zip(digests, buffers).map { DigestLane(digest: $0, bytes: $1) }
                        team.withUnsafeMutableBufferPointer { method.update($0) }
                    }
                }
            }
            for digest in digests { blackHole(digest.finish()) }
        }
    }
}

/// Calls `body` with the bytes of all arrays at once.
private func withBytes(
    of arrays: [[UInt8]], _ found: [UnsafeRawBufferPointer] = [], _ body: ([UnsafeRawBufferPointer]) -> Void
) {
    guard found.count < arrays.count else { return body(found) }
    arrays[found.count].withUnsafeBytes { withBytes(of: arrays, found + [$0], body) }
}

/// Registers the CRC-32 of a block.
func registerChecksums() {
    registerChecksum("zlib") { UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, UInt32($0.count))) }
}

private func registerChecksum(
    _ library: String, _ checksum: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> UInt32
) {
    Benchmark("CRC-32 by \(library)") { benchmark in
        let roundCount = 32
        Array(Sample.layers[0].prefix(blockByteCount)).withUnsafeBufferPointer { block in
            benchmark.measure(byteCount: roundCount * blockByteCount) {
                for _ in 0..<roundCount { blackHole(checksum(block)) }
            }
        }
    }
}
