// layerverify: decodes streams with all decoders of the product, for fuzzers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LayerCodec
import LayerModel
import LayerPipeline
import LayerSystem
import SystemPackage

/// Decodes batches of streams from standard input, each with every path of the product.
///
/// Shape: all numbers are little-endian and have 32 bits. A batch is its length without this number, then the length
/// and the bytes of each stream. The answer has one line for each stream and path, `path TAB ending TAB place TAB
/// length TAB digest`. The paths are `small` (the fast path in one thread), `reference`, `pipeline` for streams of more
/// than 64 KiB, and `team`: up to four streams in lockstep, with pieces of input and room whose sizes depend on the
/// number of the batch. An empty line ends the answer.
@main
struct DecoderProbe {
    static func main() {
        let options = PipelineOptions(jobCount: 2)
        let small = SequentialReader(.fast, options: options)
        let reference = SequentialReader(.reference, options: options)
        var batchNumber: UInt64 = 0
        while let batch = Standard.readBatch() {
            let store = MemoryStore(blobs: batch)
            batchNumber += 1
            var answer = ""
            var teams = TeamDecoding(seed: batchNumber)
            let decoded = store.blobs.indices.map { small.facts(of: store.request($0), from: store).uncompressed }
            let pieces = teams.decode(store.blobs, contentByteCounts: decoded.map { $0?.byteCount ?? 0 })
            let pipelined = store.pipelined(options)
            for index in store.blobs.indices {
                answer += line("small", decoded[index])
                answer += line("reference", reference.facts(of: store.request(index), from: store).uncompressed)
                if let facts = pipelined[index] { answer += line("pipeline", facts.uncompressed) }
                if let facts = pieces[index] { answer += line("team", facts) }
            }
            guard Standard.write(answer + "\n") else { return }
        }
    }

    static func line(_ way: String, _ facts: UncompressedFacts?) -> String {
        guard let facts else { return "\(way)\tnone\t0\t0\t\n" }
        let (name, place) = word(facts.ending)
        let digest = facts.digests.first.map { $0.description.dropFirst("sha256:".count) } ?? ""
        return "\(way)\t\(name)\t\(place)\t\(facts.byteCount)\t\(digest)\n"
    }

    static func word(_ ending: StreamEnding) -> (String, UInt64) {
        switch ending {
        case .complete: ("complete", 0)
        case .truncated(let atByte): ("truncated", atByte)
        case .corrupt(let atByte, let fault): ("corrupt: \(fault.rawValue)", atByte)
        case .trailingBytes(let atByte, _): ("trailing", atByte)
        case .disputed(let atByte, _): ("disputed", atByte)
        case .windowTooLarge: ("window", 0)
        case .expansionLimit: ("expansion", 0)
        case .unsupported: ("unsupported", 0)
        case .unread: ("unread", 0)
        }
    }
}

/// Standard input and output.
enum Standard {
    /// The streams of the next batch; nil at the end of the input.
    static func readBatch() -> [[UInt8]]? {
        guard let header = read(4), let batch = read(number(header[...])) else { return nil }
        var rest = batch[...]
        var streams: [[UInt8]] = []
        while rest.count >= 4 {
            let length = number(rest)
            streams.append(Array(rest.dropFirst(4).prefix(length)))
            rest = rest.dropFirst(4 + length)
        }
        return streams
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func read(_ count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filledCount in
            while filledCount < count {
                let part = Glibc.read(STDIN_FILENO, buffer.baseAddress.map { $0 + filledCount }, count - filledCount)
                guard part > 0 else { return }
                filledCount += part
            }
        }
        return bytes.count == count ? bytes : nil
    }

    static func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let part = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard part > 0 else { return false }
            rest = rest.dropFirst(part)
        }
        return true
    }
}

/// Streams in memory, by their index in a batch.
struct MemoryStore: BlobOpener {
    var blobs: [[UInt8]] = []

    func open(_ location: BlobLocation) -> OpenedBlob {
        guard case .range(_, let place, _) = location else { return .missing }
        return .opened(MemoryBlob(blobs[Int(place)]))
    }

    func request(_ index: Int) -> BlobRequest {
        BlobRequest(
            blob: index, location: .range(root: 0, offset: UInt64(index), byteCount: 0),
            expectedByteCount: UInt64(blobs[index].count), digestAlgorithms: [.sha256], diffIDAlgorithms: [.sha256])
    }

    /// The facts of all streams that are too large for the reader in one thread, from the scheduler, which reads in
    /// parts if it finds members.
    func pipelined(_ options: PipelineOptions) -> [Int: BlobFacts] {
        let indices = blobs.indices.filter { blobs[$0].count > 64 << 10 }
        guard !indices.isEmpty else { return [:] }
        let result = Locked<[Int: BlobFacts]>([:])
        let crew = WorkCrew(size: options.jobCount)
        let pipeline = Pipeline(opener: self, options: options, crew: crew) { request, facts in
            result.withLock { $0[request.blob] = facts }
        }
        pipeline.submit(indices.map(request))
        pipeline.finishSubmitting()
        crew.runAll()
        return result.withLock { $0 }
    }
}

final class MemoryBlob: BlobReader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var byteCount: UInt64 { UInt64(bytes.count) }
    var identity: FileIdentity {
        FileIdentity(device: 1, inode: 1, byteCount: byteCount, modificationNanoseconds: 0, changeNanoseconds: 0)
    }
    func currentIdentity() throws(Errno) -> FileIdentity { identity }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        guard offsetBytes < byteCount else { return 0 }
        let part = bytes[Int(offsetBytes)...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }
}
