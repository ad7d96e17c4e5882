// layerverify: packed facts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// What a layer contains is not packed: `FactsList` keeps it.

extension BlobFacts: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.number(byteCount)
        writer.list(digests) { $0.digest($1) }
        writer.count(compression?.packedNumber)
        reading.pack(into: &writer)
        uncompressed.pack(into: &writer)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(
            byteCount: reader.number(), digests: reader.list { $0.requiredDigest() },
            compression: reader.optionalCount().map { Compression(packedNumber: $0) },
            reading: ReadEnding(unpacking: &reader), uncompressed: UncompressedFacts?(unpacking: &reader))
    }
}

extension UncompressedFacts: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.number(byteCount)
        writer.list(digests) { $0.digest($1) }
        ending.pack(into: &writer)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(
            byteCount: reader.number(), digests: reader.list { $0.requiredDigest() },
            ending: StreamEnding(unpacking: &reader))
    }
}

extension ReadEnding: Packable {
    package func pack(into writer: inout PackedWriter) {
        switch self {
        case .complete: writer.byte(0)
        case .missing: writer.byte(1)
        case .outsideImage: writer.byte(2)
        case .notRegularFile(let kind):
            writer.byte(3)
            writer.phrase(kind.rawValue)
        case .unsupportedEntry: writer.byte(4)
        case .cutOff(let atByte):
            writer.byte(5)
            writer.number(atByte)
        case .unreadable(let errno, let atByte):
            writer.byte(6)
            writer.number(UInt64(UInt32(bitPattern: errno)))
            writer.number(atByte)
        case .changed: writer.byte(7)
        case .oversized(let byteCount):
            writer.byte(8)
            writer.number(byteCount)
        case .cancelled: writer.byte(9)
        case .unindexed: writer.byte(10)
        case .linkNotFollowed(let target):
            writer.byte(11)
            writer.text(target)
        }
    }

    package init(unpacking reader: inout PackedReader) {
        switch reader.byte() {
        case 0: self = .complete
        case 1: self = .missing
        case 2: self = .outsideImage
        case 11: self = .linkNotFollowed(target: reader.text())
        case 3: self = .notRegularFile(FileKind(rawValue: reader.phrase() ?? "") ?? .other)
        case 4: self = .unsupportedEntry
        case 5: self = .cutOff(atByte: reader.number())
        case 6:
            self = .unreadable(
                errno: Int32(bitPattern: UInt32(truncatingIfNeeded: reader.number())), atByte: reader.number())
        case 7: self = .changed
        case 8: self = .oversized(byteCount: reader.number())
        case 10: self = .unindexed
        default: self = .cancelled
        }
    }
}

extension StreamEnding: Packable {
    package func pack(into writer: inout PackedWriter) {
        switch self {
        case .complete: writer.byte(0)
        case .truncated(let atByte):
            writer.byte(1)
            writer.number(atByte)
        case .corrupt(let atByte, let fault):
            writer.byte(2)
            writer.number(atByte)
            writer.phrase(fault.rawValue)
        case .trailingBytes(let atByte, let areZero):
            writer.byte(3)
            writer.number(atByte)
            writer.flag(areZero)
        case .windowTooLarge(let limitByteCount):
            writer.byte(4)
            writer.number(limitByteCount)
        case .expansionLimit(let limitByteCount):
            writer.byte(5)
            writer.number(limitByteCount)
        case .unsupported(let compression):
            writer.byte(6)
            writer.count(compression.packedNumber)
        case .unread: writer.byte(7)
        case .disputed(let atByte, let dispute):
            writer.byte(8)
            writer.number(atByte)
            writer.phrase(dispute.rawValue)
        }
    }

    package init(unpacking reader: inout PackedReader) {
        switch reader.byte() {
        case 0: self = .complete
        case 1: self = .truncated(atByte: reader.number())
        case 2: self = .corrupt(atByte: reader.number(), StreamFault(rawValue: reader.phrase() ?? "") ?? .decoder)
        case 3: self = .trailingBytes(atByte: reader.number(), areZero: reader.flag())
        case 4: self = .windowTooLarge(limitByteCount: reader.number())
        case 5: self = .expansionLimit(limitByteCount: reader.number())
        case 6: self = .unsupported(Compression(packedNumber: reader.count()))
        case 7: self = .unread
        default:
            let atByte = reader.number()
            guard let dispute = StreamDispute(rawValue: reader.phrase() ?? "") else {
                preconditionFailure("what was packed was a dispute")
            }
            self = .disputed(atByte: atByte, dispute)
        }
    }
}

extension Compression {
    var packedNumber: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    init(packedNumber: Int) { self = Self.allCases[packedNumber] }
}
