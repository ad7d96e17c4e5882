// layerverify: how far a stream was decoded.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// What one stream may cost.
struct StreamLimits {
    /// Uncompressed bytes.
    var expansionByteCount = UInt64.max
    /// The window of a zstd frame.
    var windowByteCount = UInt64.max

    init() {}

    init(_ options: PipelineOptions, compressedByteCount: UInt64) {
        expansionByteCount = options.expansionLimit.limit(forCompressed: compressedByteCount)
        windowByteCount = options.codecOptions.maximumWindowByteCount
    }
}

/// How far one stream was decoded, and how it ended.
struct StreamCursor {
    /// Where in the blob the decoder began.
    private let startOffset: UInt64
    /// Bytes of the blob that the decoder took, with those before it began.
    private(set) var consumedByteCount: UInt64
    /// Bytes that came out.
    private(set) var producedByteCount: UInt64 = 0
    /// How the stream ended; nil while it goes on.
    private(set) var ending: StreamEnding?
    private var trailingBytesAreZero = true
    /// The first dispute, by the offset from the beginning of the blob.
    private var dispute: Dispute?

    init(beginningAt offsetBytes: UInt64 = 0) {
        startOffset = offsetBytes
        consumedByteCount = offsetBytes
    }

    /// Takes over what is known of the blob before the place where the decoder began.
    mutating func goOn(after earlier: StreamCursor) {
        producedByteCount += earlier.producedByteCount
        dispute = earlier.dispute ?? dispute
    }

    /// Counts what a step of the decoder did.
    mutating func advance(
        _ status: DecodeStatus, consumedByteCount: Int, producedByteCount: Int, decoder: any StreamDecoder,
        limits: StreamLimits
    ) {
        self.consumedByteCount += ByteMath.fileSize(consumedByteCount)
        self.producedByteCount += ByteMath.fileSize(producedByteCount)
        if dispute == nil, let found = decoder.dispute {
            dispute = Dispute(offsetBytes: startOffset + found.offsetBytes, reason: found.reason)
        }
        switch status {
        case .needsInput, .outputFull, .needsMemory:
            if self.producedByteCount > limits.expansionByteCount {
                ending = .expansionLimit(limitByteCount: limits.expansionByteCount)
            }
        case .trailing:
            let boundaryOffset = startOffset + decoder.boundaryOffset
            ending = .trailingBytes(atByte: boundaryOffset, areZero: true)
            // What the decoder took already began like a further member, so it is no padding.
            trailingBytesAreZero = boundaryOffset == self.consumedByteCount
        case .failed(let fault):
            ending = .corrupt(atByte: self.consumedByteCount, fault)
        case .windowTooLarge:
            ending = .windowTooLarge(limitByteCount: limits.windowByteCount)
        }
    }

    /// Looks whether bytes after the end of the stream are padding. `rest` are bytes the decoder did not take.
    mutating func scanTrailing(_ rest: UnsafeRawBufferPointer) {
        guard case .trailingBytes = ending, trailingBytesAreZero else { return }
        unsafe trailingBytesAreZero = rest.allSatisfy { $0 == 0 }
    }

    /// Ends the stream where the blob ends.
    ///
    /// Returns: how it ended; `.complete` only if nothing is missing and nothing is left over.
    mutating func finish(decoder: any StreamDecoder) -> StreamEnding {
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
    /// True where everything that the stream holds came out intact.
    var leavesDigestsValid: Bool {
        switch self {
        case .complete, .trailingBytes, .disputed: true
        case .truncated, .corrupt, .windowTooLarge, .expansionLimit, .unsupported, .unread: false
        }
    }
}
