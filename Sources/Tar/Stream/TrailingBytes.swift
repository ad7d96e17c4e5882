// layerverify: what follows the end of a tar archive.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Looks at what follows the two blocks of zeros that end an archive, up to the first block that is not zeros.
struct TrailingBytes {
    private(set) var content = TrailingContent.none
    /// The name in the header that was found, without its prefix; empty if there is none.
    private(set) var name: [UInt8] = []
    /// The beginning of the first block that is not zeros, from its first byte on; nil before it and once it was read.
    private var block: [UInt8]?

    /// Takes the next bytes; `offset` is where they are in the stream.
    mutating func take(_ bytes: RawSpan, at offset: UInt64) {
        switch content {
        case .entries: return
        case .bytes: takeBlock(bytes)
        case .none, .zeros:
            let zeroCount = bytes.leadingZeroByteCount
            content = .zeros
            guard zeroCount < bytes.byteCount else { return }
            let first = offset + UInt64(zeroCount)
            content = .bytes(atByte: first)
            block = Array(repeating: 0, count: Int(first % UInt64(StreamHeader.byteCount)))
            takeBlock(bytes.extracting(droppingFirst: zeroCount))
        }
    }

    private mutating func takeBlock(_ bytes: RawSpan) {
        guard var block, case .bytes(let first) = content else { return }
        let count = min(StreamHeader.byteCount - block.count, bytes.byteCount)
        bytes.extracting(first: count).withUnsafeBytes { block.append(contentsOf: $0) }
        self.block = block.count < StreamHeader.byteCount ? block : nil
        if block.count == StreamHeader.byteCount, StreamHeader.isHeader(block.span.bytes) {
            content = .entries(atByte: first - first % UInt64(StreamHeader.byteCount))
            name = Array(block[..<100].prefix { $0 != 0 })
        }
    }
}

extension RawSpan {
    /// The number of zeros at the beginning.
    fileprivate var leadingZeroByteCount: Int {
        var count = 0
        while count + 8 <= byteCount {
            // SAFETY: every pattern of bits is a number, and the method checks the offset.
            guard unsafe unsafeLoadUnaligned(fromByteOffset: count, as: UInt64.self) == 0 else { break }
            count += 8
        }
        while count < byteCount, byte(count) == 0 { count += 1 }
        return count
    }
}
