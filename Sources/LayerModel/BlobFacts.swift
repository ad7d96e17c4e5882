// layerverify: what was found out about a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What reading a blob told about it. A fact knows no claim.
package struct BlobFacts: Hashable, Sendable {
    /// The bytes of the blob as they lie in the image, counted; what was read until `reading` ended.
    package var byteCount: UInt64
    /// The digests of those bytes, one for each algorithm that was asked for; empty unless the file was read to
    /// its end.
    package var digests: [ContentDigest]
    /// The compression that the first bytes show; nil if none were read.
    package var compression: Compression?
    /// How reading the bytes ended.
    package var reading: ReadEnding
    /// What the bytes decode to; nil if that was not asked for.
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

    /// The digest of the bytes as they lie in the image, by the algorithm of `claimed`; nil if it was not computed.
    package func digest(like claimed: ContentDigest) -> ContentDigest? {
        digests.first { $0.algorithmName == claimed.algorithmName }
    }
}

/// What the bytes of a layer decode to.
package struct UncompressedFacts: Hashable, Sendable {
    /// The uncompressed bytes, counted; what came out until the stream ended.
    package var byteCount: UInt64
    /// The digests of the uncompressed bytes; empty unless the stream is intact, up to trailing bytes or a dispute.
    package var digests: [ContentDigest]
    /// How the stream ended.
    package var ending: StreamEnding

    package init(byteCount: UInt64 = 0, digests: [ContentDigest] = [], ending: StreamEnding) {
        self.byteCount = byteCount
        self.digests = digests
        self.ending = ending
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
    /// There is no such file.
    case missing
    /// The path, or a link within an archive, leads out of the image.
    case outsideImage
    /// The way to the file leads through a symbolic link that was not followed; with what the link holds. What it leads to may be
    /// the blob.
    case linkNotFollowed(target: String)
    /// Something else than a regular file lies there; it was not opened.
    case notRegularFile(FileKind)
    /// The entry of an archive is of a kind that is not read here: a sparse file.
    case unsupportedEntry
    /// The archive's index does not reach its end, and has no such entry so far: whether there is one is not known.
    case unindexed
    /// The archive ends before the entry does.
    case cutOff(atByte: UInt64)
    /// The system refused to open or read it.
    case unreadable(errno: Int32, atByte: UInt64)
    /// The file changed while it was read, so nothing is known about either version.
    case changed
    /// The file has more bytes than are worth reading: far more than is claimed, or than a document may have.
    case oversized(byteCount: UInt64)
    /// The run was interrupted first.
    case cancelled

    /// True if nothing is known of the file, not even whether it is there. What follows from that is undetermined.
    package var leavesOpen: Bool {
        switch self {
        case .complete, .missing, .outsideImage, .notRegularFile, .cutOff: false
        case .linkNotFollowed, .unsupportedEntry, .unindexed, .unreadable, .changed, .oversized, .cancelled: true
        }
    }
}

/// What lies at a path.
package enum FileKind: String, Hashable, Sendable {
    case regular = "regular file"
    case directory
    case symbolicLink = "symbolic link"
    case fifo = "FIFO"
    case socket
    case characterDevice = "character device"
    case blockDevice = "block device"
    /// A kind that only an archive can hold, or that the system did not name.
    case other = "special file"
}

/// How decoding a stream ended.
///
/// Units: offsets are bytes from the beginning of the compressed blob.
package enum StreamEnding: Hashable, Sendable {
    /// Every member or frame is intact, and the last one ends where the blob ends.
    case complete
    /// The blob ends within a member or frame.
    case truncated(atByte: UInt64)
    /// A member or frame is damaged. `atByte` is where decoding stopped, up to a block after the damage.
    case corrupt(atByte: UInt64, StreamFault)
    /// Every member or frame is intact, then come bytes that begin no further one.
    case trailingBytes(atByte: UInt64, areZero: Bool)
    /// Every member or frame is intact by the reference decoder, and the last one ends where the blob ends; but other decoders
    /// that unpack images refuse the stream. `atByte` is where the first member or frame that they refuse begins.
    case disputed(atByte: UInt64, StreamDispute)
    /// The stream wants more memory for its window than is allowed.
    case windowTooLarge(limitByteCount: UInt64)
    /// More came out than the limit of expansion allows; decoding stopped.
    case expansionLimit(limitByteCount: UInt64)
    /// Nothing here decodes this compression.
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
    /// The checksum of the content differs (CRC-32 of gzip, XXH64 of zstd).
    case checksum = "checksum of the content differs"
    /// The length of the content differs (ISIZE of gzip; libzstd calls a wrong content size damaged data).
    case length = "length of the content differs"
    /// A block of zstd says in two bytes that it has no sequences. Only the strict decoder tells this from other damage.
    case longZeroCount = "a count of zero sequences takes two bytes"
    /// The stream wants a dictionary, which layers do not have.
    case dictionary = "a dictionary is wanted"
    /// The decoder failed for want of memory or in a way it does not explain. It says nothing about the stream.
    case decoder = "the decoder failed"
}

/// Why decoders do not agree on whether a stream is intact; with who refuses it.
package enum StreamDispute: String, Hashable, Sendable {
    /// Go's compress/gzip, and the packages that were made of it, read a name or a comment into 512 bytes.
    case headerText = "Go refuses a gzip header with a name or comment of more than 511 bytes"
    /// Found by the strict decoder of zstd, which keeps the rules that not all decoders check (Sources/CZstdFrames/README.md).
    case zstdRule = "the frame breaks a rule that libzstd does not check and other decoders do"
    /// Versions of libzstd differ: RFC 8878, section 3.1.1.3.2.1, allows it.
    case zstdZeroCount = "libzstd before 1.5.6 refuses a count of zero sequences in two bytes"
}
