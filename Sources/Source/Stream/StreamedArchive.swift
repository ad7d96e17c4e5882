// layerverify: an archive that was read in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage
import Tar

/// What is known of an archive after it went by: its index, the facts of its files, and the bytes of its documents.
struct StreamedArchive: Sendable {
    let index: TarIndex
    let compression: Compression
    /// How the compressed stream around the archive ended; nil for an uncompressed archive, and if it was not read to its end.
    let ending: StreamEnding?
    /// The size in bytes of the compressed stream.
    let compressedByteCount: UInt64
    /// Why what follows the archive in the compressed stream could not be read.
    private let fault: SourceFault?
    /// The first bytes of the archive.
    let beginning: [UInt8]
    private let facts: FactsList
    private let kept: [Int: [UInt8]]
    private let cutOff: StreamKeeper.CutOff?

    static let beginningByteCount = 64 << 10

    /// Reads an archive to its end.
    ///
    /// - Parameters:
    ///   - source: the bytes of the archive as they are stored.
    ///   - decoded: the same, decoded; nil for an uncompressed archive.
    ///   - beginning: the first bytes of the archive, which were read already.
    init(
        _ source: any SequentialSource, decoded: (any DecodedStream)?, _ compression: Compression, beginning: [UInt8],
        _ tools: StreamTools
    ) {
        // The decoder has a thread of its own, and so has what it decodes.
        let rest = tools.readAhead(decoded ?? source)
        let all = ResumedSource(beginning, then: rest)
        let keeper = StreamKeeper(tools.makeReader?(compression))
        let input = TarStreamInput { buffer throws(TarFault) in
            do throws(SourceFault) {
                return try all.read(into: buffer)
            } catch {
                throw TarFault(error)
            }
        }
        index = TarIndex.read(input, content: keeper)
        // What is wrong with the stream may be known only at its end.
        fault = decoded == nil ? nil : Self.drain(rest)
        self.compression = compression
        ending = decoded?.ending
        compressedByteCount = decoded?.compressedByteCount ?? 0
        self.beginning = Array(beginning.prefix(Self.beginningByteCount))
        facts = keeper.facts
        kept = keeper.kept
        cutOff = keeper.cutOff
    }

    /// Reads the rest of a source. Returns: why it could not be read to its end.
    private static func drain(_ source: any SequentialSource) -> SourceFault? {
        do throws(SourceFault) {
            while try !source.next(64 << 10).isEmpty {}
            return nil
        } catch {
            return error
        }
    }

    /// Whether the file changed while it was read.
    var hasChanged: Bool {
        if case .unreadable(.changed, _) = index.ending { true } else { fault == .changed }
    }

    /// Whether the run was interrupted before the archive was read to its end.
    var isInterrupted: Bool {
        if case .unreadable(.failed(Errno.canceled.rawValue), _) = index.ending { true } else { fault == .cancelled }
    }

    /// The approximate memory in bytes.
    var byteCount: Int {
        index.byteCount + 100 * facts.count + kept.values.reduce(0) { $0 + $1.count } + beginning.count
    }

    /// Whether facts were computed.
    var hasFacts: Bool { !facts.isEmpty }

    /// The facts of the file whose content begins at an offset of the archive.
    func facts(at offset: UInt64) -> BlobFacts? {
        guard let place = place(at: offset), facts.indices.contains(place) else { return nil }
        return facts[place]
    }

    func open(at offset: UInt64, byteCount: UInt64) -> OpenedBlob {
        guard let place = place(at: offset) else { return .failed(.illegalSeek) }
        let bytes = kept[place] ?? []
        guard let cutOff, cutOff.place == place else {
            return .opened(StreamedFile(bytes, byteCount: byteCount))
        }
        return .cutOff(StreamedFile(bytes, byteCount: cutOff.byteCount))
    }

    /// The place in the index of the entry whose content begins at an offset.
    private func place(at offset: UInt64) -> Int? {
        var (low, high) = (0, index.entries.count)
        while low < high {
            let middle = (low + high) / 2
            if index.entries.dataOffset(of: middle) < offset { low = middle + 1 } else { high = middle }
        }
        return low < index.entries.count && index.entries.dataOffset(of: low) == offset ? low : nil
    }

