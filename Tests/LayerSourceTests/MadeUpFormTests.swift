// layerverify: tests of what a form of image has to tell.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import Testing

@testable import LayerSource

/// A further form is found, searched, explained and protected, although no other file knows its names.
@Suite struct MadeUpFormTests {
    private let folder: ImageFolder

    init() throws { folder = try ImageFolder() }

    private func find(_ name: String = "", _ forms: ImageSources = .withJigsaw) -> ImageFinder {
        var finder = ImageFinder(forms: forms)
        finder.find(folder.path + name)
        return withExtendedLifetime(folder) { finder }
    }

    private func forms(_ finder: ImageFinder) -> [String] { finder.found.map(\.record.form.rawValue) }

    private static let picture = "not really a picture"
    private static let document = #"{"pictures/sky.tar":"\#(ContentDigest.of(Array(picture.utf8), .sha256))"}"#

    /// An archive that is an image of another form.
    private static let image: [UInt8] = .entry("manifest.json", "[]") + .end

    @Test func itIsFoundInAFolderAndItsClaimsAreMade() throws {
        try folder.write(Self.document, to: "below/jigsaw.json")
        try folder.write(Self.picture, to: "below/pictures/sky.tar")
        let finder = find()
        #expect(forms(finder) == ["jigsaw"])
        let inventory = withExtendedLifetime(folder) { gather(finder) }
        #expect(inventory.codes.isEmpty)
        #expect(inventory.claims.map { $0.place.description } == ["jigsaw.json#/pictures/sky.tar"])
        #expect(!forms(find("", .supported)).contains("jigsaw"))
    }

    @Test func itIsFoundInAnArchive() throws {
        let archive: [UInt8] =
            .entry("pictures/sky.tar", Self.picture) + .entry("jigsaw.json", Self.document) + .end
        try folder.write(archive, to: "a.tar")
        let finder = find()
        #expect(forms(finder) == ["jigsaw-archive"])
        #expect(withExtendedLifetime(folder) { gather(finder) }.claims.count == 1)
    }

    /// Files that the image lists or that have the names of its parts are not images of their own.
    @Test func itsPartsAreNotImagesAndOtherFilesAre() throws {
        try folder.write(Self.document, to: "jigsaw.json")
        for part in ["pictures/sky.tar", "pieces/1.tar", "piece-1/picture.tar"] {
            try folder.write(Self.image, to: part)
        }
        #expect(forms(find()) == ["jigsaw"])
        try folder.write(Self.image, to: "other.tar")
        try folder.write(Self.image, to: "corner-1/picture.tar")
        #expect(forms(find()) == ["jigsaw", "docker-archive", "docker-archive"])
    }

    @Test func aDamagedArchiveOfItIsRecognised() throws {
        let archive: [UInt8] = .entry("jigsaw.json", Self.document) + .entry("pictures/sky.tar", Self.picture)
        let beginning = archive.prefix(3 * 512)
        #expect(PackedArchive(Array(beginning), .withJigsaw).looksLikeImage)
        #expect(!PackedArchive(Array(beginning), .supported).looksLikeImage)
        try folder.write(Array(beginning) + [UInt8](repeating: 7, count: 1024), to: "a.tar")
        #expect(forms(find()) == ["jigsaw-archive"])
    }

    @Test func aDocumentAloneAndAPartAreExplained() throws {
        try folder.write("{}", to: "alone/box.json")
        let messages = find("/alone").found.compactMap { $0.finding?.message }
        #expect(messages.contains("box.json of a jigsaw without its pieces"))
        try folder.write(Self.document, to: "image/jigsaw.json")
        let part = find("/image/jigsaw.json").found.first?.finding
        #expect(part?.hint?.contains("verifies the image that this belongs to") == true)
        let layer = OwningImage(of: folder.path + "/image/piece-1/picture.tar", .withJigsaw)
        #expect(layer?.hint.contains("computes the digests of this file") == true)
        try folder.makeFolder("empty")
        #expect(find("/empty").found.first?.finding?.message.contains("jigsaw.json") == true)
    }

    /// `--output` asks for these names.
    @Test func itsDocumentsAreProtected() {
        #expect(ImageSources.withJigsaw.documents.contains("jigsaw.json"))
        #expect(ImageSources.supported.documents == ["oci-layout", "index.json", "manifest.json", "repositories"])
        #expect(ImageSources.withJigsaw.forms.map(\.rawValue).contains("jigsaw-archive"))
    }
}
