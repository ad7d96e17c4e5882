// layerverify: tests of listing files by tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerVerify
import TestSupport
import Testing

@Suite struct TableListTests {
    private func image(mode: Int = 0o4755, isAnnotated: Bool = true) throws -> SmallImage {
        let layer = TOCVerdictTests.layer(mode: mode)
        return try SmallImage(
            [layer.stored], diffIDs: [layer.uncompressed], annotations: isAnnotated ? layer.annotations : nil)
    }

    private func files(_ image: SmallImage, digestsFiles: Bool = false) throws -> ImageFiles {
        let verifier = try Verifier()
        return withExtendedLifetime(image) {
            verifier.readFilesBlocking(in: .path(image.path), digestsFiles: digestsFiles, fromTables: true)
        }
    }

    private func text(_ files: ImageFiles, as format: ImageFiles.Format, isLong: Bool = false) throws -> String {
        var bytes: [UInt8] = []
        try files.write(
            "/", ImageFiles.ListOptions(isRecursive: true), as: format, style: ImageFiles.Style(isLong: isLong)
        ) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The table is believed, and the outcome says that nothing was verified.
    @Test func theFilesAreThoseOfTheTable() throws {
        let files = try files(try image())
        #expect(files.isFromTables && files.outcome == .undetermined)
        #expect(try text(files, as: .text) == "-rwsr-xr-x  0:0                5  1970-01-01 00:00:00  1  content\n")
        #expect(files.problems.count == 1 && files.problems[0].contains("layers were not read"))
    }

    @Test func eachFormatSaysWhereTheFilesComeFrom() throws {
        let files = try files(try image(), digestsFiles: true)
        let json = try text(files, as: .json)
        #expect(json.contains("\"source\": \"tables\"") && json.contains("\"outcome\": \"undetermined\""))
        // The digest is that of the table, and the place in the tar is not known.
        let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        #expect(json.contains("\"sha256\": \"\(digest)\"") && !json.contains("headerOffset"))
        #expect(try text(files, as: .mtree).contains("# files of tables of contents; the layers were not read\n"))
        #expect(
            try text(files, as: .text, isLong: true).hasPrefix(
                "# files of tables of contents; the layers were not read"))
        let plain = try self.files(try image())
        #expect(try !text(plain, as: .json).contains("sha256\": "))
    }

    @Test func theLayerIsNotRead() throws {
        let image = try image()
        var stored = TOCVerdictTests.layer(mode: 0o4755).stored
        stored[30] ^= 1
        try image.write(stored, to: image.layerPaths[0])
        #expect(try text(try files(image), as: .text).contains("content"))
    }

    @Test func aTableThatIsNotTheAnnotatedOneRefutes() throws {
        let image = try image()
        var stored = TOCVerdictTests.layer(mode: 0o4755).stored
        // The checksum of the tar header before the table does not cover it.
        let place = try #require(stored.firstRange(of: Array("\"mode\":".utf8))).upperBound
        stored[place] = UInt8(ascii: "1")
        try image.write(stored, to: image.layerPaths[0])
        let files = try files(image)
        #expect(files.outcome == .refuted)
        #expect(throws: Verifier.Error.self) { try text(files, as: .text) }
        #expect(files.problems.contains { $0.contains("another digest than its annotation gives") })
    }

    @Test func aLayerOfAnotherSizeRefutes() throws {
        let image = try image()
        try image.write([0] + TOCVerdictTests.layer(mode: 0o4755).stored, to: image.layerPaths[0])
        let files = try files(image)
        #expect(files.outcome == .refuted)
        #expect(throws: Verifier.Error.self) { try text(files, as: .text) }
    }

    /// A footer alone is not enough: nothing says which table it must be.
    @Test func aTableWithoutAnnotationIsNotListed() throws {
        let files = try files(try image(isAnnotated: false))
        #expect(files.outcome == .undetermined && files.image != nil)
        #expect(files.problems.contains { $0.contains("name no table of contents") })
        #expect(throws: Verifier.Error.self) { try text(files, as: .text) }
    }

    @Test func theContentOfFilesIsNotRead() throws {
        let files = try files(try image())
        do throws(Verifier.Error) {
            try files.readContent(of: "content") { _ in true }
            Issue.record("the content was read")
        } catch {
            #expect(error.code == .filesUnknown)
        }
    }
}
