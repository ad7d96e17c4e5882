// layerverify: checking the tables of contents of layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerCodec
internal import LayerContents
internal import LayerModel
internal import LayerPipeline
internal import LayerSystem
internal import SystemPackage

/// Checks the tables of contents (TOCs) of the layers of an image store, one after another.
///
/// Each layer is read and decoded a second time: to where a TOC leads is known only from the end of the layer. Only layers are
/// read whose annotations have the digest of a TOC, or that end with the footer of one.
struct TOCRun {
    let opener: any BlobOpener
    let options: PipelineOptions
    /// Whether TOCs are looked for that no annotation names.
    let findsFooters: Bool
    let isCancelled: @Sendable () -> Bool

    private struct Key: Hashable {
        var blob: BlobIndex
        var claim: TOCClaim
    }

    /// Adds the findings about all TOCs. A layer of which something is refuted has enough findings.
    func addFindings(_ judge: Judge, to list: inout FindingList) {
        var known: [Key: [TOCFault]] = [:]
        let records = judge.inventory.tableRecords + footerRecords(judge, &known)
        for (order, record) in records.enumerated() {
            guard isRead(record.blob, judge), !judge.isRefuted(record.blob), let facts = judge.facts[record.blob]
            else { continue }
            let key = Key(blob: record.blob, claim: record.claim)
            let faults = known[key] ?? check(record, facts, judge.inventory)
            known[key] = faults
            for fault in faults {
                let finding = Finding(
                    fault, of: record, digest: facts.digests.first, root: judge.inventory.blobs[record.blob].root)
                list.append(
                    list.intern(finding), root: finding.root, image: record.image, layer: record.layer,
                    order: FindingList.Phase.judge.order(judge.inventory.claims.count + order))
            }
        }
    }

    /// The layers that no annotation describes and that end with a footer, or whose end cannot be read: then the fault is known.
    /// Those in streams cannot be looked at.
    private func footerRecords(_ judge: Judge, _ known: inout [Key: [TOCFault]]) -> [TOCRecord] {
        guard findsFooters else { return [] }
        let annotated = Set(judge.inventory.tableRecords.map { $0.blob })
        // A layer of many images is looked at once.
        var looks = [Look?](repeating: nil, count: judge.inventory.blobs.count)
        var records: [TOCRecord] = []
        for (number, image) in judge.inventory.images.enumerated() where image.kind == .image {
            for (layer, record) in image.layers.enumerated() {
                guard let blob = record.blob, !annotated.contains(blob) else { continue }
                let look = looks[blob] ?? self.look(at: blob, judge)
                looks[blob] = look
                if look == .unread { known[Key(blob: blob, claim: .ofFooter)] = [Self.unread] }
                guard look != .noFooter, records.count < TOCRecord.maximumCount else { continue }
                records.append(
                    TOCRecord(
                        .ofFooter, about: blob, at: Place(judge.inventory.blobs[blob].path), image: number,
                        layer: layer))
            }
        }
        return records
    }

    /// What the end of a layer is.
    private enum Look {
        case footer, noFooter, unread
    }

    private func look(at blob: BlobIndex, _ judge: Judge) -> Look {
        let location = judge.inventory.blobs[blob].location
        guard isRead(blob, judge), let compression = judge.facts[blob]?.compression, compression != .none,
            location != .memory, !isCancelled()
        else { return .noFooter }
        switch opener.open(location) {
        case .opened(let reader):
            do throws(ReadFault) {
                return try LayerTOC(.ofFooter, in: reader, compression).hasFooter() ? .footer : .noFooter
            } catch {
                return error == .failed(.illegalSeek) ? .noFooter : .unread
            }
        case .failed(.illegalSeek): return .noFooter
        default: return .unread
        }
    }

    /// Whether a blob was read and decoded to its end.
    private func isRead(_ blob: BlobIndex, _ judge: Judge) -> Bool {
        guard let facts = judge.facts[blob] else { return false }
        return facts.reading == .complete && facts.uncompressed?.ending == .complete
    }

    private static let inStream = TOCFault(
        .notChecked, .note, actual: "the layer is in a stream, and cannot be read again")
    private static let unread = TOCFault(.notChecked, .undetermined, actual: "the layer cannot be read again")

    private func check(_ record: TOCRecord, _ facts: BlobFacts, _ inventory: Inventory) -> [TOCFault] {
        let reader: any BlobReader
        switch opener.open(inventory.blobs[record.blob].location) {
        case .opened(let opened): reader = opened
        case .failed(.illegalSeek):
            return [Self.inStream]
        default: return [Self.unread]
        }
        var codecOptions = options.codecOptions
        codecOptions.windowBudget = nil
        let toc = LayerTOC(
            record.claim, in: reader, facts.compression ?? .none, options: codecOptions, isCancelled: isCancelled)
        do throws(ReadFault) {
            let faults = try toc.faults()
            guard let faults, !reader.hasChanged else {
                let reason = faults == nil ? "the run was interrupted" : "the layer changed while it was read"
                return [TOCFault(.notChecked, .undetermined, actual: reason)]
            }
            return faults.faults
        } catch {
            return [error == .failed(.illegalSeek) ? Self.inStream : Self.unread]
        }
    }
}
