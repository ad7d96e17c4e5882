// layerverify: finding images in archives that are read in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage
import Tar

extension ImageFinder {
    /// Finds the image in standard input.
    mutating func findInStandardInput(_ path: String, _ tools: StreamTools) {
        let watch = watch
        do throws(LookupFault) {
            switch try StandardInput.open(isCancelled: { watch.isInterrupted }) {
            case .file(let file): find(file, GivenPath(path), canReopen: false)
            case .stream(let source):
                guard let nature = addStream(tools.pace(source), path: path, tools) else { return }
                var finding = Finding.notAnImage(nature, path: path, forms)
                if nature == .empty { finding = Finding(.notAnImage, "standard input is empty", at: Place("")) }
                // A command for this path reads its own standard input.
                finding.hint = finding.hint.map {
                    $0.split(separator: " ").map { $0 == "./-" ? "-" : $0 }.joined(separator: " ")
                }
                add(path, finding)
            }
        } catch {
            add(path, .unread(ReadEnding(error)))
        }
    }

    /// Adds the image in a stream. Returns: what else the stream is; nil if all findings about it were added.
    private mutating func addStream(_ source: any SequentialSource, path: String, _ tools: StreamTools)
        -> FileClassification?
    {
        let prefix: [UInt8]
        do throws(SourceFault) {
            prefix = try source.next(FileClassification.packedByteCount)
        } catch {
            switch error {
            case .cancelled: add(path, .searchInterrupted)
            case .failed, .changed, .stopped: add(path, .unread(ReadEnding(error, atByte: 0)))
            }
            return nil
        }
        if TarIndex.isTar(prefix: prefix) {
            let archive = StreamedArchive(source, decoded: nil, .none, beginning: prefix, tools)
            return add(archive, path: path, isGiven: true, reread: nil)
        }
        let nature = FileClassification(StreamedFile(prefix, byteCount: UInt64(byteCount: prefix.count)), forms)
        guard case .compressed(let compression, let content) = nature, Self.mayBeArchive(content),
            let archive = Self.decode(ResumedSource(prefix, then: source), compression, tools)
        else { return nature }
        return add(archive, path: path, isGiven: true, reread: nil)
    }

    /// Adds the image in a compressed file. Returns: what else the file is, `nature` if it is not read; nil if all findings
    /// about it were added.
    ///
    /// A search reads only files whose first entries are those of an image.
    mutating func addPacked(
        _ file: PositionedFile, _ nature: FileClassification, path: String, canReopen: Bool, isGiven: Bool
    ) -> FileClassification? {
        guard let tools, case .compressed(let compression, let content) = nature,
            isGiven ? Self.mayBeArchive(content) : content == .archive(looksLikeImage: true)
        else { return nature }
        let watch = watch
        guard let archive = Self.read(file, compression, tools, watch) else { return nature }
        let closed = ClosedRoot(file, at: path)
        let reread: StreamRoot.Reread = { () throws(LookupFault) in
            guard case .archive(let file) = try BlobStore(roots: [.closed(closed)]).opened(0),
                let archive = Self.read(file, compression, tools, watch)
            else { throw .changed }
            return archive
        }
        return add(archive, path: path, isGiven: isGiven, reread: canReopen ? reread : nil)
    }

    /// Whether a compressed file that was given is decoded to find out. Its beginning may decode to nothing: if it is damaged,
    /// if its window is larger than allowed, or after long skippable frames.
    private static func mayBeArchive(_ content: PackedContent) -> Bool {
        switch content {
        case .archive, .nothing: true
        case .other, .undecoded: false
        }
    }

    private static func read(
        _ file: any BlobReader, _ compression: Compression, _ tools: StreamTools, _ watch: WalkWatch
    ) -> StreamedArchive? {
        decode(tools.pace(FileSource(file) { watch.isInterrupted }), compression, tools)
    }

    /// Reads a compressed archive to its end; nil if it is not one.
    private static func decode(
        _ source: any SequentialSource, _ compression: Compression, _ tools: StreamTools
    ) -> StreamedArchive? {
        guard let decoded = tools.decode(source, compression) else { return nil }
        let beginning: [UInt8]
        do throws(SourceFault) {
            beginning = try decoded.next(StreamedArchive.beginningByteCount)
            guard TarIndex.isTar(prefix: beginning) else { return nil }
        } catch {
            // The scan meets the same fault.
            beginning = []
        }
        return StreamedArchive(source, decoded: decoded, compression, beginning: beginning, tools)
    }

    /// Adds an archive that was read if it is an image. Returns: what else it is; nil if all findings about it were added.
    private mutating func add(
        _ archive: StreamedArchive, path: String, isGiven: Bool, reread: StreamRoot.Reread?
    ) -> FileClassification? {
        guard !archive.isInterrupted, !watch.isInterrupted else {
            add(path, .searchInterrupted)
            return nil
        }
        guard !archive.hasChanged else {
            add(path, .unread(.changed))
            return nil
        }
        let stream = StreamRoot(archive, latest: kept.latestStream, reread: reread)
        let tree = StreamTree(archive, root: found.count)
        let recognizable = RecognizableTree(tree, in: .stream(stream))
        let recognized = forms.recognize(recognizable)
        switch recognized {
        case .image(let source, let unread): add(path, source, form: source.archiveForm, stream, archive, unread)
        case .unknown(let unread) where archive.index.ending.isEndOfEntries:
            add(path, .unread(unread.ending, unread.path))
        case .none, .unknown:
            if case .none = recognized, isGiven, let source = forms.recognizeGiven(recognizable) {
                add(path, source, form: source.archiveForm, stream, archive, nil)
                return nil
            }
            // A longer archive counts as one that was not read to its end.
            let byteCount = archive.beginning.count
            let isWhole = byteCount < StreamedArchive.beginningByteCount
            let nature = FileClassification(
                archive: archive.index,
                of: StreamedFile(archive.beginning, byteCount: isWhole ? UInt64(byteCount: byteCount) : .max),
                forms,
                shape: isGiven
                    ? ArchiveShape(given: archive.index, recognizable, forms) : ArchiveShape(found: recognizable, forms)
            )
            let finding = archive.streamFinding
            if let finding, finding.outcome == .undetermined {
                add(path, finding)
            } else if nature.isIncompleteImage {
                add(path, .withoutDocuments, form: .incompleteArchive, stream, archive, nil)
            } else if let finding, finding.outcome == .refuted {
                // It is unknown what the whole stream decodes to.
                let message = finding.message + "; no image was found in what it decodes to"
                add(path, Finding(.notAnImage, message, at: Place(""), hint: finding.hint))
            } else {
                return nature
            }
        }
        return nil
    }

    private mutating func add(
        _ path: String, _ source: ImageSource, form: ImageForm, _ stream: StreamRoot, _ archive: StreamedArchive,
        _ unread: UnreadMark?
    ) {
        add(path, source, form: form, store: .stream(stream), tree: nil, unread: unread)
        kept.keep(stream, byteCount: archive.byteCount)
    }
}
