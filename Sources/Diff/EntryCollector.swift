// layerverify: collecting the entries of a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
package import LayerModel
import LayerPipeline
package import Tar

/// Collects the entries of the tar of one layer while its uncompressed bytes go by, with a digest of each content.
///
/// Every byte of the tar is in a content, in the hash of a header, or in `LayerEntries.outsideHash`; only padding of zeros is not.
package final class EntryCollector: BlockConsumer, TarStreamVisitor {
    private let store: EntryStore
    private let method = digestMethod(for: .sha256)
    private var reader = TarStreamReader()
    private var entries = LayerEntries()
    /// The entry whose content goes by, and its digest.
    private var open: (entry: LayerEntry, digest: any StreamDigest)?
    /// The bytes of the current call of `consume`, and the offset of the first one in the tar.
    private var block = UnsafeRawBufferPointer(start: nil, count: 0)
    private var blockOffset: UInt64 = 0
    /// Offsets: the end of the last content, and of what was hashed as header after its padding.
    private var contentEnd: UInt64 = 0
    private var hashedEnd: UInt64 = 0
    /// The part of the store's memory that the entries may use.
    private var reservedByteCount = 0
    private var header = Hasher()
    private var outside = Hasher()

    /// - Parameter store: receives the entries at the end, if the layer is intact.
    package init(_ store: EntryStore) { self.store = store }

    deinit { store.release(reservedByteCount) }

    package func consume(_ bytes: RawSpan) {
        guard !entries.isOverLimit else { return }
        // Of a stream it is not known which files are layers.
        if reader.isOver, entries.count == 0 { return }
        bytes.withUnsafeBytes { buffer in
            // SAFETY: `visit` uses `block` only within this call, and the closure ends after it is cleared.
            block = unsafe buffer
            reader.take(bytes, self)
            let end = blockOffset + UInt64(buffer.count)
            hashPadding(until: end)
            hashHeader(until: end)
            blockOffset = end
            block = UnsafeRawBufferPointer(start: nil, count: 0)
        }
    }

    package func finish(into facts: inout BlobFacts) {
        entries.fault = TarFaultText.text(of: reader.finish())
        outside.combine(header.finalize())
        entries.outsideHash = UInt64(bitPattern: Int64(outside.finalize()))
        entries.endByteCount = blockOffset - min(blockOffset, Self.padded(contentEnd))
        // The store keeps what the entries use; the rest is released at the end.
        if store.add(entries, of: facts) { reservedByteCount -= min(reservedByteCount, entries.byteCount) }
    }

    package func visit(_ member: TarMember) -> Bool {
        hashPadding(until: member.dataOffset)
        hashHeader(until: member.dataOffset)
        var entry = LayerEntry(member)
        entry.headerHash = UInt64(bitPattern: Int64(header.finalize()))
        header = Hasher()
        let (end, overflow) = member.dataOffset.addingReportingOverflow(member.storedByteCount)
        contentEnd = overflow ? .max : end
        hashedEnd = Self.padded(contentEnd)
        guard member.storedByteCount > 0 else {
            append(entry)
            return false
        }
        let digest = method.begin()
        for piece in member.place.sparseMap ?? [] {
            // Two sparse files with the same pieces at other places differ.
            digest.update([piece.offset, piece.byteCount].span.bytes)
        }
        open = (entry, digest)
        return true
    }

    package func content(_ bytes: RawSpan) { open?.digest.update(bytes) }

    package func contentEnded() {
        guard let (opened, digest) = open.take() else { return }
        var entry = opened
        entry.content = Array((digest.finish().sha256Bytes ?? []).prefix(16))
        append(entry)
    }

    private func append(_ entry: LayerEntry) {
        entries.append(entry)
        while entries.byteCount > reservedByteCount {
            guard store.reserve(EntryStore.reservationByteCount, growing: reservedByteCount) else {
                entries.drop()
                return
            }
            reservedByteCount += EntryStore.reservationByteCount
        }
    }

    // What belongs to no content

    private func hashPadding(until end: UInt64) {
        let bytes = unsafe blockBytes(from: contentEnd, to: min(end, Self.padded(contentEnd)))
        for place in bytes.indices {
            let byte = unsafe bytes[place]
            if byte != 0 { outside.combine(byte) }
        }
    }

    private func hashHeader(until end: UInt64) {
        guard end > hashedEnd else { return }
        unsafe header.combine(bytes: blockBytes(from: hashedEnd, to: end))
        hashedEnd = end
    }

    /// The part of a range of the tar that is in the current block.
    private func blockBytes(from start: UInt64, to end: UInt64) -> UnsafeRawBufferPointer {
        let blockEnd = unsafe blockOffset + UInt64(block.count)
        let (start, end) = (max(start, blockOffset), min(end, blockEnd))
        guard start < end else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        // SAFETY: both offsets are within the block.
        return unsafe UnsafeRawBufferPointer(
            rebasing: block[Int(start - blockOffset)..<Int(end - blockOffset)])
    }

    /// The next multiple of the size of a tar block.
    private static func padded(_ offset: UInt64) -> UInt64 {
        let (sum, overflow) = offset.addingReportingOverflow(511)
        return overflow ? .max : sum & ~511
    }
}
