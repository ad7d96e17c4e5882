// layerverify: hashing in the gaps of other work.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Two running SHA-256 digests that may advance in the gaps of other work; a digest method lends them to a codec for
/// one call.
///
/// Unsafe: the memory belongs to the one who lends the pair.
///
/// ## Concurrency
/// Used by one worker from the time that it is lent until it is taken back.
@unsafe package struct HashPair {
    /// The eight words of each hash state, a to h, in native byte order. The two pointers must differ.
    package let words: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>)
    /// The next bytes of each message; at least 64 times `blockCount`.
    package var bytes: (UnsafePointer<UInt8>, UnsafePointer<UInt8>)
    /// The number of blocks of 64 bytes that are left to hash in each message.
    package var blockCount: Int

    package init(
        words: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>),
        bytes: (UnsafePointer<UInt8>, UnsafePointer<UInt8>), blockCount: Int
    ) {
        unsafe self.words = words
        unsafe self.bytes = bytes
        unsafe self.blockCount = blockCount
    }
}
