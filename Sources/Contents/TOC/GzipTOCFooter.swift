// layerverify: the last member of an eStargz layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What the last gzip member of a layer says about its table of contents (TOC): the member is empty, and an extra field of its
/// header has the text.
///
/// Source: stargz-snapshotter docs/estargz.md §Footer.
enum GzipTOCFooter: Equatable {
    /// The TOC is in the layer. Units: `offset` is in bytes from the beginning of the layer, `byteCount` the size of the footer.
    case inLayer(offset: UInt64, byteCount: Int)
    /// The TOC is in another image.
    case external

    /// The size of the largest footer in bytes.
    static let maximumByteCount = 51

    /// Parses the end of a layer; nil if it is not a footer.
    ///
    /// Shape: `tail` is the last 51 bytes, or all if there are fewer.
    init?(_ tail: [UInt8]) {
        if let text = Self.extraField(tail.suffix(51), text: 22, subfield: true), let offset = Self.offset(text) {
            self = .inLayer(offset: offset, byteCount: 51)
        } else if let text = Self.extraField(tail.suffix(47), text: 22, subfield: false), let offset = Self.offset(text)
        {
            self = .inLayer(offset: offset, byteCount: 47)
        } else if let text = Self.extraField(tail.suffix(46), text: 17, subfield: true),
            text.elementsEqual("STARGZEXTERNALTOC".utf8)
        {
            self = .external
        } else {
            return nil
        }
    }

    /// The text in the extra field of a gzip header that has no other field; nil for any other bytes.
    ///
    /// - Parameters:
    ///   - byteCount: the length of the text.
    ///   - isSubfield: whether the text is in a subfield `SG`, which RFC 1952 requires. It is absent in stargz, the format before eStargz.
    private static func extraField(
        _ member: ArraySlice<UInt8>, text byteCount: Int, subfield isSubfield: Bool
    ) -> ArraySlice<UInt8>? {
        let name: [UInt8] = [UInt8(ascii: "S"), UInt8(ascii: "G"), UInt8(byteCount), 0]
        let fieldByteCount = byteCount + (isSubfield ? name.count : 0)
        // 12 bytes of header with the length of the extra field, 5 of DEFLATE and 8 of trailer.
        guard member.count == 12 + fieldByteCount + 13, member.starts(with: [0x1f, 0x8b, 8, 4]) else { return nil }
        let field = member.dropFirst(10)
        guard field.starts(with: [UInt8(fieldByteCount), 0]) else { return nil }
        let content = field.dropFirst(2)
        guard !isSubfield || content.starts(with: name) else { return nil }
        return content.dropFirst(isSubfield ? name.count : 0).prefix(byteCount)
    }

    /// The number in a text of 16 hexadecimal digits and `STARGZ`; nil for any other text, and beyond Go's int64.
    private static func offset(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard text.suffix(6).elementsEqual("STARGZ".utf8) else { return nil }
        var value: UInt64 = 0
        for byte in text.prefix(16) {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        return value <= UInt64(Int64.max) ? value : nil
    }
}
