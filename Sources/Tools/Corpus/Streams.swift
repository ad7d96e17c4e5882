// layerverify: ordinary and unusual gzip and zstd streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd

/// Writers of gzip members. Members have no time, so the bytes are the same on every run.
enum Gzip {
    /// The optional parts of a member header.
    enum HeaderPart {
        case extra([UInt8])
        case name(String)
        case comment(String)
        case headerChecksum
    }

    /// One member. Spec: RFC 1952 §2.3.
    static func member(_ bytes: [UInt8], level: Int32 = 6, header parts: [HeaderPart] = []) -> [UInt8] {
        self.header(parts) + deflate(bytes, level: level) + trailer(bytes)
    }

    /// One member for each piece of at most `pieceByteCount` bytes.
    static func members(_ bytes: [UInt8], pieceByteCount: Int) -> [UInt8] {
        pieces(bytes, pieceByteCount).flatMap { member($0) }
    }

    /// Blocked gzip: each member has an extra field with its length, and the last member is empty.
    ///
    /// Spec: SAM v1 §4.1.
    static func blocked(_ bytes: [UInt8], pieceByteCount: Int) -> [UInt8] {
        (pieces(bytes, pieceByteCount) + [[]]).flatMap { piece in
            let total = member(piece, header: [.extra([0x42, 0x43, 2, 0, 0, 0])]).count
            let last = total - 1
            return member(piece, header: [.extra([0x42, 0x43, 2, 0, UInt8(last & 255), UInt8(last >> 8)])])
        }
    }

    static func header(_ parts: [HeaderPart] = []) -> [UInt8] {
        var flags: UInt8 = 0
        var body: [UInt8] = []
        var hasChecksum = false
        for part in parts {
            switch part {
            case .extra(let field):
                flags |= 4
                body += [UInt8(field.count & 255), UInt8(field.count >> 8)] + field
            case .name(let name):
                flags |= 8
                body += Array(name.utf8) + [0]
            case .comment(let comment):
                flags |= 16
                body += Array(comment.utf8) + [0]
            case .headerChecksum:
                flags |= 2
                hasChecksum = true
            }
        }
        var header: [UInt8] = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255] + body
        if hasChecksum { header += littleEndian(UInt32(truncatingIfNeeded: checksum(header)), byteCount: 2) }
        return header
    }

    /// CRC-32 and length of the uncompressed bytes.
    static func trailer(_ bytes: [UInt8]) -> [UInt8] {
        littleEndian(checksum(bytes), byteCount: 4) + littleEndian(UInt32(bytes.count), byteCount: 4)
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(crc32(0, bytes, uInt(bytes.count)))
    }

    private static func deflate(_ bytes: [UInt8], level: Int32) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        precondition(deflateInit2_(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 8 + 1024)
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                precondition(CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return Int(stream.total_out)
            }
        }
        return Array(output.prefix(count))
    }
}

/// Writers of zstd frames. The bytes depend on the version of libzstd.
enum Zstd {
    /// One frame with a checksum, as image builders write it.
    static func frame(_ bytes: [UInt8], level: Int32 = 3, hasContentSize: Bool = true) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, hasContentSize ? 1 : 0)
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress2(context, &output, output.count, bytes, bytes.count)
        precondition(ZSTD_isError(count) == 0, "libzstd cannot compress")
        return Array(output.prefix(count))
    }

    static func frames(_ bytes: [UInt8], pieceByteCount: Int) -> [UInt8] {
        pieces(bytes, pieceByteCount).flatMap { frame($0) }
    }

    /// A skippable frame. Spec: RFC 8878 §3.1.2.
    static func skippable(_ bytes: [UInt8], number: UInt8 = 0) -> [UInt8] {
        [0x50 | number, 0x2a, 0x4d, 0x18] + littleEndian(UInt32(bytes.count), byteCount: 4) + bytes
    }

    /// Frames as pzstd writes them: each follows a skippable frame that gives its length.
    static func announcedFrames(_ bytes: [UInt8], pieceByteCount: Int) -> [UInt8] {
        pieces(bytes, pieceByteCount).flatMap { piece in
            let frame = frame(piece)
            return skippable(littleEndian(UInt32(frame.count), byteCount: 4)) + frame
        }
    }

    /// A frame of one raw block and an empty one, which declares `contentByteCount` bytes of content. Spec: RFC 8878
    /// §3.1.1.
    static func frameEndingEmpty(_ bytes: [UInt8], contentByteCount: Int) -> [UInt8] {
        let header: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x80, 10 << 3]
        let block = UInt32(bytes.count) << 3
        return header + littleEndian(UInt32(contentByteCount), byteCount: 4) + littleEndian(block, byteCount: 3) + bytes
            + [1, 0, 0]
    }

    /// A frame of one raw block that declares a window of 2^`windowLog` bytes. Spec: RFC 8878 §3.1.1.
    static func rawFrame(_ bytes: [UInt8], windowLog: UInt8) -> [UInt8] {
        let block = UInt32(bytes.count) << 3 | 1
        return [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3] + littleEndian(block, byteCount: 3) + bytes
    }
}

private func pieces(_ bytes: [UInt8], _ byteCount: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: byteCount).map { start in
        Array(bytes[start..<min(start + byteCount, bytes.count)])
    }
}

private func littleEndian(_ value: UInt32, byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
}
