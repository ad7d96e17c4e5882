// layerverify: reading archives in one pass.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSource
internal import LayerSystem

extension Verifier {
    /// What the search needs to read standard input and compressed archives.
    ///
    /// - Parameters:
    ///   - readsLayers: false if only documents are read.
    ///   - consumers: what is done with the bytes of files besides hashing them.
    func streamTools(
        readsLayers: Bool, pace: ReadingPace?, consumers: @escaping ConsumerFactory = { _ in [] },
        noteBytes: @escaping @Sendable (UInt64) -> Void
    ) -> StreamTools {
        var pipeline = pipelineOptions
        pipeline.consumers = consumers
        let options = pipeline
        let isNice = self.options.hasLowPriority
        let offers = offers
        // A single job reads, decodes and hashes on one thread.
        let hasThreads = jobCount > 1
        let ahead: @Sendable (any SequentialSource) -> any SequentialSource = { source in
            guard hasThreads else { return source }
            return ReadAhead.of(source) { if isNice { BackgroundPriority.adopt() } }
        }
        var makeReader: (@Sendable (Compression) -> any StreamedBlobReader)?
        if readsLayers {
            makeReader = { compression in
                // A gzip stream around the archive is decoded in parts, and has the memory for them. It compresses layers of
                // gzip hardly any further.
                StreamedBlobs(options, inParts: compression != .gzip, offers: offers)
            }
        }
        return StreamTools(
            decode: { source, compression in DecodedSource(ahead(source), compression, options: options) },
            makeReader: makeReader, readAhead: ahead,
            pace: { source in
                let counted = CountedSource(source, noteBytes)
                guard let pace else { return counted }
                return PacedSource(counted, pace)
            })
    }
}

extension Verifier {
    /// Adds the facts of the blob that is standard input.
    ///
    /// - Parameter index: that of the blob.
    func readStandardInput(
        _ index: BlobIndex, of inventory: inout Inventory, _ pace: ReadingPace?, _ cancellation: Cancellation?,
        _ progress: ProgressObserver?, start: ContinuousClock.Instant
    ) {
        let teller = GatherProgress(progress, since: start)
        let tools = streamTools(readsLayers: true, pace: pace) { teller.note(streamedByteCount: $0) }
        let reader = StreamedBlobs(pipelineOptions, offers: offers)
        reader.begin([.sha256], byteCount: nil)
        var ending = ReadEnding.complete
        do throws(LookupFault) {
            let source: any SequentialSource
            switch try StandardInput.open(isCancelled: { cancellation?.isCancelled ?? false }) {
            case .file(let file): source = FileSource(file) { cancellation?.isCancelled ?? false }
            case .stream(let stream): source = stream
            }
            ending = Self.read(tools.readAhead(tools.pace(source)), into: reader)
        } catch {
            ending = ReadEnding(error)
        }
        inventory.blobs[index].facts = reader.finish(ending)
    }

    private static func read(_ source: any SequentialSource, into reader: StreamedBlobs) -> ReadEnding {
        var byteCount: UInt64 = 0
        do throws(SourceFault) {
            while true {
                let bytes = try source.next(PipelineOptions.blockByteCount)
                guard !bytes.isEmpty else { return .complete }
                reader.take(bytes.span.bytes)
                byteCount += UInt64(byteCount: bytes.count)
            }
        } catch {
            return ReadEnding(error, atByte: byteCount)
        }
    }
}

/// Tells how much of a source was read.
private final class CountedSource: SequentialSource {
    private let base: any SequentialSource
    private let noteBytes: @Sendable (UInt64) -> Void
    private var byteCount: UInt64 = 0

    init(_ base: any SequentialSource, _ noteBytes: @escaping @Sendable (UInt64) -> Void) {
        self.base = base
        self.noteBytes = noteBytes
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let count = try base.read(into: buffer)
        byteCount += UInt64(byteCount: count)
        noteBytes(byteCount)
        return count
    }
}
