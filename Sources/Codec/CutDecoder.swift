// layerverify: decoders that stop and begin at blocks inside a member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A decoder that can stop and begin at a block inside a gzip member.
///
/// A decoder that begins there does not know the 32 KiB of content before. It decodes into two planes of bytes: where
/// they are equal the byte is known, where they differ both together say which byte before the beginning it is. It is
/// unconfirmed until the decoder before it has stopped at exactly the bit where it began (`continueMember`). Until
/// then it may have begun at bytes that are no block, so its results count for nothing, and it does not go beyond the
/// end of the member.
package protocol CutDecoder: StreamDecoder {
    /// Why it returned `.paused`; nil after any other status.
    var pause: DecodePause? { get }

    /// True for a decoder that began inside a member and was not confirmed.
    var isUnconfirmed: Bool { get }

    /// True while it needs a second room of output (`DecodeLane.secondOutput`).
    var isInPlanes: Bool { get }

    /// The number of block headers that it has read since it began: what it costs if it is dropped depends on them.
    var blockCount: UInt64 { get }

    /// True if the whole window before the next byte of content is content of its member.
    var hasWholeWindow: Bool { get }

    /// Confirms that this decoder began at the bit where `previous` has stopped, makes its content known, and takes over
    /// the checksum and the length of the member before it.
    ///
    /// Shape: `previous` is confirmed, has a whole window, and is of the same codec. `kept` is all that this decoder has
    /// output in two planes, in order. The first plane of each gets the content.
    func continueMember(after previous: any CutDecoder, resolving kept: [OutputPlanes])

    /// What another decoder needs to continue the member at the block header where this one has stopped.
    ///
    /// Shape: this decoder has stopped there, and has a whole window.
    func makeCheckpoint() -> MemberCheckpoint
}

/// Why a decoder paused.
package enum DecodePause: Equatable, Sendable {
    /// A block header at the place where it should stop, or behind it, is next. The place is in bits, counted from where
    /// the decoder began.
    case stopped(atBit: UInt64)
    /// The two planes have become one: all further content is known.
    case known
    /// The data of the member have ended, and the decoder is unconfirmed: the trailer cannot be checked.
    case memberEnded
}

/// Bytes that were output in two planes.
package struct OutputPlanes {
    package let first: UnsafeMutableRawBufferPointer
    /// As many bytes.
    package let second: UnsafeRawBufferPointer

    package init(first: UnsafeMutableRawBufferPointer, second: UnsafeRawBufferPointer) {
        precondition(first.count == second.count, "planes have the same length")
        unsafe self.first = first
        unsafe self.second = second
    }
}

/// How a codec cuts streams at blocks inside a member.
package struct BlockCuts: Sendable {
    /// Begins a decoder at a block, this number of bits (0 to 7) after the beginning of its first byte; nil if the codec
    /// cannot be used.
    package let begin: @Sendable (Int) -> (any CutDecoder)?
    /// Finds the first bit of a range at which a block may begin; nil if there is none.
    ///
    /// Shape: the range is in bits from the beginning of the bytes. Bytes before and after the range make guesses right:
    /// there should be at least `contextByteCount` of each, unless the stream has fewer.
    package let find: @Sendable (UnsafeRawBufferPointer, Range<UInt64>) -> UInt64?
    /// Begins the reference decoder at a checkpoint, this number of bits (0 to 7) after the beginning of its first byte.
    package let beginReference: @Sendable (MemberCheckpoint, Int) -> any StreamDecoder

    /// The longest stored block and its header. What is in a stored block may look like blocks of the stream.
    package static let contextByteCount = 64 << 10

    package init(
        begin: @escaping @Sendable (Int) -> (any CutDecoder)?,
        find: @escaping @Sendable (UnsafeRawBufferPointer, Range<UInt64>) -> UInt64?,
        beginReference: @escaping @Sendable (MemberCheckpoint, Int) -> any StreamDecoder
    ) {
        self.begin = begin
        self.find = find
        self.beginReference = beginReference
    }
}
