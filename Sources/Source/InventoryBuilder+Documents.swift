// layerverify: reading documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import LayerSystem
package import StrictJSON
import SystemPackage

extension InventoryBuilder {
    /// Reads the blob as a document. Its bytes are hashed as they are read, so that the hashed bytes are the parsed
    /// ones.
    mutating func document(
        _ blob: BlobIndex, algorithms: [DigestAlgorithm], isMap: Bool = false
    ) -> Result<JSONDocument, DocumentFault> {
        let result = parsedDocument(blob, algorithms: algorithms, isMap: isMap)
        if case .failure(let fault) = result, fault.leavesOpen { current.notes.isWhole = false }
        return result
    }

    private mutating func parsedDocument(
        _ blob: BlobIndex, algorithms: [DigestAlgorithm], isMap: Bool
    ) -> Result<JSONDocument, DocumentFault> {
        let bytes: [UInt8]
        switch readBytes(of: blob, algorithms: algorithms) {
        case .success(let read): bytes = read
        case .failure(let fault): return .failure(fault)
        }
        guard current.budget.parse(bytes, inventory) else {
            _ = noteExcess(at: Place(inventory.blobs[blob].path))
            return .failure(.overBudget)
        }
        watch.noteDocuments(run.documentCount + current.budget.documentCount)
        do throws(JSONFault) {
            let document = try JSONDocument(
                parsing: bytes, keys: isMap ? .exact : KnownMembers.comparison, held: held)
            current.budget.add(document)
            return .success(document)
        } catch {
            return .failure(.json(error))
        }
    }

    /// Whether a blob may be a JSON object: its first byte that is not white space is a brace, and it is not larger
    /// than a document. If it cannot be read, that becomes a fact about it.
    mutating func beginsAsObject(_ blobs: [BlobIndex]) -> Bool {
        guard let blob = blobs.last, inventory.blobs[blob].location != .memory else { return false }
        let (reader, ending) = opener.open(inventory.blobs[blob].location).reading
        guard let reader, ending == .complete else {
            switch ending {
            case .unreadable, .changed: note(ending, of: blob)
            // Reading the blob reports the others.
            default: break
            }
            return false
        }
        guard reader.byteCount <= UInt64(JSONDocument.maximumByteCount) else { return false }
        do throws(ReadFault) {
            let prefix = try reader.bytes(at: 0, upTo: 64)
            return prefix.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{")
        } catch {
            note(ReadEnding(error, atByte: 0), of: blob)
            return false
        }
    }

    /// Records that a blob could not be read. A blob that was read before and is missing now has changed.
    ///
    /// Returns: the reading that is recorded for it.
    @discardableResult
    private mutating func note(_ ending: ReadEnding, of blob: BlobIndex) -> ReadEnding {
        let wasRead = inventory.blobs[blob].facts?.reading == .complete
        let noted = wasRead && !ending.leavesOpen ? .changed : ending
        inventory.blobs[blob].facts = BlobFacts(reading: noted)
        return noted
    }

    private mutating func readBytes(
        of blob: BlobIndex, algorithms: [DigestAlgorithm]
    ) -> Result<[UInt8], DocumentFault> {
        let record = inventory.blobs[blob]
        if record.location == .memory { return .failure(.unread(record.facts?.reading ?? .missing)) }
        let (reader, ending) = opener.open(record.location).reading
        guard let reader else { return .failure(.unread(note(ending, of: blob))) }
        // It is too large for a document; the pipeline computes its digest.
        guard reader.byteCount <= UInt64(JSONDocument.maximumByteCount) else {
            inventory.blobs[blob].expectedByteCount = reader.byteCount
            if reader.byteCount > BlobRequest.excessByteCount {
                inventory.blobs[blob].facts = BlobFacts(reading: .oversized(byteCount: reader.byteCount))
            }
            return .failure(.tooLarge(byteCount: reader.byteCount))
        }
        guard !isInterrupted(at: Place(record.path), reading: Int(clamping: reader.byteCount)) else {
            if record.facts == nil { inventory.blobs[blob].facts = BlobFacts(reading: .cancelled) }
            return .failure(.unread(.cancelled))
        }
        guard current.budget.read(byteCount: Int(clamping: reader.byteCount), inventory) else {
            _ = noteExcess(at: Place(record.path))
            return .failure(.overBudget)
        }
        let bytes: [UInt8]
        do throws(ReadFault) {
            bytes = try reader.bytes(at: 0, upTo: JSONDocument.maximumByteCount)
        } catch ReadFault.failed(.illegalSeek) {
            // Its digest is known, and its content is not.
            return .failure(.notKept(byteCount: reader.byteCount))
        } catch {
            return .failure(.unread(note(ReadEnding(error, atByte: 0), of: blob)))
        }
        guard !reader.hasChanged else { return .failure(.unread(note(.changed, of: blob))) }
        return .success(take(bytes, as: ending, blob: blob, algorithms: algorithms))
    }

    private mutating func take(
        _ bytes: [UInt8], as ending: ReadEnding, blob: BlobIndex, algorithms: [DigestAlgorithm]
    ) -> [UInt8] {
        var all = algorithms.contains(.sha256) ? algorithms : [.sha256] + algorithms
        for algorithm in selection.expectedDigests?.algorithms ?? [] where !all.contains(algorithm) {
            all.append(algorithm)
        }
        let path = inventory.blobs[blob].path
        let (digests, isFastMethodWrong) = digester.digests(of: bytes, all, path: path)
        if isFastMethodWrong { add(.fastDigestDisagrees(path, at: Place(path))) }
        var facts = BlobFacts(
            byteCount: UInt64(byteCount: bytes.count), digests: digests,
            compression: Compression.detect(prefix: bytes), reading: ending)
        // A document that several others name is read for each of them, and must not change in between.
        if let known = inventory.blobs[blob].facts, known.digests.first != facts.digests.first {
            facts.reading = .changed
        }
        inventory.blobs[blob].facts = facts
        return bytes
    }
}

/// The reason for which a document cannot be read.
package enum DocumentFault: Error, Equatable, Sendable {
    /// Its blob could not be read; the claims about the blob report it.
    case unread(ReadEnding)
    case json(JSONFault)
    case tooLarge(byteCount: UInt64)
    /// It is in a stream that is read once, and was not kept. Its digest is known.
    case notKept(byteCount: UInt64)
    /// The root has reached a limit, which has a finding. The pipeline reads the blob if there are claims about it.
    case overBudget

    /// True if the content of the document is unknown. Everything that follows from it is undetermined.
    var leavesOpen: Bool {
        switch self {
        case .unread(let ending): ending.leavesOpen
        case .json(let fault): fault.code == .tooLarge
        case .tooLarge, .notKept, .overBudget: true
        }
    }

    var isDuplicateKey: Bool { if case .json(let fault) = self { fault.code == .duplicateKey } else { false } }
}
