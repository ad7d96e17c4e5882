// layerverify: the rules about the end of a layer's tar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar

extension LayerRules {
    /// Ends the layer.
    ///
    /// Parameters: as those of `LayerWalk.finish`.
    mutating func finish(
        _ ending: TarStreamEnding, withoutEntry header: UInt64?, beginning: [UInt8], trailingName: [UInt8]
    ) -> ContentsFacts {
        noteEnding(ending, beginning: beginning, trailingName: trailingName)
        if ending.isAccepted, let header { add(.extendedHeaderWithoutEntry, at: header) }
        if collecting == .active { noteWhiteoutsInOpaque() }
        // What a layer that is cut or invalid would hide or replace is not known.
        let isComplete = collecting == .active && ending.isAccepted
        return ContentsFacts(
            entryCount: entryCount, faults: faults.faults, paths: isComplete ? table : nil,
            globalFolders: globals.folders)
    }

    private mutating func noteEnding(_ ending: TarStreamEnding, beginning: [UInt8], trailingName: [UInt8]) {
        switch ending {
        case .empty: add(.emptyStream, at: 0)
        case .endOfArchive(_, .none), .endOfArchive(_, .zeros): break
        case .endOfArchive(_, .bytes(let offset)): add(.bytesAfterEnd, at: offset)
        case .endOfArchive(_, .entries(let offset)):
            let isIndex = trailingName.elementsEqual("stargz.index.json".utf8)
            add(isIndex ? .indexAfterEnd : .entriesAfterEnd, at: offset, path: trailingName)
        case .oneZeroBlock(let offset), .noEndBlocks(let offset): add(.endBlocksMissing, at: offset)
        case .noPadding(let offset): add(.paddingMissing, at: offset, path: lastName)
        case .cut(let end, let part, let entryOffset):
            guard entryOffset > 0 || part != .header else { return add(.notATar, at: 0, other: beginning) }
            let isInEntry = part == .content || part == .sparseMap
            add(
                .tarCut, at: entryOffset, path: isInEntry ? lastName : [], other: Array(part.words.utf8),
                otherOffset: end)
        case .invalid(let offset, let fault, let isFirst):
            if isFirst, fault == .checksum { return add(.notATar, at: 0, other: beginning) }
            add(fault.kind, at: offset, other: Array(fault.words.utf8))
        }
    }

    private mutating func noteWhiteoutsInOpaque() {
        for node in table.dependents where table.kind(of: node) == .whiteout {
            let directory = table.parent(of: node)
            guard directory != .root, table.flags(of: directory).contains(.opaque) else { continue }
            add(
                .whiteoutInOpaque, at: table.headerOffset(of: node),
                path: table.path(of: directory) + Array("/.wh.".utf8) + table.name(of: node))
        }
    }

    private mutating func add(
        _ kind: LayerFault.Kind, at offset: UInt64, path: [UInt8] = [], other: [UInt8] = [],
        otherOffset: UInt64? = nil
    ) {
        faults.add(kind) { LayerFault($0, path, at: offset, other: other, otherOffset: otherOffset) }
    }
}

extension TarStreamPart {
    fileprivate var words: String {
        switch self {
        case .header: "header"
        case .content: "content"
        case .extendedHeader: "extended header"
        case .sparseMap: "sparse map"
        case .endBlock: "end of the archive"
        }
    }
}

extension TarStreamFault {
    fileprivate var kind: LayerFault.Kind {
        switch self {
        case .checksum, .notANumber, .negativeSize, .sparseHeader: .headerInvalid
        case .loneZeroBlock: .zeroBlockAmongEntries
        case .extendedHeaderTooLong, .paxRecord, .paxNumber: .extendedHeaderInvalid
        case .sparseRecord, .sparseMap, .sparseMapCut, .sparseDataMissing, .sparseDataLeft: .sparseMapInvalid
        case .sparseMapTooLong: .sparseMapTooLong
        }
    }

    fileprivate var words: String {
        switch self {
        case .checksum: "the checksum does not match"
        case .notANumber(let field): "the \(field.words) is not a number"
        case .negativeSize: "the size is less than 0"
        case .loneZeroBlock: "one block of zeros"
        case .extendedHeaderTooLong: "it has more than 1 MiB"
        case .paxRecord: "a record is malformed"
        case .paxNumber(let field): "the record of the \(field.words) is not a number"
        case .sparseRecord: "a record of the map is malformed"
        case .sparseHeader: "a sparse file without GNU's magic"
        case .sparseMap: "the map is malformed, goes backwards, or exceeds the file"
        case .sparseMapCut: "the map exceeds the content"
        case .sparseMapTooLong: "the map has more than 1 MiB"
        case .sparseDataMissing: "the map lists more bytes than are stored"
        case .sparseDataLeft: "the map lists fewer bytes than are stored"
        }
    }
}

extension TarNumericField {
    fileprivate var words: String {
        switch self {
        case .mode: "mode"
        case .userID: "owner"
        case .groupID: "group"
        case .size: "size"
        case .modificationTime: "time"
        case .accessTime: "access time"
        case .changeTime: "change time"
        case .deviceMajor: "major device number"
        case .deviceMinor: "minor device number"
        }
    }
}
