// layerverify: the image that a benchmark makes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
package import LayerModel
import LayerSystem

/// An image layout with synthetic layers, the same on every run.
///
/// docs/performance.md, §What `bench` measures, compares it with eight gzip layers of a Debian machine's `/usr` (2.8 GB
/// of tar, `Benchmarks/EndToEnd/usr-image`).
package struct SyntheticImage: Hashable, Sendable {
    package var compression: LayerCompressor.Kind
    /// The size of the tars of all layers together, in bytes.
    package var byteCount: UInt64

    /// The share of each layer in the whole, in percent: a base, a few layers on top of it, small ones at the end.
    private static let shares: [UInt64] = [30, 22, 16, 12, 9, 6, 4, 1]

    /// The default size, which takes a machine seconds to compress.
    package static let standardByteCount: UInt64 = 256 << 20
    /// The smallest size for which every layer is a tar with files.
    package static let minimumByteCount: UInt64 = 1 << 20

    package init(compression: LayerCompressor.Kind = .gzip, byteCount: UInt64 = standardByteCount) {
        self.compression = compression
        self.byteCount = byteCount
    }

    package var layerCount: Int { Self.shares.count }

    /// The digests and the size of a layer that was written.
    private struct WrittenLayer: Sendable {
        var digest: ContentDigest
        var diffID: ContentDigest
        var byteCount: UInt64
    }

    /// Writes the layout with `jobCount` threads.
    ///
    /// Returns: the diffIDs, base first; fewer if it was cancelled.
    ///
    /// Throws: `BenchError` if a file cannot be written.
    @discardableResult
    package func write(
        to folder: BenchFolder, jobCount: Int, isCancelled: @escaping @Sendable () -> Bool
    ) throws(BenchError) -> [ContentDigest] {
        try folder.makeFolder("blobs")
        try folder.makeFolder("blobs/sha256")
        let layers = try writeLayers(folder, jobCount, isCancelled)
        guard layers.count == layerCount else { return layers.map { $0.diffID } }
        let diffIDs = layers.map { "\"\($0.diffID)\"" }.joined(separator: ",")
        let config = try document(
            """
            {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[\(diffIDs)]}}
            """, in: folder)
        let suffix =
            switch compression {
            case .gzip: "+gzip"
            case .zstd: "+zstd"
            case .none: ""
            }
        let descriptors = layers.map {
            descriptor("application/vnd.oci.image.layer.v1.tar\(suffix)", $0.digest, $0.byteCount)
        }.joined(separator: ",")
        let manifest = try document(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":\
            \(descriptor("application/vnd.oci.image.config.v1+json", config.digest, config.byteCount)),\
            "layers":[\(descriptors)]}
            """, in: folder)
        let index =
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\
            \(descriptor("application/vnd.oci.image.manifest.v1+json", manifest.digest, manifest.byteCount))]}
            """
        try folder.write(Array(index.utf8), to: "index.json")
        try folder.write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: "oci-layout")
        return layers.map { $0.diffID }
    }

    private func descriptor(_ mediaType: String, _ digest: ContentDigest, _ byteCount: UInt64) -> String {
        #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(byteCount)}"#
    }

    private func document(
        _ text: String, in folder: BenchFolder
    ) throws(BenchError) -> (digest: ContentDigest, byteCount: UInt64) {
        let bytes = Array(text.utf8)
        let digest = ContentDigest.of(bytes, .sha256)
        try folder.write(bytes, to: Self.place(of: digest))
        return (digest, UInt64(bytes.count))
    }

    private static func place(of digest: ContentDigest) -> String {
        "blobs/sha256/\("\(digest)".dropFirst("sha256:".count))"
    }

    private func writeLayers(
        _ folder: BenchFolder, _ jobCount: Int, _ isCancelled: @escaping @Sendable () -> Bool
    ) throws(BenchError) -> [WrittenLayer] {
        let state = Locked(
            (next: 0, layers: [WrittenLayer?](repeating: nil, count: layerCount), failure: BenchError?.none))
        let crew = WorkCrew(size: min(jobCount, layerCount))
        for _ in 0..<min(jobCount, layerCount) {
            crew.add {
                while true {
                    let index = state.withLock { state in
                        defer { state.next += 1 }
                        return state.failure == nil ? state.next : Int.max
                    }
                    guard index < layerCount else { break }
                    do throws(BenchError) {
                        let layer = try writeLayer(index, folder, isCancelled)
                        state.withLock { $0.layers[index] = layer }
                    } catch {
                        state.withLock { $0.failure = error }
                    }
                }
            }
        }
        crew.runAll()
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return state.withLock { $0.layers.compactMap { $0 } }
    }

    /// Writes one layer; returns nil if it was cancelled.
    private func writeLayer(
        _ index: Int, _ folder: BenchFolder, _ isCancelled: () -> Bool
    ) throws(BenchError) -> WrittenLayer? {
        guard let compressor = LayerCompressor(compression) else { throw BenchError("the compressor has no memory") }
        var layer = SyntheticLayer(seed: UInt64(index + 1), byteCount: byteCount / 100 * Self.shares[index])
        let diffID = digestMethod(for: .sha256).begin()
        let digest = digestMethod(for: .sha256).begin()
        let name = "layer-\(index)"
        let file = try BenchFile(folder.path + "/" + name)
        var writtenByteCount: UInt64 = 0
        var piece: [UInt8] = []
        var output: [UInt8] = []
        var goesOn = true
        while goesOn {
            guard !isCancelled() else { return nil }
            piece.removeAll(keepingCapacity: true)
            while goesOn, piece.count < 1 << 20 { goesOn = layer.append(to: &piece) }
            diffID.update(piece.span.bytes)
            output.removeAll(keepingCapacity: true)
            guard compressor.append(piece, goesOn ? .inside : .last, to: &output) else {
                throw BenchError("the compressor failed")
            }
            digest.update(output.span.bytes)
            writtenByteCount += UInt64(output.count)
            try file.append(output)
        }
        try file.close()
        let written = WrittenLayer(digest: digest.finish(), diffID: diffID.finish(), byteCount: writtenByteCount)
        try folder.move(name, to: Self.place(of: written.digest))
        return written
    }
}
