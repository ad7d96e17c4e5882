// layerverify: compression of the layers that a benchmark makes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
package import LayerModel

/// Compresses one stream as image builders do: gzip with zlib's level 6, zstd with level 3 and a checksum, or not at
/// all.
///
/// Only benchmarks use it; the verifier does not compress.
package final class LayerCompressor {
    /// The compressions that a benchmark can produce.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case gzip
        case zstd
        case none

        /// Nil for a compression that is not supported.
        package init?(_ compression: Compression) {
            switch compression {
            case .gzip: self = .gzip
            case .zstd: self = .zstd
            case .none: self = .none
            case .xz, .bzip2, .lz4: return nil
            }
        }
    }

    private enum Stream {
        case gzip(UnsafeMutablePointer<z_stream>)
        case zstd(OpaquePointer)
        case none
    }

    // SAFETY: created by the initialiser, freed by `deinit`, only used by the owner of the object.
    private let stream: Stream
    /// A buffer for output.
    private var room = [UInt8](repeating: 0, count: 256 << 10)

    /// Makes a compressor; nil if the library cannot allocate its memory.
    ///
    /// The corresponding C functions are deflateInit2 and ZSTD_createCCtx.
    package init?(_ kind: Kind) {
        switch kind {
        case .gzip:
            let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            pointer.initialize(to: z_stream())
            stream = .gzip(pointer)
            // 16 selects gzip's header and trailer; the header has no time, so that the output is always the same.
            let size = Int32(MemoryLayout<z_stream>.size)
            guard deflateInit2_(pointer, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
            else { return nil }
        case .zstd:
            guard let context = ZSTD_createCCtx() else { return nil }
            stream = .zstd(context)
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3)
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        case .none:
            stream = .none
        }
    }

    deinit {
        switch stream {
        case .gzip(let pointer):
            deflateEnd(pointer)
            pointer.deinitialize(count: 1)
            pointer.deallocate()
        case .zstd(let context): ZSTD_freeCCtx(context)
        case .none: break
        }
    }

    /// Whether a piece is the last one.
    package enum Position: Hashable, Sendable {
        case inside
        case last
    }

    /// Compresses the next piece, which must be shorter than 2 GiB, and appends the output. Returns false if the
    /// library fails.
    ///
    /// The corresponding C functions are deflate and ZSTD_compressStream2.
    package func append(_ piece: [UInt8], _ position: Position, to output: inout [UInt8]) -> Bool {
        switch stream {
        case .gzip(let pointer): deflate(piece, position, pointer, &output)
        case .zstd(let context): compress(piece, position, context, &output)
        case .none:
            {
                output += piece
                return true
            }()
        }
    }

    private func deflate(
        _ piece: [UInt8], _ position: Position, _ stream: UnsafeMutablePointer<z_stream>, _ output: inout [UInt8]
    ) -> Bool {
        var piece = piece
        return piece.withUnsafeMutableBufferPointer { input in
            // SAFETY: the closures own input and room while zlib has their addresses.
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = uInt(input.count)
            while true {
                let (status, count) = room.withUnsafeMutableBufferPointer { room in
                    stream.pointee.next_out = room.baseAddress
                    stream.pointee.avail_out = uInt(room.count)
                    let status = CZlib.deflate(stream, position == .last ? Z_FINISH : Z_NO_FLUSH)
                    return (status, room.count - Int(stream.pointee.avail_out))
                }
                output += room[..<count]
                if status == Z_STREAM_END { return true }
                // Z_BUF_ERROR: there was nothing left to do.
                guard status == Z_OK || status == Z_BUF_ERROR else { return false }
                if position == .inside, count < room.count { return true }
                if position == .last, status == Z_BUF_ERROR, count == 0 { return false }
            }
        }
    }

    private func compress(
        _ piece: [UInt8], _ position: Position, _ context: OpaquePointer, _ output: inout [UInt8]
    ) -> Bool {
        piece.withUnsafeBytes { bytes in
            // SAFETY: the closures own input and room while libzstd has their addresses.
            var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            while true {
                let (rest, count) = room.withUnsafeMutableBytes { room in
                    var out = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    let end = position == .last ? ZSTD_e_end : ZSTD_e_continue
                    return (ZSTD_compressStream2(context, &out, &input, end), out.pos)
                }
                guard ZSTD_isError(rest) == 0 else { return false }
                output += room[..<count]
                if position == .last ? rest == 0 : input.pos == input.size { return true }
            }
        }
    }

    /// Compresses `bytes` at once; nil if the library fails.
    package static func compress(_ bytes: ArraySlice<UInt8>, _ kind: Kind) -> [UInt8]? {
        guard let compressor = LayerCompressor(kind) else { return nil }
        var output: [UInt8] = []
        return compressor.append(Array(bytes), .last, to: &output) ? output : nil
    }
}
