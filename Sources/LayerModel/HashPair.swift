// layerverify: hashing in the gaps of other work.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Two messages of SHA-256 that may be hashed in the gaps of other work: what a digest lends to a codec for one call.
///
/// ## Concurrency
/// Belongs to one worker from when the digest lends it until that takes it back.
package struct HashPair {
    /// Of each message the eight words of its hash, a to h, in the CPU's own order. Never the same of both.
    package let words: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>)
    /// The next bytes of each, 64 times `blockCount` of them at least.
    package var bytes: (UnsafePointer<UInt8>, UnsafePointer<UInt8>)
    /// Blocks of 64 bytes that are to be hashed of each, or left to hash.
    package var blockCount: Int

    package init(
        words: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>),
        bytes: (UnsafePointer<UInt8>, UnsafePointer<UInt8>), blockCount: Int
    ) {
        self.words = words
        self.bytes = bytes
        self.blockCount = blockCount
    }
}
