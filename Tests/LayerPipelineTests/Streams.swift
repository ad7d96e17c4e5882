// layerverify: content and streams for the tests of the pipeline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
import CZlib
import CZstd
import LayerModel
import TestSupport

/// Content that compresses moderately and in which no two blocks are equal.
func content(_ byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SplitMix(state: seed)
    let repeated = (0..<8).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    let word = repeated.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    return [UInt8](unsafeUninitializedCapacity: byteCount + 16) { buffer, count in
        let bytes = UnsafeMutableRawBufferPointer(buffer)
        for place in stride(from: 0, to: byteCount, by: 16) {
            bytes.storeBytes(of: generator.next(), toByteOffset: place, as: UInt64.self)
            bytes.storeBytes(of: word, toByteOffset: place + 8, as: UInt64.self)
        }
        count = byteCount
    }
}

func zeros(_ byteCount: Int) -> [UInt8] { [UInt8](repeating: 0, count: byteCount) }

/// One gzip member; at level 0 it contains the content unchanged.
func gzip(
    _ content: [UInt8], level: Int32 = 6, memoryLevel: Int32 = 8, strategy: Int32 = Z_DEFAULT_STRATEGY
) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
        &stream, level, Z_DEFLATED, 31, memoryLevel, strategy, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var content = content
    let capacity = Int(deflateBound(&stream, UInt(content.count))) + 64
    return content.withUnsafeMutableBufferPointer { input in
        [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            count = output.count - Int(stream.avail_out)
        }
    }
}

/// One gzip member whose blocks end at bytes: after each `byteCount` bytes of content the compressor is flushed.
func gzip(_ content: [UInt8], blocksOf byteCount: Int, _ flush: Int32) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, 0, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var content = content
    let capacity = Int(deflateBound(&stream, UInt(content.count))) + 64 + 16 * (content.count / byteCount + 1)
    return content.withUnsafeMutableBufferPointer { input in
        [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            stream.next_in = input.baseAddress
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            for start in stride(from: 0, to: input.count, by: byteCount) {
                stream.avail_in = UInt32(min(byteCount, input.count - start))
                precondition(deflate(&stream, flush) == Z_OK && stream.avail_in == 0)
            }
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            count = output.count - Int(stream.avail_out)
        }
    }
}

/// One zstd frame.
func zstd(_ content: [UInt8], windowLog: Int32? = nil) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    if let windowLog {
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
    }
    return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count) + 64) { output, count in
        content.withUnsafeBytes { bytes in
            var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            // The first call must not tell the size of the content, or libzstd reduces the window to it.
            var input = ZSTD_inBuffer(src: bytes.baseAddress, size: windowLog == nil ? bytes.count : 0, pos: 0)
            precondition(ZSTD_isError(ZSTD_compressStream2(context, &room, &input, ZSTD_e_continue)) == 0)
            input.size = bytes.count
            precondition(ZSTD_compressStream2(context, &room, &input, ZSTD_e_end) == 0)
            count = room.pos
        }
    }
}

/// A frame that decodes to nothing.
func skippable(_ byteCount: Int) -> [UInt8] {
    let length = UInt32(byteCount)
    let lengthBytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * UInt32($0))) }
    return [0x50, 0x2a, 0x4d, 0x18] + lengthBytes + [UInt8](repeating: 7, count: byteCount)
}

func compressed(_ content: [UInt8], _ compression: Compression) -> [UInt8] {
    switch compression {
    case .gzip: gzip(content)
    case .zstd: zstd(content)
    default: content
    }
}

/// A digest from one call of OpenSSL, independent of the product.
func oneShot(_ bytes: [UInt8], _ algorithm: DigestAlgorithm = .sha256) -> ContentDigest {
    let method =
        switch algorithm {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    var digest = [UInt8](repeating: 0, count: algorithm.byteCount)
    precondition(EVP_Digest(bytes, bytes.count, &digest, nil, method, nil) == 1)
    return ContentDigest(algorithm, bytes: digest)
}
