// layerverify: tests of the registry of codecs and of the compressors that people use.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerCodec
import LayerModel
import Testing

@Suite struct CodecsTests {
    @Test func namesAreUnique() {
        #expect(Set(Codecs.all.map(\.name)).count == Codecs.all.count)
    }

    @Test func referencesAreZlibAndLibzstd() {
        #expect(Codecs.reference(for: .gzip)?.name == "zlib")
        #expect(Codecs.reference(for: .zstd)?.name == "zstd")
    }

    @Test func unsupportedCompressionsHaveNoCodec() {
        for compression in [Compression.none, .xz, .bzip2, .lz4] {
            #expect(Codecs.fast(for: compression)?.name == nil)
            #expect(Codecs.reference(for: compression)?.name == nil)
        }
    }

    @Test func fastCodecIsTheFirstThatIsNotDisabled() {
        let names = Codecs.all.filter { $0.compression == .gzip }.map(\.name)
        #expect(names.first == "inflate-lanes")
        #expect(names.last == "zlib")
        for (index, name) in names.enumerated() {
            #expect(Codecs.fast(for: .gzip, disabled: Set(names[..<index].map { $0[...] }))?.name == name)
        }
        #expect(Codecs.fast(for: .gzip, disabled: ["zstd"])?.name == names.first)
    }

    @Test func referenceCannotBeDisabled() {
        #expect(Codecs.fast(for: .gzip, disabled: ["inflate-lanes", "zlib"])?.name == "zlib")
        #expect(Codecs.fast(for: .zstd, disabled: ["zstd-frames", "zstd"])?.name == "zstd")
    }

    @Test func versionsListAllLibraries() {
        let versions = CodecLibraries.versions
        #expect(versions.contains { $0.hasPrefix("zlib 1.") })
        #expect(versions.contains { $0.hasPrefix("libzstd 1.") })
    }
}

/// Streams written by common tools.
@Suite struct ToolTests {
    struct Tool: CustomTestStringConvertible, Sendable {
        let name: String
        let arguments: [String]
        let compression: Compression
        var testDescription: String { ([name] + arguments).joined(separator: " ") }
        var path: String { "/usr/bin/" + name }
        var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
    }

    static let tools: [Tool] = [
        Tool(name: "gzip", arguments: ["-c"], compression: .gzip),
        Tool(name: "gzip", arguments: ["-1", "-c"], compression: .gzip),
        Tool(name: "pigz", arguments: ["-c"], compression: .gzip),
        Tool(name: "pigz", arguments: ["-i", "-b", "128", "-c"], compression: .gzip),
        Tool(name: "pigz", arguments: ["-11", "-b", "512", "-c"], compression: .gzip),
        Tool(name: "igzip", arguments: ["-c"], compression: .gzip),
        Tool(name: "zstd", arguments: ["-q", "-c"], compression: .zstd),
        Tool(name: "zstd", arguments: ["-q", "-19", "--long=27", "-c"], compression: .zstd),
        Tool(name: "zstd", arguments: ["-q", "--fast=5", "--no-check", "-c"], compression: .zstd),
        Tool(name: "pzstd", arguments: ["-q", "-p", "2", "-c"], compression: .zstd),
    ]
    @Test(arguments: tools)
    func decodesTheOutputOfTools(_ tool: Tool) throws {
        guard tool.isThere else {
            Issue.record("skipped: \(tool.path) is not there", severity: .warning)
            return
        }
        let content = Content.text(600_000) + Content.noise(100_000) + Content.zeros(300_000)
        let file = FileManager.default.temporaryDirectory.appending(path: "layerverify-codec-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(content).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: tool.path)
        process.arguments = tool.arguments + [file.path()]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd().map(Array.init) ?? []
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)

        #expect(Compression.detect(prefix: bytes) == tool.compression)
        for codec in Codecs.all where codec.compression == tool.compression {
            for inputByteCount in [1_000, 1 << 17] {
                let decoded = codec.decodeWhole(bytes, inputByteCount: inputByteCount)
                #expect(decoded.ending == .complete, "\(codec.name)")
                #expect(decoded.content == content, "\(codec.name)")
            }
        }
    }
}
