// layerverify: numbers in the headers of a tar stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Numbers as Go's archive/tar reads them.
enum TarNumber {
    /// A number in octal digits, between any blanks and NULs; 0 if there is nothing else. What follows a NUL after the
    /// digits is ignored. Returns nil for anything else.
    ///
    /// Shape: the field has at most 12 bytes, so the number has at most 36 bits.
    static func octal(_ block: RawSpan, _ field: Range<Int>) -> Int64? {
        if let number = usual(block, field) { return number }
        var (start, end) = (field.lowerBound, field.upperBound)
        while start < end, isBlank(block.byte(start)) { start += 1 }
        while start < end, isBlank(block.byte(end - 1)) { end -= 1 }
        var number: Int64 = 0
        while start < end {
            let byte = block.byte(start)
            if byte == 0 { break }
            let digit = byte ^ 0x30
            guard digit < 8 else { return nil }
            number = number << 3 | Int64(digit)
            start += 1
        }
        return number
    }

    /// A field of octal digits and one or two NULs or blanks at its end, as nearly all writers fill them; nil for any other.
    @inline(__always) static func usual(_ block: RawSpan, _ field: Range<Int>) -> Int64? {
        let start = field.upperBound - 8
        var word = block.bigEndianWord(start)
        guard word & 0xdf == 0 else { return nil }
        // Seven digits, or a zero and six digits.
        let endByteCount = word & 0xdf00 == 0 ? 2 : 1
        word = endByteCount == 2 ? word >> 16 | 0x30 << 48 : word >> 8
        guard word & 0xf8_f8f8_f8f8_f8f8 == 0x30_3030_3030_3030 else { return nil }
        // Two digits in each 16 bits, four in each 32 bits, all of them.
        word &= 0x07_0707_0707_0707
        word = word & 0x00ff_00ff_00ff_00ff | word >> 5 & 0x0038_0038_0038_0038
        word = word & 0x0000_ffff_0000_ffff | word >> 10 & 0x0000_0fc0_0000_0fc0
        word = word & 0xffff_ffff | word >> 20
        // Before these, fields of twelve bytes have four more.
        var shift = UInt64(3 * (8 - endByteCount))
        for place in (field.lowerBound..<start).reversed() {
            let byte = block.byte(place)
            guard byte & 0xf8 == 0x30 else { return nil }
            word |= UInt64(byte & 7) << shift
            shift += 3
        }
        return Int64(word)
    }

    /// A number in octal digits or in GNU's base 256: big-endian two's complement, with the highest bit set as a mark.
    /// Returns nil for anything else, and for a number outside of 64 bits.
    static func numeric(_ block: RawSpan, _ field: Range<Int>) -> Int64? {
        let first = block.byte(field.lowerBound)
        guard first & 0x80 != 0 else { return octal(block, field) }
        let inversion: UInt8 = first & 0x40 == 0 ? 0 : 0xff
        var number = UInt64((first ^ inversion) & 0x7f)
        for place in field.dropFirst() {
            guard number >> 56 == 0 else { return nil }
            number = number << 8 | UInt64(block.byte(place) ^ inversion)
        }
        guard number >> 63 == 0 else { return nil }
        return inversion == 0 ? Int64(number) : ~Int64(number)
    }

    /// Whether a field has a blank, and at most NULs next to it.
    static func isBlankField(_ block: RawSpan, _ field: Range<Int>) -> Bool {
        var hasBlank = false
        for place in field {
            let byte = block.byte(place)
            guard isBlank(byte) else { return false }
            if byte == 0x20 { hasBlank = true }
        }
        return hasBlank
    }

    /// A decimal number with an optional sign, of at least one digit; nil for anything else, and outside of 64 bits.
    ///
    /// Leading zeros may be of any number, as in Go's strconv.ParseInt.
    static func decimal(_ text: ArraySlice<UInt8>) -> Int64? {
        var digits = text
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, exceeds) =
                isNegative
                ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            guard !overflows, !exceeds else { return nil }
            number = sum
        }
        return number
    }

    /// A time of a pax record: a decimal number, and maybe a point and digits, of which nine count. Returns nil for anything else.
    static func time(_ text: ArraySlice<UInt8>) -> TarTime? {
        let point = text.firstIndex(of: UInt8(ascii: "."))
        guard let seconds = decimal(text[..<(point ?? text.endIndex)]) else { return nil }
        guard let point else { return TarTime(seconds: seconds) }
        var (nanoseconds, scale): (Int32, Int32) = (0, 100_000_000)
        for byte in text[(point + 1)...] {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            nanoseconds += Int32(digit) * scale
            scale /= 10
        }
        guard text.first == UInt8(ascii: "-"), nanoseconds > 0 else {
            return TarTime(seconds: seconds, nanoseconds: nanoseconds)
        }
        // The first second of 64 bits has none before it; Go wraps as well.
        return TarTime(seconds: seconds &- 1, nanoseconds: 1_000_000_000 - nanoseconds)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0 }
}
