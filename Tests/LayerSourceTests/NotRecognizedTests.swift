// layerverify: tests of messages about paths that are not images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSource
import LayerSystem
import Testing

@Suite struct NotRecognizedTests {
    let folder: ImageFolder

    init() throws { folder = try ImageFolder() }

    private func found(at name: String) -> [ImageFinder.Found] {
        var finder = ImageFinder()
        finder.find(folder.path + name)
        return withExtendedLifetime(folder) { finder.found }
    }

    /// Expects one undetermined finding about a path, and words in its message and its hint.
    private func expect(_ name: String, _ message: String?, _ hint: String? = nil) {
        let findings = found(at: name).compactMap { $0.finding }
        #expect(findings.count == 1)
        guard let finding = findings.first else { return }
        #expect(finding.outcome == .undetermined)
        if let message { #expect(finding.message.contains(message), "\(finding.message)") }
        if let hint { #expect(finding.hint?.contains(hint) == true, "\(finding.hint ?? "no hint")") }
    }

    struct Sample {
        var bytes: [UInt8]
        var message: String
        var hint: String?

        init(_ bytes: [UInt8], _ message: String, _ hint: String? = nil) {
            self.bytes = bytes
            self.message = message
            self.hint = hint
        }

        init(_ text: String, _ message: String, _ hint: String? = nil) {
            self.init(Array(text.utf8), message, hint)
        }

        /// Bytes at an offset, with zeros before them.
        init(at offset: Int, _ bytes: [UInt8], _ message: String) {
            self.init([1] + [UInt8](repeating: 0, count: offset - 1) + bytes + [0], message)
        }
    }

    static let samples: [Sample] = [
        Sample([], "the file is empty"),
        Sample([0xff, 0xfe, 0x62, 0, 0x6c, 0], "UTF-16 text", "docker save -o FILE IMAGE"),
        Sample([0xef, 0xbb, 0xbf] + Array("blobs/".utf8), "byte order mark", "docker save -o FILE IMAGE"),
        Sample(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer", "git lfs pull"),
        Sample("/annex/objects/SHA256E-s1--0.tar\n", "a git-annex pointer", "git annex get"),
        Sample("\n<!DOCTYPE html>\n<html></html>\n", "an HTML page", "download it again"),
        Sample("<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>", "an XML document", "download it again"),
        Sample(
            #"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#,
            "an error message of a registry", "download it again"),
        Sample(#"{"imageLayoutVersion":"1.0.0"}"#, "the oci-layout of an image layout", "a part of"),
        Sample(#"{"schemaVersion":2,"manifests":[{"digest":"sha256:0"}]}"#, "an image index"),
        Sample(#"{"schemaVersion":2,"config":{"digest":"sha256:0"},"layers":[]}"#, "an image manifest"),
        Sample(#"{"rootfs":{"type":"layers","diff_ids":[]}}"#, "an image config"),
        Sample(#"{"name":"x"}"#, "a JSON document"), Sample("[1, 2]\n", "a JSON document"),
        Sample("some text\n", "the file is text"), Sample("#!/bin/sh\necho\n", "a script"),
        Sample([0x50, 0x4b, 3, 4, 20, 0], "a zip archive", "unpack it"),
        Sample([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4], "a 7z archive"),
        Sample([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4], "xz-compressed", "xz -dc"),
        Sample(Array("BZh91AY&SY".utf8), "bzip2-compressed", "bzip2 -dc"),
        Sample([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40], "lz4-compressed", "lz4 -dc"),
        Sample([0x7f, 0x45, 0x4c, 0x46, 2, 1], "an ELF program"),
        Sample(Array("hsqs".utf8) + [1, 0, 0, 0], "a squashfs file system", "not an image of layers"),
        Sample([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3], "a qcow2 disk image"),
        Sample(at: 1080, [0x53, 0xef], "an ext2, ext3 or ext4 file system"),
        Sample(at: 32769, Array("CD001".utf8), "an ISO 9660 image"),
        Sample([UInt8](repeating: 0, count: 600), "nothing but zeros"),
        Sample([1, 2, 3, 0xff, 0], "neither a tar archive nor a folder"),
        // A tar header within a program does not make it an archive.
        Sample(
            [0x7f, 0x45, 0x4c, 0x46] + [UInt8](repeating: 0, count: 508) + .entry("x", "y"), "an ELF program"),
        // printf text | gzip; printf '' | gzip
        Sample(
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x2b, 0x49, 0xad, 0x28, 1, 0, 0xc6, 0x1d, 0x7c, 0xc1, 4, 0, 0, 0],
            "gzip-compressed, and its content is text"),
        Sample(
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0], "nothing comes out"),
    ]

    @Test(arguments: samples.indices) func theKindOfAFileIsThatOfItsFirstBytes(_ place: Int) throws {
        let sample = Self.samples[place]
        try folder.write(sample.bytes, to: "file")
        expect("/file", sample.message, sample.hint)
    }

    // Archives

    private func write(_ entries: [UInt8]..., to name: String) throws {
        try folder.write(Array((entries + [.end]).joined()), to: name)
    }

    @Test func anArchiveOfARootFileSystemGetsAHintAboutDockerSave() throws {
        let folders = ["bin/", "dev/", "etc/", "proc/", "usr/"].map { [UInt8].entry($0, type: "5") }
        try folder.write(Array((folders + [.end]).joined()), to: "root.tar")
        expect("/root.tar", "a root file system", "layerverify digest \(folder.path)/root.tar")
        try folder.write(Array((folders + [.entry(".dockerenv", ""), .end]).joined()), to: "export.tar")
        expect("/export.tar", "as docker export writes it", "docker save -o FILE IMAGE")
    }

    @Test func aLayerAloneGetsAHintAboutDigest() throws {
        try write(.entry("etc/.wh.old", ""), .entry("etc/new", "x"), to: "a layer.tar")
        expect("/a layer.tar", "a single layer", "layerverify digest '\(folder.path)/a layer.tar'")
    }

    @Test func anImageOneFolderDownInAnArchiveIsNamed() throws {
        try write(
            .entry("app/", type: "5"), .entry("app/oci-layout", "{}"), .entry("app/index.json", "{}"),
            .entry("app/blobs/sha256/x", ""), to: "app.tar")
        expect("/app.tar", "in app/", "tar -xf \(folder.path)/app.tar && layerverify app")
        try write(.entry("a/b/manifest.json", "[]"), .entry("a/b/c/x", ""), to: "deep.tar")
        expect("/deep.tar", "in a/b/", "layerverify a/b")
        try write(.entry("app/oci-layout", "{}"), .entry("app/index.json", "{}"), .entry("x", ""), to: "two.tar")
        expect("/two.tar", "holds no image")
    }

    @Test func anIndexWithoutItsLayoutIsNotAnImage() throws {
        try write(.entry("index.json", #"{"schemaVersion":2}"#), to: "plain.tar")
        expect("/plain.tar", "holds no image")
        let index = ImageFolder.index([folder.descriptor("x", MediaTypes.manifest)])
        // A search may find a saved document. An index that was given is a layout without its other files.
        try write(.entry("index.json", index), to: "below/index.tar")
        expect("/below", "without oci-layout and blobs/")
        #expect(found(at: "/below/index.tar").map { $0.source != nil } == [true])
        try folder.write(index, to: "above/folder/index.json")
        expect("/above", "without oci-layout and blobs/")
        #expect(found(at: "/above/folder").map { $0.source != nil } == [true])
    }

    // Folders, and parts of an image

    @Test func aPartOfAnImageNamesTheImage() throws {
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "app/oci-layout")
        try folder.write(ImageFolder.index([]), to: "app/index.json")
        let hex = String(repeating: "a1", count: 32)
        try folder.write("blob", to: "app/blobs/sha256/" + hex)
        let verify = "layerverify \(folder.path)/app verifies"
        for name in ["/index.json", "/oci-layout", "/blobs", "/blobs/", "/blobs/sha256"] {
            expect("/app" + name, nil, verify)
        }
        expect("/app/blobs/sha256/" + hex, "the file is text", verify)
        expect("/app/blobs/sha256/" + hex, nil, "layerverify digest \(folder.path)/app/blobs/sha256/\(hex)")
        // A file with this name elsewhere is not a part of an image.
        try folder.write("{}", to: "web/index.json")
        expect("/web/index.json", "a JSON document")
        #expect(found(at: "/web/index.json").first?.finding?.hint == nil)
    }

    @Test func aRootFileSystemIsRecognised() throws {
        for name in ["bin", "etc", "lib", "usr", "var"] { try folder.makeFolder(name) }
        expect("", "a root file system")
        try folder.makeFolder("etc/empty")
        expect("/etc/empty", "the folder is empty")
    }

    @Test func aDanglingLinkNamesItsTarget() throws {
        try folder.link("latest", to: "gone/image.tar")
        let finding = try #require(found(at: "/latest").first?.finding)
        #expect(finding.code == .pathMissing)
        #expect(finding.message == "a symbolic link to 'gone/image.tar', where nothing is")
    }

    @Test func aFileOfTheKernelDidNotChange() throws {
        var finder = ImageFinder()
        finder.find("/proc/self/status")
        let finding = try #require(finder.found.first?.finding)
        #expect(finding.code == .notAnImage)
        #expect(finding.message.contains("the kernel shows its own state"))
    }
}
