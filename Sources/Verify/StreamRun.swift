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
    /// - Parameter readsLayers: false if only documents are read.
    func streamTools(
        readsLayers: Bool, pace: ReadingPace?, noteBytes: @escaping @Sendable (UInt64) -> Void
    ) -> StreamTools {
        let pipeline = pipelineOptions
        let isNice = options.isNice
        // A single job reads, decodes and hashes on one thread.
        let hasThreads = jobCount > 1
        let ahead: @Sendable (any SequentialSource) -> any SequentialSource = { source in
            guard hasThreads else { return source }
            return ReadAhead.of(source) { if isNice { BackgroundPriority.adopt() } }
        }
        var makeReader: (@Sendable () -> any StreamedBlobReader)?
        if readsLayers { makeReader = { StreamedBlobs(pipeline) } }
        return StreamTools(
            decode: { source, compression in DecodedSource(ahead(source), compression, options: pipeline) },
            makeReader: makeReader, readAhead: ahead,
            pace: { source in
                let counted = CountedSource(source, noteBytes)
                guard let pace else { return counted }
                return PacedSource(counted, pace)
            }, readsStandardInput: options.readsStandardInput)
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
        byteCount += ByteMath.fileSize(count)
        noteBytes(byteCount)
        return count
    }
}
