// layerverify: the bytes of spans, for headers of tar streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// All code of the reader of streams that the compiler cannot check.
extension RawSpan {
    /// The byte at an offset, which must be within the span.
    @inline(__always) func byte(_ offset: Int) -> UInt8 {
        // SAFETY: every pattern of bits is a number, and the method checks the offset.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The eight bytes at an offset, the first one as the most significant one.
    @inline(__always) func bigEndianWord(_ offset: Int) -> UInt64 {
        // SAFETY: every pattern of bits is a number, and the method checks the offset.
        UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The sum of all bytes.
    ///
    /// Shape: the number of bytes is a multiple of 16, and at most 2048.
    var sum: Int64 {
        // Two bytes are added to each 16 bits at a time; 128 times 510 fits.
        var sums = SIMD8<UInt16>()
        for place in stride(from: 0, to: byteCount, by: 16) {
            // SAFETY: every pattern of bits is a vector, and the method checks the offset.
            let pairs = unsafe unsafeLoadUnaligned(fromByteOffset: place, as: SIMD8<UInt16>.self)
            sums &+= (pairs & 0xff) &+ (pairs &>> 8)
        }
        return Int64(SIMD8<UInt32>(truncatingIfNeeded: sums).wrappedSum())
    }

    /// Whether both have the same 64 bytes.
    func isEqual(to other: RawSpan) -> Bool {
        // SAFETY: every pattern of bits is a vector, and the method checks the offset.
        let words = unsafe unsafeLoadUnaligned(as: SIMD8<UInt64>.self)
        return words == (unsafe other.unsafeLoadUnaligned(as: SIMD8<UInt64>.self))
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
        var text: [UInt8] = []
        copyText(field, to: &text)
        return text
    }

    /// Replaces a text by the bytes of a field up to a NUL. Its memory is used again, if nothing else has the text.
    func copyText(_ field: Range<Int>, to text: inout [UInt8]) {
        let byteCount = byte(field.lowerBound) == 0 ? 0 : textByteCount(field)
        guard byteCount > 0 else {
            if !text.isEmpty { text.removeAll(keepingCapacity: true) }
            return
        }
        let bytes = extracting(field.lowerBound..<field.lowerBound + byteCount)
        // The length changes little from one name to the next.
        while text.count > byteCount { text.removeLast() }
        bytes.withUnsafeBytes { bytes in
            let present = text.count
            unsafe text.withUnsafeMutableBytes { room in
                // SAFETY: the room is not longer than the bytes.
                unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<present]))
            }
            if present < byteCount { unsafe text.append(contentsOf: bytes[present...]) }
        }
    }

    /// The number of bytes of a field before a NUL.
    private func textByteCount(_ field: Range<Int>) -> Int {
        var place = field.lowerBound
        while place + 8 <= field.upperBound {
            let word = bigEndianWord(place)
            // The highest bit of each byte that is 0, and maybe of some after it.
            let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if zeros != 0 { break }
            place += 8
        }
        while place < field.upperBound, byte(place) != 0 { place += 1 }
        return place - field.lowerBound
    }
}

extension [UInt8] {
    /// Adds the bytes of a span.
    mutating func append(_ bytes: RawSpan) { bytes.withUnsafeBytes { append(contentsOf: $0) } }
}
