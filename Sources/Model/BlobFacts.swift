// layerverify: facts about a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What was learned from reading a blob. Facts do not depend on any claim.
package struct BlobFacts: Hashable, Sendable {
    /// The number of bytes that were read until `reading` ended: the bytes as stored, before decoding.
    package var byteCount: UInt64
    /// The digests of those bytes, one for each requested algorithm; empty unless the file was read to its end.
    package var digests: [ContentDigest]
    /// The compression that the first bytes show; nil if no bytes were read.
    package var compression: Compression?
    /// How reading ended.
    package var reading: ReadEnding
    /// What the bytes decode to; nil if decoding was not requested.
    package var uncompressed: UncompressedFacts?

    package init(
        byteCount: UInt64 = 0, digests: [ContentDigest] = [], compression: Compression? = nil,
        reading: ReadEnding, uncompressed: UncompressedFacts? = nil
    ) {
        self.byteCount = byteCount
        self.digests = digests
        self.compression = compression
        self.reading = reading
        self.uncompressed = uncompressed
    }

    /// The digest of the bytes as stored, by the algorithm of `claimed`; nil if it was not computed.
    package func digest(like claimed: ContentDigest) -> ContentDigest? {
        digests.first { $0.algorithmName == claimed.algorithmName }
    }
}

/// What the bytes of a layer decode to.
package struct UncompressedFacts: Hashable, Sendable {
    /// The number of uncompressed bytes until the stream ended.
    package var byteCount: UInt64
    /// The digests of the uncompressed bytes. Empty unless the stream is intact; trailing bytes and a dispute are
    /// allowed.
    package var digests: [ContentDigest]
    /// How the stream ended.
    package var ending: StreamEnding
    /// What was learned from reading the uncompressed bytes as a tar; nil if the stream is not intact, or if they were
    /// not read so.
    package var contents: ContentsFacts?

    package init(
        byteCount: UInt64 = 0, digests: [ContentDigest] = [], ending: StreamEnding, contents: ContentsFacts? = nil
    ) {
        self.byteCount = byteCount
        self.digests = digests
        self.ending = ending
        self.contents = contents
    }

    /// The digest of the uncompressed bytes by the algorithm of `claimed`; nil if it was not computed.
    package func digest(like claimed: ContentDigest) -> ContentDigest? {
        digests.first { $0.algorithmName == claimed.algorithmName }
    }
}

/// How reading the bytes of a blob ended.
///
/// Units: offsets are bytes from the beginning of the blob.
package enum ReadEnding: Hashable, Sendable {
    /// All bytes were read.
    case complete
    /// The file does not exist.
    case missing
    /// The path, or a link within an archive, leads out of the image.
    case outsideImage
    /// The way to the file leads through a symbolic link that was not followed; with what the link holds. What it leads to may be
    /// the blob.
    case linkNotFollowed(target: String)
    /// The path leads to something other than a regular file, which was not opened.
    case notRegularFile(FileKind)
    /// The archive entry is of an unsupported kind: a sparse file.
    case unsupportedEntry
    /// The index of the archive is incomplete and has no such entry, so it is unknown whether the entry exists.
    case unindexed
    /// The archive ends before the entry ends.
    case cutOff(atByte: UInt64)
    /// Opening or reading the file failed with an error of the system.
    case unreadable(errno: Int32, atByte: UInt64)
    /// The file changed while it was read, so nothing is known about either version.
    case changed
    /// The file is too large to be read: far larger than claimed, or larger than a document may be.
    case oversized(byteCount: UInt64)
    /// The run was interrupted before the end.
    case cancelled

    /// True if nothing is known of the file, not even whether it exists. Claims about it are then undetermined.
    package var leavesOpen: Bool {
        switch self {
        case .complete, .missing, .outsideImage, .notRegularFile, .cutOff: false
        case .linkNotFollowed, .unsupportedEntry, .unindexed, .unreadable, .changed, .oversized, .cancelled: true
        }
    }
}

/// The kind of file at a path.
package enum FileKind: String, Hashable, Sendable {
    case regular = "regular file"
    case directory
    case symbolicLink = "symbolic link"
    case fifo = "FIFO"
    case socket
    case characterDevice = "character device"
    case blockDevice = "block device"
    /// A kind that only an archive can contain, or one that the system did not report.
    case other = "special file"
}

/// How decoding a stream ended.
///
/// Units: offsets are bytes from the beginning of the compressed blob.
package enum StreamEnding: Hashable, Sendable {
    /// Every member or frame is intact, and the last one ends at the end of the blob.
    case complete
    /// The blob ends within a member or frame.
    case truncated(atByte: UInt64)
    /// A member or frame is damaged. `atByte` is where decoding stopped, up to a block after the damage.
    case corrupt(atByte: UInt64, StreamFault)
    /// Every member or frame is intact, and bytes follow that begin no other one.
    case trailingBytes(atByte: UInt64, areZero: Bool)
    /// The reference decoder finds every member or frame intact, and the last one ends at the end of the blob, but
    /// other decoders that unpack images refuse the stream. `atByte` is where the first refused member or frame begins.
    case disputed(atByte: UInt64, StreamDispute)
    /// The stream needs more memory for its window than is allowed.
    case windowTooLarge(limitByteCount: UInt64)
    /// The stream expands beyond the limit; decoding stopped there.
    case expansionLimit(limitByteCount: UInt64)
    /// No codec decodes this compression.
    case unsupported(Compression)
    /// The bytes could not be read to the end; see the blob's `reading`.
    case unread
}

/// What is damaged in a stream.
package enum StreamFault: String, Hashable, Sendable {
    /// A member or frame header is malformed or has reserved bits set.
    case header = "malformed header"
    /// The compressed data is malformed.
    case data = "malformed compressed data"
    /// The checksum of the content differs (CRC-32 in gzip, XXH64 in zstd).
    case checksum = "checksum of the content differs"
    /// The length of the content differs (ISIZE in gzip; libzstd reports a wrong content size as damaged data).
    case length = "length of the content differs"
    /// A zstd block encodes a count of zero sequences in two bytes. Only the strict decoder distinguishes this from
    /// other damage.
    case longZeroCount = "a count of zero sequences takes two bytes"
    /// The stream needs a dictionary, which layers do not have.
    case dictionary = "a dictionary is wanted"
    /// The decoder failed because of a lack of memory or for an unknown reason. This says nothing about the stream.
    case decoder = "the decoder failed"
}

/// Why decoders disagree on whether a stream is intact. The raw value also says which of them refuse it.
package enum StreamDispute: String, Hashable, Sendable {
    /// Go's compress/gzip, and the packages derived from it, read a name or a comment into a buffer of 512 bytes.
    case headerText = "Go refuses a gzip header with a name or comment of more than 511 bytes"
    /// Found by the strict zstd decoder, which enforces rules that not all decoders check
    /// (Sources/C/CZstdFrames/README.md).
    case zstdRule = "the frame breaks a rule that libzstd does not check and other decoders do"
    /// Versions of libzstd differ; RFC 8878 §3.1.1.3.2.1 allows this encoding.
    case zstdZeroCount = "libzstd before 1.5.6 refuses a count of zero sequences in two bytes"
}
