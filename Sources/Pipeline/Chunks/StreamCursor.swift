// layerverify: the progress of decoding a stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// The limits of one stream.
struct StreamLimits {
    /// The maximum number of uncompressed bytes.
    var expansionByteCount = UInt64.max
    /// The maximum window of a zstd frame in bytes.
    var windowByteCount = UInt64.max

    init() {}

    init(_ options: PipelineOptions, compressedByteCount: UInt64) {
        expansionByteCount = options.expansionLimit.limit(forCompressed: compressedByteCount)
        windowByteCount = options.codecOptions.maximumWindowByteCount
    }
}

/// The progress of decoding one stream, and how it ended.
struct StreamCursor {
    /// The offset in the blob where the decoder began.
    let startOffset: UInt64
    /// The offset in the blob up to which the decoder consumed bytes.
    private(set) var consumedByteCount: UInt64
    /// The number of bytes that were decoded.
    private(set) var producedByteCount: UInt64 = 0
    /// How the stream ended; nil while decoding continues.
    private(set) var ending: StreamEnding?
    private var trailingBytesAreZero = true
    /// The first dispute; its offset is from the beginning of the blob.
    private var dispute: Dispute?

    init(beginningAt offsetBytes: UInt64 = 0) {
        startOffset = offsetBytes
        consumedByteCount = offsetBytes
    }

    /// Begins where another decoder has stopped, which had decoded `producedByteCount` bytes.
    init(resumingAt offsetBytes: UInt64, producedByteCount: UInt64, dispute: Dispute?) {
        self.init(beginningAt: offsetBytes)
        self.producedByteCount = producedByteCount
        self.dispute = dispute
    }

    /// Adds the results for the bytes of the blob before the offset where this decoder began.
    mutating func add(_ earlier: StreamCursor) {
        producedByteCount += earlier.producedByteCount
        dispute = earlier.dispute ?? dispute
    }

    /// Records a step of the decoder.
    mutating func advance(
        _ status: DecodeStatus, consumedByteCount: Int, producedByteCount: Int, decoder: any StreamDecoder,
        limits: StreamLimits
    ) {
        self.consumedByteCount += UInt64(byteCount: consumedByteCount)
        self.producedByteCount += UInt64(byteCount: producedByteCount)
        if dispute == nil, let found = decoder.dispute {
            dispute = Dispute(offsetBytes: startOffset + found.offsetBytes, reason: found.reason)
        }
        switch status {
        case .needsInput, .outputFull, .needsMemory, .paused:
            if self.producedByteCount > limits.expansionByteCount {
                ending = .expansionLimit(limitByteCount: limits.expansionByteCount)
            }
        case .trailing:
            let boundaryOffset = startOffset + decoder.boundaryOffset
            ending = .trailingBytes(atByte: boundaryOffset, areZero: true)
            // The decoder consumed bytes that looked like the beginning of another member, so the rest is not padding.
            trailingBytesAreZero = boundaryOffset == self.consumedByteCount
        case .failed(let fault):
            ending = .corrupt(atByte: self.consumedByteCount, fault)
        case .windowTooLarge:
            ending = .windowTooLarge(limitByteCount: limits.windowByteCount)
        }
    }

    /// Checks whether bytes after the end of the stream are padding. `rest` are bytes that the decoder did not consume.
    mutating func scanTrailing(_ rest: UnsafeRawBufferPointer) {
        guard case .trailingBytes = ending, trailingBytesAreZero else { return }
        unsafe trailingBytesAreZero = rest.allSatisfy { $0 == 0 }
    }

    /// How the stream ends at the end of the blob.
    ///
    /// Returns: how it ended; `.complete` only if nothing is missing and no bytes follow.
    func finished(decoder: any StreamDecoder) -> StreamEnding {
        switch ending {
        case nil:
            guard decoder.isAtBoundary else { return .truncated(atByte: consumedByteCount) }
            return dispute.map { .disputed(atByte: $0.offsetBytes, $0.reason) } ?? .complete
        case .trailingBytes(let atByte, _):
            return .trailingBytes(atByte: atByte, areZero: trailingBytesAreZero)
        case .some(let ending):
            return ending
        }
    }
}

extension StreamEnding {
    /// True if the whole content of the stream was decoded and is intact.
    var leavesDigestsValid: Bool {
        switch self {
        case .complete, .trailingBytes, .disputed: true
        case .truncated, .corrupt, .windowTooLarge, .expansionLimit, .unsupported, .unread: false
        }
    }
}
