// layerverify: the program that makes the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Foundation

/// Writes `good/`, `bad/`, `README.md` and `libraries.txt` into the folder given as argument, by default `corpus`.
@main
enum CorpusGenerator {
    static func main() throws {
        let folder = URL(filePath: CommandLine.arguments.dropFirst().first ?? "corpus", directoryHint: .isDirectory)
        let cases = corpusCases
        precondition(Set(cases.map { $0.group + "/" + $0.name }).count == cases.count, "two cases share a name")
        for group in ["good", "bad"] {
            let path = folder.appending(path: group)
            if FileManager.default.fileExists(atPath: path.path) { try FileManager.default.removeItem(at: path) }
        }
        for item in cases { try write(item, below: folder.appending(path: item.group).appending(path: item.name)) }
        try write(Array(readme(cases).utf8), to: folder.appending(path: "README.md"))
        // Other versions of the two libraries write other bytes for the same cases; scripts/corpus-check compares the
        // versions.
        let libraries = "zlib \(String(cString: zlibVersion()))\nzstd \(String(cString: ZSTD_versionString()))\n"
        try write(Array(libraries.utf8), to: folder.appending(path: "libraries.txt"))
    }

    private static func write(_ item: CorpusCase, below folder: URL) throws {
        try write(item.expectation.prettyBytes, to: folder.appending(path: "expect.json"))
        for file in item.image.files { try write(file.bytes, to: folder.appending(path: file.name)) }
        let image = folder.appending(path: item.packing.name)
        switch item.packing {
        case .folder, .folders:
            for entry in item.image.entries {
                let url = image.appending(path: entry.path)
                switch entry.node {
                case .file(let bytes): try write(bytes, to: url)
                case .symbolicLink(let target):
                    try makeFolder(of: url)
                    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
                case .hardLink, .folder, .special:
                    preconditionFailure("\(item.name): \(entry.path) can only lie in an archive")
                }
            }
        case .archive(let format):
            try write(TarWriter.archive(item.image.entries, format), to: image)
        case .damagedArchive(let format, let damage):
            try write(damage(TarWriter.archive(item.image.entries, format)), to: image)
        }
    }

    private static func write(_ bytes: [UInt8], to url: URL) throws {
        try makeFolder(of: url)
        try Data(bytes).write(to: url)
    }

    private static func makeFolder(of url: URL) throws {
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    }
}
