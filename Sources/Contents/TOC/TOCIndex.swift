// layerverify: looking up the entries of a table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The entries of a TOC by path.
///
/// Memory: the document, 17 bytes for each file and 16 for each chunk.
struct TOCIndex {
    let document: TOCDocument
    /// The offsets as stored to which the entries lead.
    private(set) var offsets: [UInt64] = []
    /// Sorted by hash; of entries with one path only the first.
    private var files: [File] = []
    private var isTaken: [Bool] = []
    private(set) var faults = TOCFaults()

    private struct File {
        var hash: Int
        var entry: Int32
    }

    /// Parses all entries once.
    ///
    /// Throws: `TOCDocumentFault`.
    init(_ document: TOCDocument) throws(TOCDocumentFault) {
        self.document = document
        var hasFile = false
        for index in 0..<document.entryCount {
            let entry = try document.entry(index)
            if entry.kind == .chunk {
                guard hasFile else { throw .malformed("a chunk follows no file") }
                offsets.append(entry.chunk.offset)
                continue
            }
            hasFile = entry.kind == .file
            files.append(File(hash: TOCName.cleaned(entry.name).hashValue, entry: Int32(index)))
            guard entry.kind == .file, entry.size > 0 else { continue }
            offsets.append(entry.chunk.offset)
            if entry.chunk.endOffset != 0 { offsets.append(entry.chunk.endOffset) }
        }
        files.sort { ($0.hash, $0.entry) < ($1.hash, $1.entry) }
        try removeEqualPaths()
        isTaken = Array(repeating: false, count: files.count)
    }

    private mutating func removeEqualPaths() throws(TOCDocumentFault) {
        var kept: [File] = []
        for file in files {
            if let last = kept.last, last.hash == file.hash {
                let names = (try document.entry(Int(last.entry)).name, try document.entry(Int(file.entry)).name)
                if TOCName.cleaned(names.0) == TOCName.cleaned(names.1) {
                    faults.add(TOCFault(.pathTwice, .refute, path: names.1))
                    continue
                }
            }
            kept.append(file)
        }
        files = kept
    }

    /// Finds the entry of a path that was not found before.
    ///
    /// Shape: `path` is as in a JSON document, see `TOCName.written`.
    ///
    /// Throws: `TOCDocumentFault`.
    mutating func take(_ path: [UInt8]) throws(TOCDocumentFault) -> (index: Int, entry: TOCEntry)? {
        let path = TOCName.cleaned(path)
        let hash = path.hashValue
        var (low, high) = (0, files.count)
        while low < high {
            let middle = (low + high) / 2
            if files[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        while low < files.count, files[low].hash == hash {
            let index = Int(files[low].entry)
            let entry = try document.entry(index)
            if TOCName.cleaned(entry.name) == path {
                guard !isTaken[low] else { return nil }
                isTaken[low] = true
                return (index, entry)
            }
            low += 1
        }
        return nil
    }

    /// The chunk after an entry; nil if it has none.
    ///
    /// Throws: `TOCDocumentFault`.
    func chunk(after index: Int) throws(TOCDocumentFault) -> TOCChunk? {
        guard index + 1 < document.entryCount else { return nil }
        let entry = try document.entry(index + 1)
        return entry.kind == .chunk ? entry.chunk : nil
    }

    /// Calls `body` with the names of the entries that were not found, in the order of the TOC.
    ///
    /// Throws: `TOCDocumentFault`.
    func forEachUntakenName(_ body: ([UInt8]) -> Void) throws(TOCDocumentFault) {
        var entries: [Int32] = []
        for (file, isTaken) in zip(files, isTaken) where !isTaken { entries.append(file.entry) }
        for entry in entries.sorted() { body(try document.entry(Int(entry)).name) }
    }
}