    /// The finding about the compressed stream around the archive; nil if it is intact, or if there is none.
    var streamFinding: Finding? {
        if case .failed(let error) = fault { return .unread(.unreadable(errno: error.rawValue, atByte: 0)) }
        guard let ending else { return nil }
        let name = compression.rawValue
        switch ending {
        case .complete, .unread: return nil
        case .truncated(let atByte):
            return Finding(
                .streamTruncated, "the file ends at byte \(atByte), in the middle of the \(name) stream", at: Place(""),
                actual: "\(atByte)", hint: "the file is truncated, as after an interrupted download or copy")
        case .corrupt(let atByte, .decoder):
            return Finding(
                .claimUnchecked, "the \(name) stream was not decoded beyond byte \(atByte): the decoder failed",
                at: Place(""))
        case .corrupt(let atByte, let fault):
            return Finding(
                .streamCorrupt, "the \(name) stream is damaged before byte \(atByte): \(fault.rawValue)", at: Place(""),
                actual: "\(atByte)", hint: "download or copy the file again")
        case .trailingBytes(let atByte, let areZero):
            let count = compressedByteCount - min(atByte, compressedByteCount)
            // gzip takes zeros for padding, as tar does; zstd does not.
            let isPadding = areZero && compression == .gzip
            return Finding(
                isPadding ? .archiveTrailingBytes : .streamTrailingBytes,
                "\(count) \(areZero ? "zero bytes" : "bytes") follow the \(name) stream, which ends at byte \(atByte)",
                at: Place(""), expected: "\(atByte)", actual: "\(compressedByteCount)")
        case .disputed(let atByte, let dispute):
            return Finding(
                .streamDisputed,
                "decoders disagree on the \(name) stream from byte \(atByte) on: \(dispute.rawValue)", at: Place(""),
                actual: "\(atByte)")
        case .windowTooLarge(let limit):
            return Finding(
                .windowTooLarge, "a zstd frame wants a window of more than \(limit) bytes", at: Place(""),
                expected: "at most \(limit)", hint: "--max-window allows more")
        case .expansionLimit(let limit):
            return Finding(
                .expansionLimit,
                "\(compressedByteCount) bytes decode to more than \(limit); decoding stopped there", at: Place(""),
                expected: "at most \(limit)", hint: "--max-expansion allows more")
        case .unsupported(let compression):
            return Finding(
                .compressionUnsupported, "\(compression.rawValue) is not decoded here", at: Place(""),
                actual: compression.rawValue)
        }
    }
}

extension TarFault {
    fileprivate init(_ fault: SourceFault) {
        switch fault {
        case .failed(let error): self = .failed(errno: error.rawValue)
        case .changed: self = .changed
        case .cancelled: self = .failed(errno: Errno.canceled.rawValue)
        case .stopped: self = .stopped
        }
    }
}

/// A file in an archive that was read in one pass: the bytes of it that were kept.
final class StreamedFile: BlobReader {
    private let bytes: [UInt8]
    let byteCount: UInt64
    let identity: FileIdentity

    /// - Parameter bytes: the first bytes of the file, or all.
    init(_ bytes: [UInt8], byteCount: UInt64) {
        self.bytes = bytes
        self.byteCount = byteCount
        identity = FileIdentity(
            device: 0, inode: 0, byteCount: byteCount, modificationNanoseconds: 0, changeNanoseconds: 0)
    }

    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    /// Throws: `.illegalSeek` if the bytes were not kept.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let count = ByteMath.clamp(byteCount - offsetBytes, to: buffer.count)
        guard offsetBytes + UInt64(byteCount: count) <= UInt64(byteCount: bytes.count) else { throw .illegalSeek }
        // SAFETY: the caller owns the buffer during the call; `count` is at most its size.
        bytes[Int(offsetBytes)..<Int(offsetBytes) + count].withUnsafeBytes { buffer.copyMemory(from: $0) }
        return count
    }
}
