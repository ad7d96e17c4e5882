// layerverify: reading a part of a layer again.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerPipeline
internal import LayerSystem
internal import LayerTree
internal import SystemPackage

/// The bytes of a layer, for a second read of a part of them.
///
/// The file is opened before the first read, and must be the same and unchanged at the end of the second: then the bytes are
/// those that were verified.
struct LayerBytes: Sendable {
    private let opener: any BlobOpener
    private let options: PipelineOptions
    private let location: BlobLocation
    /// Nil if the layer could not be opened.
    private let identity: FileIdentity?

    /// The layers of an image; nil for a layer without a blob.
    static func of(
        _ image: ImageRecord, locations: (BlobIndex) -> BlobLocation, opener: any BlobOpener, options: PipelineOptions
    )
        -> [LayerBytes?]
    {
        image.layers.map { layer in
            layer.blob.map { LayerBytes(locations($0), opener: opener, options: options) }
        }
    }

    init(_ location: BlobLocation, opener: any BlobOpener, options: PipelineOptions) {
        self.location = location
        self.opener = opener
        self.options = options
        if case .opened(let reader) = opener.open(location) { identity = reader.identity } else { identity = nil }
    }

    /// Why the bytes could not be read again.
    enum Fault: Error {
        case unreadable(Errno)
        /// The file is not the one that was verified.
        case changed
        /// The stream ended before the content did, or cannot be decoded.
        case cutOff
        /// The image was read from a stream.
        case passed
    }

    /// Reads a part of the uncompressed layer, in order.
    ///
    /// - Parameter body: receives the bytes, in blocks.
    func read(
        from offset: UInt64, byteCount: UInt64, _ body: (RawSpan) -> Bool
    ) throws(Fault) {
        guard case .opened(let reader) = opener.open(location), reader.identity == identity else { throw .changed }
        let source = try source(of: reader)
        var left = byteCount
        var skipped = offset
        let blockByteCount = PipelineOptions.blockByteCount
        while skipped > 0 || left > 0 {
            let wanted = skipped > 0 ? skipped : left
            let bytes = try next(ByteMath.clamp(wanted, to: blockByteCount), of: source)
            guard !bytes.isEmpty else { throw .cutOff }
            if skipped > 0 {
                skipped -= UInt64(byteCount: bytes.count)
            } else {
                left -= UInt64(byteCount: bytes.count)
                guard body(bytes.span.bytes) else { return }
            }
        }
        guard !reader.hasChanged else { throw .changed }
    }

    private func source(of reader: any BlobReader) throws(Fault) -> any SequentialSource {
        let base = FileSource(reader, isCancelled: { false })
        let beginning = try next(Compression.prefixByteCount, of: base)
        let compression = Compression.detect(prefix: beginning)
        let whole = ResumedSource(beginning, then: base)
        guard compression != .none else { return whole }
        var options = options
        // Only a part is read, so no checksum confirms what a fast decoder decodes.
        options.blockCutting = nil
        guard let decoded = DecodedSource(whole, compression, options: options) else { throw .cutOff }
        return decoded
    }

    private func next(_ byteCount: Int, of source: any SequentialSource) throws(Fault) -> [UInt8] {
        do throws(SourceFault) {
            return try source.next(byteCount)
        } catch {
            switch error {
            case .failed(.illegalSeek): throw .passed
            case .failed(let error): throw .unreadable(error)
            case .changed: throw .changed
            case .cancelled, .stopped: throw .cutOff
            }
        }
    }
}
