// layerverify: reads tar archives as they go by, as strictly as container runtimes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads a tar archive in blocks of any size, and accepts and refuses what Go's archive/tar does: every container runtime reads
/// layers with it.
///
/// Content is not copied; neither are headers that are within one block. The result does not depend on the sizes of the blocks.
///
/// Memory: an extended header of at most 1 MiB at a time, or the map of a sparse file (`SparseMapReader`). Measured: 16 MiB for
/// 1 MiB of the shortest records, 14 MiB for a map in a record; usually a few KiB.
package struct TarStreamReader {
    private var state = State.header
    /// The number of bytes that were read, in bytes from the beginning of the stream.
    private var offset: UInt64 = 0
    /// The beginning of a block of 512 bytes, or the data of an extended header.
    private var kept: [UInt8] = []
    /// The offset of the last header block, or of the first block of zeros.
    private var headerOffset: UInt64 = 0
    private var hasHeaders = false
    /// The last entry or extended header.
    private var member = TarMember.empty
    private var names = StreamOwnerNames()
    private var pending = PendingHeaders()
    private var sparseMap: SparseMapReader?
    private var trailing = TrailingBytes()
    /// Whether `member` is a global header that the visitor has not got yet.
    private var hasGlobalHeader = false
    /// What was unusual in headers that no entry follows. It is complete after `finish`.
    package private(set) var endingOddities: TarOddities = []
    /// Where the first extended header begins that no entry follows; nil if there is none. It is complete after `finish`.
    package private(set) var offsetOfHeaderWithoutEntry: UInt64?

    /// What the next bytes are.
    private enum State {
        case header
        /// Data of an extended header: the number of bytes left.
        case extendedHeader(UInt64)
        /// A block of the map of a sparse file.
        case sparseMap
        case content(StreamContent)
        /// The number of bytes left, at least one.
        case padding(UInt64)
        /// The block after a block of zeros.
        case endBlock
        /// What follows the end of the archive.
        case trailing
        case invalid(TarStreamEnding)
    }

    package init() {}

    /// The name in the header of the first entry after the end of the archive, without its prefix; empty if there is none.
    package var trailingName: [UInt8] { trailing.name }

    /// True once nothing further is read as entries: after an error, or the end of the archive.
    package var isOver: Bool {
        switch state {
        case .trailing, .invalid: true
        case .header, .extendedHeader, .sparseMap, .content, .padding, .endBlock: false
        }
    }

    /// Reads the next bytes, in order.
    ///
    /// Shape: `bytes` is of any length. After the end of the archive only `TrailingContent` is looked for.
    package mutating func take(_ bytes: RawSpan, _ visitor: some TarStreamVisitor) {
        var rest = bytes
        while !rest.isEmpty {
            let used: Int
            switch state {
            case .header, .endBlock, .sparseMap:
                used = min(StreamHeader.byteCount - kept.count, rest.byteCount)
                if takeBlock(rest.extracting(first: used)) { beginContent(visitor) }
            case .extendedHeader(let left): used = takeExtendedHeader(rest, left)
            case .content(let content): used = takeContent(rest, content, visitor)
            case .padding(let left):
                used = rest.byteCount(upTo: left)
                state = UInt64(used) == left ? .header : .padding(left - UInt64(used))
                offset += UInt64(used)
            case .trailing:
                trailing.take(rest, at: offset)
                used = rest.byteCount
                offset += UInt64(used)
            case .invalid: return
            }
            rest = rest.extracting(droppingFirst: used)
            if hasGlobalHeader {
                hasGlobalHeader = false
                visitor.visitGlobalHeader(member)
            }
        }
    }

    /// Ends the stream.
    ///
    /// Returns: how it ended.
    package mutating func finish() -> TarStreamEnding {
        endingOddities = pending.oddities
        offsetOfHeaderWithoutEntry = pending.firstOffset
        if pending.firstOffset != nil { endingOddities.insert(.extendedHeaderWithoutEntry) }
        switch state {
        case .header:
            if !kept.isEmpty { return cut(.header, at: offset - UInt64(kept.count)) }
            return offset == 0 ? .empty : .noEndBlocks(atByte: offset)
        case .extendedHeader: return cut(.extendedHeader, at: headerOffset)
        case .sparseMap: return cut(.sparseMap, at: headerOffset)
        case .content(let content): return cut(.content, at: content.entryOffset)
        case .padding: return .noPadding(atByte: offset)
        case .endBlock: return kept.isEmpty ? .oneZeroBlock(atByte: headerOffset) : cut(.endBlock, at: headerOffset)
        case .trailing: return .endOfArchive(atByte: headerOffset, trailing.content)
        case .invalid(let ending): return ending
        }
    }

    private func cut(_ part: TarStreamPart, at entryOffset: UInt64) -> TarStreamEnding {
        .cut(atByte: offset, part, entryOffset: pending.firstOffset ?? entryOffset)
    }

    /// Takes the rest of a block of 512 bytes or a part of it; in place, if the block is whole.
    ///
    /// Returns: whether `member` is an entry whose content begins after the block.
    private mutating func takeBlock(_ bytes: RawSpan) -> Bool {
        offset += UInt64(bytes.byteCount)
        if bytes.byteCount == StreamHeader.byteCount { return read(bytes) }
        kept.append(bytes)
        guard kept.count == StreamHeader.byteCount else { return false }
        var block: [UInt8] = []
        swap(&block, &kept)
        let isEntry = read(block.span.bytes)
        // The memory is used again.
        block.removeAll(keepingCapacity: true)
        kept = block
        return isEntry
    }

    /// Reads a block that ends at `offset`, and returns whether `member` is an entry that is complete.
    private mutating func read(_ block: RawSpan) -> Bool {
        do throws(TarStreamFault) {
            switch state {
            case .sparseMap:
                try sparseMap?.take(block)
                return try readSparseMap()
            case .endBlock:
                guard StreamHeader.sum(block) == 0 else { throw .loneZeroBlock }
                state = .trailing
            case .header:
                headerOffset = offset - UInt64(StreamHeader.byteCount)
                return try readHeader(block)
            case .extendedHeader, .content, .padding, .trailing, .invalid: break
            }
        } catch {
            stop(error)
        }
        return false
    }

    private mutating func readHeader(_ block: RawSpan) throws(TarStreamFault) -> Bool {
        let sum = StreamHeader.sum(block)
        guard sum != 0 else {
            state = .endBlock
            return false
        }
        try StreamHeader.read(block, sum: sum, at: headerOffset, names: &names, into: &member)
        hasHeaders = true
        switch member.typeFlag {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            state = .extendedHeader(UInt64(member.size))
            kept.reserveCapacity(Int(min(member.size, 4096)))
            if member.size == 0 { try endExtendedHeader() }
            return false
        default:
            try completeEntry()
            guard SparseMapReader.isSparse(member) else { return true }
            sparseMap = try SparseMapReader(member, block: block)
            return try readSparseMap()
        }
    }

    /// Applies the extended headers of an entry, and finds out where its content is.
    private mutating func completeEntry() throws(TarStreamFault) {
        if !pending.isEmpty {
            names.isInMember = false
            try applyPending()
        }
        if member.typeFlag == 0 { member.typeFlag = UInt8(ascii: member.name.last == UInt8(ascii: "/") ? "5" : "0") }
        let hasContent = !StreamHeader.isWithoutContent(member.typeFlag)
        if hasContent, member.size < 0 { throw .negativeSize }
        member.place.storedByteCount = hasContent ? UInt64(member.size) : 0
        member.place.dataOffset = offset
        if !hasContent, member.size != 0 { member.oddities.insert(.sizeWithoutData) }
        if member.paxRecords.hasSparseRecords, !SparseMapReader.isSparse(member) {
            member.oddities.insert(.unknownSparseVersion)
        }
    }

    private mutating func applyPending() throws(TarStreamFault) {
        do throws(TarStreamFault) {
            try pending.apply(to: &member)
        } catch {
            headerOffset = pending.recordsOffset
            throw error
        }
    }

    /// Waits for a block of the map; after its last one, `member` is complete.
    private mutating func readSparseMap() throws(TarStreamFault) -> Bool {
        guard var map = sparseMap else { return false }
        if try map.needsBlock() {
            state = .sparseMap
            return false
        }
        sparseMap = nil
        try map.finish(dataOffset: offset)
        member = map.member
        return true
    }

    private mutating func beginContent(_ visitor: some TarStreamVisitor) {
        if !pending.isEmpty { pending = PendingHeaders() }
        let content = StreamContent(member.place, isWanted: visitor.visit(member))
        state = .content(content)
        if content.leftByteCount == 0 { end(content, visitor) }
    }

    private mutating func takeContent(
        _ bytes: RawSpan, _ content: StreamContent, _ visitor: some TarStreamVisitor
    ) -> Int {
        let used = bytes.byteCount(upTo: content.leftByteCount)
        if content.isWanted { visitor.content(bytes.extracting(first: used)) }
        offset += UInt64(used)
        var content = content
        content.leftByteCount -= UInt64(used)
        state = .content(content)
        if content.leftByteCount == 0 { end(content, visitor) }
        return used
    }

    private mutating func end(_ content: StreamContent, _ visitor: some TarStreamVisitor) {
        if let fault = content.fault { return stop(fault) }
        if content.isWanted { visitor.contentEnded() }
        skipPadding()
    }

    private mutating func takeExtendedHeader(_ bytes: RawSpan, _ left: UInt64) -> Int {
        let used = bytes.byteCount(upTo: left)
        offset += UInt64(used)
        state = .extendedHeader(left - UInt64(used))
        let room = Self.maximumExtendedHeaderByteCount - kept.count
        kept.append(bytes.extracting(first: min(used, room)))
        do throws(TarStreamFault) {
            guard used <= room else { throw .extendedHeaderTooLong }
            if UInt64(used) == left { try endExtendedHeader() }
        } catch {
            stop(error)
        }
        return used
    }

    /// Go's limit, for the contents of pax headers and long names alike.
    private static let maximumExtendedHeaderByteCount = 1 << 20

    private mutating func endExtendedHeader() throws(TarStreamFault) {
        let data = kept
        kept = []
        try pending.add(member, data, at: headerOffset)
        if member.typeFlag == UInt8(ascii: "g") {
            member.name = pending.globalName
            member.oddities.formUnion(pending.globalOddities)
            hasGlobalHeader = true
        }
        skipPadding()
    }

    private mutating func skipPadding() {
        let byteCount = (0 &- offset) % UInt64(StreamHeader.byteCount)
        state = byteCount == 0 ? .header : .padding(byteCount)
    }

    private mutating func stop(_ fault: TarStreamFault) {
        state = .invalid(.invalid(atByte: headerOffset, fault, isFirst: !hasHeaders))
        (kept, sparseMap) = ([], nil)
    }
}

extension RawSpan {
    /// The number of bytes, at most `limit`.
    fileprivate func byteCount(upTo limit: UInt64) -> Int { limit < UInt64(byteCount) ? Int(limit) : byteCount }
}
