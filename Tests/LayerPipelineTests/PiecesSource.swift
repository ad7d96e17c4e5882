// layerverify: a source of bytes for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerSystem

/// Bytes that arrive in pieces, and what follows them.
final class PiecesSource: SequentialSource {
    private var rest: ArraySlice<UInt8>
    private let pieceByteCount: Int
    private let fault: SourceFault?

    init(_ bytes: [UInt8], pieceByteCount: Int = .max, fault: SourceFault? = nil) {
        rest = bytes[...]
        self.pieceByteCount = pieceByteCount
        self.fault = fault
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let part = rest.prefix(min(buffer.count, pieceByteCount))
        rest = rest.dropFirst(part.count)
        buffer.copyBytes(from: part)
        if part.isEmpty, let fault { throw fault }
        return part.count
    }
}
