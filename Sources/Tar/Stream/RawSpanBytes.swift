// layerverify: the bytes of spans, for headers of tar streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// All code of the reader of streams that the compiler cannot check.
extension RawSpan {
    /// The byte at an offset, which must be within the span.
    func byte(_ offset: Int) -> UInt8 {
        // SAFETY: every pattern of bits is a number, and the method checks the offset.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The eight bytes at an offset, the first one as the most significant one.
    func bigEndianWord(_ offset: Int) -> UInt64 {
        // SAFETY: every pattern of bits is a number, and the method checks the offset.
        UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The sum of all bytes, of which there must be fewer than 2^24.
    var sum: Int64 {
        withUnsafeBytes { bytes in
            // SAFETY: the places are those of the span. Without checks of bounds the loop is compiled to vector instructions.
            var sum: UInt32 = 0
            for place in 0..<bytes.count { sum &+= UInt32(unsafe bytes.load(fromByteOffset: place, as: UInt8.self)) }
            return Int64(sum)
        }
    }

    /// How often a byte is in the span.
    func count(of byte: UInt8) -> Int {
        withUnsafeBytes { bytes in bytes.reduce(0) { $1 == byte ? $0 + 1 : $0 } }
    }

    /// The number of zeros at the beginning.
    var leadingZeroByteCount: Int {
        var count = 0
        while count + 8 <= byteCount {
            // SAFETY: every pattern of bits is a number, and the method checks the offset.
            guard unsafe unsafeLoadUnaligned(fromByteOffset: count, as: UInt64.self) == 0 else { break }
            count += 8
        }
        while count < byteCount, byte(count) == 0 { count += 1 }
        return count
    }

    /// The bytes of a field up to a NUL.
    func text(_ field: Range<Int>) -> [UInt8] {
        extracting(field).withUnsafeBytes { bytes in
            // SAFETY: the places are those of the span.
            var count = 0
            while count < bytes.count, unsafe bytes[count] != 0 { count += 1 }
            return count == 0 ? [] : Array(unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }

    /// As `text`, without a copy if it is the same as the last one.
    func text(_ field: Range<Int>, last: inout [UInt8]) -> [UInt8] {
        if !isText(last, field) { last = text(field) }
        return last
    }

    private func isText(_ text: [UInt8], _ field: Range<Int>) -> Bool {
        guard text.count <= field.count else { return false }
        for place in text.indices where byte(field.lowerBound + place) != text[place] { return false }
        return text.count == field.count || byte(field.lowerBound + text.count) == 0
    }
}

extension [UInt8] {
    /// Adds the bytes of a span.
    mutating func append(_ bytes: RawSpan) { bytes.withUnsafeBytes { append(contentsOf: $0) } }
}
