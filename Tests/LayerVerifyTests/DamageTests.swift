// layerverify: damage of any blob of any good image is detected.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerVerify
import Testing
import TestSupport

/// Every blob of every good case of the corpus is damaged in turn: the outcome must never be "verified".
@Suite("Damage")
struct DamageTests {
    /// A good case of the corpus.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var image: URL

        var testDescription: String { name }

        static let all: [Case] = {
            let folder = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../corpus/good").standardizedFileURL
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().compactMap { name in
                ["image", "image.tar", "images"].map { folder.appending(path: name).appending(path: $0) }
                    .first { FileManager.default.fileExists(atPath: $0.path) }
                    .map { Case(name: name, image: $0) }
            }
        }()

        /// In these cases the options select a part of the image, allow an empty store, or follow links, and the rest is
        /// not checked; or they excuse damage.
        static let partial: Set = [
            "oci-platform-selected", "oci-ref-selected", "oci-no-images-allowed", "blob-links-anywhere",
        ]
        static let whole = all.filter { item in
            !partial.contains(item.name)
                && !["ref-", "platform-", "ignore-", "baseline-"].contains { item.name.hasPrefix($0) }
        }
    }

    /// Files without a claim in the image, by name or path, and the reason.
    static let unclaimed: [String: String] = [
        "index.json": "the entry point: no digest in a layout covers it",
        "oci-layout": "a marker with a version; no digest covers it",
        "manifest.json": "the entry point of a docker-save archive: no digest covers it",
        "repositories": "names for the images; no digest covers it",
        "VERSION": "a relic of old docker-save archives that nothing refers to",
        "json": "a relic of old docker-save archives that nothing refers to",
        "config.json": "Jib's name for the config: a name that is no digest claims nothing",
        "notes": "a file that no document names",
        "links/deep/file": "what a link would lead to from another place than its own",
        "README": "a file that is no blob",
        "packed": "a compressed archive in a folder: it may be removed, and damage can make it a file of another kind",
        "packed.tgz": "the same; zeros after the stream are padding",
        "packed.tzst": "the same; StreamTests and SearchTests damage compressed archives",
        "backup.tar": "an archive that is no image", "notes.gz": "a file that is no image",
        "sources.tgz": "a compressed archive that is no image",
        "a.bin": "a blob of something that is no image",
        "version": "the version of something else", "images.yml": "imgpkg's list, which is not read",
        ".DS_Store": "a file among the blobs whose name is no digest",
        "._config": "a file among the blobs whose name is no digest",
    ]

    /// One way to damage a blob.
    struct Damage: Sendable {
        var name: String
        /// Returns the damaged bytes; nil if these bytes cannot be damaged this way.
        var change: @Sendable (Data) -> Data?

        static func flip(_ name: String, at offset: @escaping @Sendable (Int) -> Int) -> Damage {
            Damage(name: "flip " + name) { data in
                guard !data.isEmpty else { return nil }
                var bytes = [UInt8](data)
                bytes[offset(bytes.count)] ^= 0x10
                return Data(bytes)
            }
        }

        static func cut(_ name: String, to count: @escaping @Sendable (Int) -> Int) -> Damage {
            Damage(name: "cut " + name) { data in data.isEmpty ? nil : data.prefix(count(data.count)) }
        }

        static let all: [Damage] = [
            flip("first") { _ in 0 }, flip("middle") { $0 / 2 }, flip("last") { $0 - 1 },
            cut("to nothing") { _ in 0 }, cut("to one byte") { min(1, $0 - 1) }, cut("in the middle") { $0 / 2 },
            cut("by eight bytes") { max(0, $0 - 8) }, cut("by one byte") { $0 - 1 },
            Damage(name: "append a zero") { $0 + [0] },
            Damage(name: "append a block of zeros") { $0 + Data(count: 512) },
            Damage(name: "append text") { $0 + Data("appended".utf8) },
        ]

        /// All of them if slow tests are requested, otherwise a quarter for each blob, a different one for consecutive
        /// blobs.
        static func some(forBlob place: Int) -> [Damage] {
            all.enumerated().filter { SlowTests.areWanted || $0.offset % 4 == place % 4 }.map(\.element)
        }
    }

    @Test func everyCaseIsFound() {
        #expect(Case.all.count >= 25)
    }

    @Test(arguments: Case.whole.filter { $0.image.pathExtension == "tar" })
    func anArchiveWrittenAgainIsTheSame(_ item: Case) throws {
        let archive = try Data(contentsOf: item.image)
        let pieces = TarPieces(archive)
        for (place, entry) in pieces.entries.enumerated() {
            #expect(pieces.replacing(place, with: entry.data) == archive)
            #expect(archive.dropFirst(pieces.offset(of: place)).prefix(entry.data.count) == entry.data)
        }
        #expect(
            pieces.entries.contains {
                $0.isFile && $0.name.hasSuffix("manifest.json") || $0.name.hasSuffix("index.json")
            })
    }

    @Test(arguments: Case.whole)
    func goodImageIsVerified(_ item: Case) throws {
        #expect(try Verifier().verify([item.image.path]).outcome == .verified)
    }

    @Test(arguments: Case.whole)
    func damagedBlobIsNeverVerified(_ item: Case) throws {
        let folder = try ScratchFolder()
        let copy = folder.url.appending(path: item.image.lastPathComponent)
        try FileManager.default.copyItem(at: item.image, to: copy)
        let verifier = try Verifier()
        func expectRefusal(_ damage: String, of path: String) {
            let outcome = verifier.verify([copy.path]).outcome
            #expect(outcome != .verified, "\(item.name): \(path): \(damage)")
        }
        if item.image.pathExtension == "tar" {
            let archive = try Data(contentsOf: item.image)
            let pieces = TarPieces(archive)
            for (place, entry) in pieces.entries.enumerated() where entry.isFile && isClaimed(entry.name) {
                for damage in Damage.some(forBlob: place) {
                    guard let damaged = damage.change(entry.data) else { continue }
                    try pieces.replacing(place, with: damaged).write(to: copy)
                    expectRefusal(damage.name, of: entry.name)
                }
                guard !entry.data.isEmpty else { continue }
                let start = pieces.offset(of: place)
                let ends = [start, start + entry.data.count / 2, start + entry.data.count - 1]
                for (number, count) in ends.enumerated() where SlowTests.areWanted || number == place % 3 {
                    try archive.prefix(count).write(to: copy)
                    expectRefusal("the archive cut to \(count) bytes", of: entry.name)
                }
            }
        } else {
            for (place, path) in try regularFiles(below: copy).enumerated() where isClaimed(path) {
                let url = copy.appending(path: path)
                let content = try Data(contentsOf: url)
                for damage in Damage.some(forBlob: place) {
                    guard let damaged = damage.change(content) else { continue }
                    try damaged.write(to: url)
                    expectRefusal(damage.name, of: path)
                }
                try FileManager.default.removeItem(at: url)
                if !mayBeMissing(path, in: item) { expectRefusal("remove", of: path) }
                try content.write(to: url)
            }
        }
    }

    private func isClaimed(_ path: String) -> Bool {
        Self.unclaimed[path] == nil && Self.unclaimed[path.split(separator: "/").last.map(String.init) ?? ""] == nil
    }

    /// Whether a blob may be missing: an unreferenced one, or a layer that may be absent by the specification.
    private func mayBeMissing(_ path: String, in item: Case) -> Bool {
        switch item.name {
        // Without one platform the others are still an image.
        case "oci-multi-platform", "oci-docker-manifest-list", "oci-sparse-index", "attestation",
            "reference-of-two-platforms", "expect-digest-index":
            true
        case "oci-unreferenced-blob", "nondistributable-present", "platform-absent-other-left": true
        default: false
        }
    }

    /// Paths below `folder` of regular files, without links to them.
    private func regularFiles(below folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().filter { path in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: path).path)
            return attributes[.type] as? FileAttributeType == .typeRegular
        }
    }
}
