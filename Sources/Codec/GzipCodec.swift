// layerverify: shared code of the gzip decoders.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The codecs of gzip: `inflate-lanes`, and `zlib`, the reference.
///
/// Spec: RFC 1952 (the format), RFC 1951 (the data in it).
enum GzipCodec {}

/// Decides at a boundary whether another member begins, one byte at a time.
///
/// Spec: RFC 1952 §2.2 (members follow one another with nothing between them) and §2.3.1 (ID1, ID2).
struct GzipMagic {
    enum Verdict {
        /// The first byte matches; the second decides.
        case undecided
        /// Both bytes match: a member begins.
        case memberBegins
        case noMember
    }

    /// True after a first byte that matches.
    private(set) var isUndecided = false

    mutating func take(_ byte: UInt8) -> Verdict {
        if isUndecided {
            isUndecided = false
            return byte == Self.bytes.1 ? .memberBegins : .noMember
        }
        isUndecided = byte == Self.bytes.0
        return isUndecided ? .undecided : .noMember
    }

    static let bytes: (UInt8, UInt8) = (0x1f, 0x8b)
}

/// Limits of other gzip decoders.
enum GzipLimits {
    /// The number of bytes of a name or a comment, without the terminating zero, that Go's compress/gzip reads; it
    /// refuses a longer one. klauspost's gzip and pgzip are derived from it and do the same.
    static let headerTextByteCount = 511
}

/// Where the members of a blob begin and end.
struct MemberBoundary {
    private var magic = GzipMagic()
    private var memberCount: UInt64 = 0
    private(set) var offset: UInt64 = 0
    private(set) var dispute: Dispute?

    /// True if the blob may end here, provided that the decoder is between members.
    var isClean: Bool { memberCount > 0 && !magic.isUndecided }

    mutating func memberEnds(atByte offset: UInt64) {
        memberCount += 1
        self.offset = offset
    }

    /// Records that the header of the member that began at `offset` has a name or a comment longer than other decoders
    /// read.
    mutating func noteLongHeaderText() {
        if dispute == nil { dispute = Dispute(offsetBytes: offset, reason: .headerText) }
    }

    /// Looks for the magic of the next member.
    ///
    /// Parameters: `callOffset` is the offset in the blob where the cursor's input begins.
    ///
    /// Returns: nil if a member begins (its magic is consumed), otherwise why decoding stops.
    mutating func findMember(_ cursor: inout DecodeCursor, callOffset: UInt64) -> DecodeStatus? {
        while cursor.inputByteCount > 0 {
            switch magic.take(cursor.takeByte()) {
            case .undecided:
                continue
            case .memberBegins:
                return nil
            case .noMember:
                guard memberCount > 0 else { return .failed(.header) }
                // The byte that decides may be the second one, and the first may have been in an earlier input.
                cursor.consumedByteCount = offset > callOffset ? Int(offset - callOffset) : 0
                return .trailing
            }
        }
        return .needsInput
    }
}
