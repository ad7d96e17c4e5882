// layerverify: the bytes of names, many at a time.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What is done with each byte of the names of a layer, eight bytes at a time. All code about paths that the compiler cannot check.
package enum NameBytes {
    /// What some bytes have among them.
    package struct Scan {
        package var hasSlash = false
        /// A byte above 127.
        package var hasHighByte = false
        /// A byte below 32, or 127.
        package var hasControl = false
    }

    /// Looks at a range of some text.
    package static func scan(_ text: [UInt8], _ range: Range<Int>) -> Scan {
        let bytes = unsafe text.span.bytes.extracting(range)
        var (slash, high, control): (UInt64, UInt64, UInt64) = (0, 0, 0)
        var place = 0
        while place < bytes.byteCount {
            // What the last word lacks is filled with letters, which are none of these.
            let count = min(8, bytes.byteCount - place)
            let word = count == 8 ? bytes.word(place) : bytes.word(place, count: count) | letters << UInt64(8 * count)
            high |= word
            // The lower seven bits of each byte, so that no sum passes on to the next byte. A byte above 127 may look like another
            // one here; the bit of `word` rules it out.
            let low = word & 0x7f7f_7f7f_7f7f_7f7f
            slash |= zeros(low ^ 0x2f2f_2f2f_2f2f_2f2f) & ~word
            control |= (zeros(low ^ 0x7f7f_7f7f_7f7f_7f7f) | ~(low &+ 0x6060_6060_6060_6060)) & ~word
            place += 8
        }
        return Scan(hasSlash: slash & marks != 0, hasHighByte: high & marks != 0, hasControl: control & marks != 0)
    }

    private static let marks: UInt64 = 0x8080_8080_8080_8080
    private static let letters: UInt64 = 0x6161_6161_6161_6161

    /// The highest bit of each byte that is 0; all bytes are below 128.
    @inline(__always) private static func zeros(_ word: UInt64) -> UInt64 {
        ~(word &+ 0x7f7f_7f7f_7f7f_7f7f) & marks
    }

    /// Whether a text begins with the first bytes of another one.
    package static func hasPrefix(_ text: [UInt8], of other: [UInt8], count: Int) -> Bool {
        text.count >= count && areEqual(text, 0..<count, other, at: 0)
    }

    /// Whether a range of a text has the bytes that another one has at an offset.
    static func areEqual(_ text: [UInt8], _ range: Range<Int>, _ other: [UInt8], at offset: Int) -> Bool {
        // SAFETY: both ranges are checked, and the spans are used only here.
        let first = unsafe text.span.bytes.extracting(range)
        let second = unsafe other.span.bytes.extracting(offset..<offset + range.count)
        var place = 0
        while place + 8 <= first.byteCount {
            guard first.word(place) == second.word(place) else { return false }
            place += 8
        }
        let rest = first.byteCount - place
        return rest == 0 || first.word(place, count: rest) == second.word(place, count: rest)
    }

    /// Writes bytes over those of a text, from an offset on. The text is made longer if needed, and never shorter.
    package static func write(_ source: [UInt8], _ range: Range<Int>, to text: inout [UInt8], at offset: Int) {
        if text.count < offset + range.count {
            text.append(contentsOf: repeatElement(0, count: max(offset + range.count - text.count, 64)))
        }
        unsafe text.withUnsafeMutableBytes { room in
            unsafe source.withUnsafeBytes { bytes in
                // SAFETY: the range is checked, and there is room for all of the bytes.
                unsafe UnsafeMutableRawBufferPointer(rebasing: room[offset...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        }
    }

    /// Adds a range of a text to another one.
    static func append(_ source: [UInt8], _ range: Range<Int>, to text: inout [UInt8]) {
        unsafe source.withUnsafeBytes { bytes in
            // SAFETY: the range is checked.
            unsafe text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}

/// A hash of names in directories with secret keys, so that no layer can be made whose names collide.
///
/// Method: the products of pairs of words, each with a key of its own added, are summed. The chance that two different names have the
/// same sum of 128 bits is about 2^-64 for random keys, whatever the names are.
///
/// Spec: J. Black et al., UMAC: Fast and Secure Message Authentication (1999), section 4, for words of 64 bits.
enum NameHash {
    /// The keys of the process: for the number of the directory and the length, 32 words of a name, and the end.
    static let keys: [UInt64] = (0..<36).map { _ in UInt64.random(in: .min ... .max) }

    /// The hash of a name, which is a range of some text.
    ///
    /// Shape: the name has at most 255 bytes; `keys` are the keys of the process.
    static func hash(_ text: [UInt8], _ range: Range<Int>, in directory: PathNode, _ keys: [UInt64]) -> UInt64 {
        // SAFETY: the range is checked, and the span is used only here.
        let name = unsafe text.span.bytes.extracting(range)
        var sum = Sum()
        sum.add(UInt64(directory.number) &+ keys[0], UInt64(name.byteCount) &+ keys[1])
        var (place, key) = (0, 2)
        while place < name.byteCount {
            let rest = name.byteCount - place
            let first = rest >= 8 ? name.word(place) : name.word(place, count: rest)
            let second = rest >= 16 ? name.word(place + 8) : rest > 8 ? name.word(place + 8, count: rest - 8) : 0
            sum.add(first &+ keys[key], second &+ keys[key + 1])
            place += 16
            key += 2
        }
        // The sums of names in a sequence are in a sequence as well; this spreads them.
        var result = sum.low &* (keys[34] | 1) &+ sum.high &* (keys[35] | 1)
        result ^= result >> 32
        result &*= 0x9e37_79b9_7f4a_7c15
        return result ^ result >> 29
    }

    private struct Sum {
        var low: UInt64 = 0
        var high: UInt64 = 0

        @inline(__always) mutating func add(_ one: UInt64, _ other: UInt64) {
            let product = one.multipliedFullWidth(by: other)
            let (sum, overflows) = low.addingReportingOverflow(product.low)
            low = sum
            high = high &+ product.high &+ (overflows ? 1 : 0)
        }
    }
}

extension RawSpan {
    /// The eight bytes at an offset.
    @inline(__always) fileprivate func word(_ offset: Int) -> UInt64 {
        // SAFETY: every pattern of bits is a number, and the method checks the offset.
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// The 1 to 7 bytes at an offset, the first one as the lowest one, and zeros above.
    @inline(__always) fileprivate func word(_ offset: Int, count: Int) -> UInt64 {
        if byteCount >= 8 {
            // The last bytes of the word are the ones before the end.
            let start = min(offset, byteCount - 8)
            let shifted = UInt64(littleEndian: word(start)) >> UInt64(8 * (offset - start))
            return shifted & (1 << UInt64(8 * count) - 1)
        }
        var result: UInt64 = 0
        for place in 0..<count {
            // SAFETY: every pattern of bits is a number, and the method checks the offset.
            result |= UInt64(unsafe unsafeLoad(fromByteOffset: offset + place, as: UInt8.self)) << UInt64(8 * place)
        }
        return result
    }
}
