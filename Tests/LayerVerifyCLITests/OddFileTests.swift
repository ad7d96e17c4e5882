// layerverify: files that are not what they should be.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct OddFileTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    static let commands = [
        "mkfifo", "mkdir", "python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])'",
        "ln -s /dev/zero", "ln -s /etc/passwd", "ln -s ../../../../../../../../etc/passwd",
    ]

    /// Replaces a file by something else.
    private func replace(_ file: URL, _ command: String) throws {
        try FileManager.default.removeItem(at: file)
        // Run in the folder, because the address of a socket has at most 107 bytes.
        try workshop.run(
            "sh", "-c", "cd \"$1\" && \(command) \"$2\"", "sh", file.deletingLastPathComponent().path,
            file.lastPathComponent)
    }

    @Test(arguments: commands, ["blob", "index.json", "oci-layout"])
    func aBlobThatIsNotARegularFileIsRefuted(_ command: String, _ place: String) throws {
        if command.hasPrefix("python3"), !ProgramRun.areInstalled("python3") { return }
        let layer = try workshop.plainLayout("image")
        try replace(place == "blob" ? layer : workshop.url("image/" + place), command)
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        // The target of a link that is not followed may be the file.
        let isLink = command.hasPrefix("ln")
        #expect(run.status == (isLink ? 2 : 1), "\(run.run.transcript)")
        #expect(run.codes.contains(isLink ? "link-not-followed" : "blob-not-regular"))
        #expect(!run.codes.contains("blob-missing"))
        run.expectPeak()
    }

    @Test(arguments: ["mkfifo", "mkdir", "ln -s /dev/zero"], ["layer.tar", "config.json", "manifest.json"])
    func aDocumentThatIsNotARegularFileInAnExtractedArchiveIsNotAnImage(_ command: String, _ place: String) throws {
        try workshop.run("mkdir", workshop.path("image"))
        try Data(count: 1024).write(to: workshop.url("image/layer.tar"))
        let diffID = "sha256:" + (try workshop.sha256(workshop.path("image/layer.tar")))
        try Data(
            #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["\#(diffID)"]}}"#.utf8
        ).write(to: workshop.url("image/config.json"))
        try Data(#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["layer.tar"]}]"#.utf8)
            .write(to: workshop.url("image/manifest.json"))
        #expect(try MeasuredRun.verify(workshop.path("image")).status == 0)
        try replace(workshop.url("image/" + place), command)
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status != 0, "\(run.run.transcript)")
        let codes: Set = ["blob-not-regular", "link-not-followed", "not-an-image"]
        #expect(!codes.isDisjoint(with: run.codes))
    }

    @Test func aDanglingLinkIsAMissingBlob() throws {
        try replace(try workshop.plainLayout("image"), "ln -s nothing")
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        #expect(run.codes == ["blob-missing"])
    }

    @Test func aLoopOfLinksCannotBeRead() throws {
        let layer = try workshop.plainLayout("image")
        try replace(layer, "ln -s \(layer.lastPathComponent)")
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 2)
        #expect(run.codes == ["blob-unreadable"])
    }

    @Test func aLinkedFolderLeadsOutOfTheImage() throws {
        _ = try workshop.plainLayout("image")
        try workshop.run("mv", workshop.path("image/blobs"), workshop.path("elsewhere"))
        try workshop.run("ln", "-s", workshop.path("elsewhere"), workshop.path("image/blobs"))
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 2)
        #expect(Set(run.codes) == ["link-not-followed"])
        #expect(try MeasuredRun.verify(workshop.path("image"), "--follow-symlinks=anywhere").status == 0)
    }

    @Test(arguments: zip([0, 1, 4999] as [UInt64], [[], ["layer-not-tar"], ["layer-tar-truncated"]]))
    func aTruncatedLayerIsRefuted(_ byteCount: UInt64, _ contents: [String]) throws {
        try workshop.sparse(try workshop.plainLayout("image"), byteCount: byteCount)
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        #expect(run.codes == ["blob-size-mismatch", "blob-digest-mismatch"] + contents + ["diffid-mismatch"])
    }

    @Test(arguments: ["index.json", "oci-layout"])
    func anEmptyDocumentIsRefuted(_ name: String) throws {
        _ = try workshop.plainLayout("image")
        try Data().write(to: workshop.url("image/" + name))
        let run = try MeasuredRun.verify(workshop.path("image"))
        #expect(run.status == 1)
        #expect(run.codes.contains("json-invalid"))
    }

    static let isRootWithSetpriv = getuid() == 0 && ProgramRun.areInstalled("setpriv")

    @Test(
        .enabled(if: isRootWithSetpriv, "needs root and setpriv, to run as somebody who may not read a file"),
        arguments: [
            ("layer", "blob-unreadable"), ("index.json", "blob-unreadable"), ("blobs/sha256", "path-unreadable"),
        ])
    func aBlobWithoutReadPermissionIsUndetermined(_ place: String, _ code: String) throws {
        let layer = try workshop.plainLayout("image")
        // Other users need access to the folder of the image and of the program.
        try workshop.run("chmod", "755", workshop.folder.url.path)
        try workshop.run("cp", ProgramRun.layerverifyPath, workshop.path("program"))
        try workshop.run("chmod", "0", place == "layer" ? layer.path : workshop.path("image/" + place))
        let run = try ProgramRun.run(
            "setpriv",
            [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", workshop.path("program"),
                workshop.path("image"),
            ])
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("unchecked[\(code)]"))
        #expect(!run.text.contains("error["))
    }

    // Sizes. A sparse file of 1 TiB takes no space, and ten minutes to hash.

    @Test(arguments: ["index.json", "oci-layout"])
    func aDocumentOfATebibyteIsNotRead(_ name: String) throws {
        _ = try workshop.plainLayout("image")
        try workshop.sparse(workshop.url("image/" + name), byteCount: 1 << 40)
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 2)
        #expect(run.codes.contains("document-too-large"))
        run.expectPeak()
    }

    @Test func everyBlobOfATebibyteUnderASmallClaimIsRefuted() throws {
        _ = try workshop.plainLayout("image")
        for blob in try workshop.blobs(of: "image") {
            try workshop.run("cp", "-r", workshop.path("image"), workshop.path("copy"))
            try workshop.sparse(
                workshop.url("copy/blobs/sha256/" + blob.lastPathComponent), byteCount: 1 << 40)
            let run = try MeasuredRun.verify(workshop.path("copy"), seconds: 20)
            #expect(run.status == 1, "\(run.run.transcript)")
            #expect(run.codes.contains("blob-size-mismatch"))
            #expect(run.codes.contains("claim-unchecked"))
            run.expectPeak()
            try workshop.run("rm", "-r", workshop.path("copy"))
        }
    }

    @Test func aManifestThatIsClaimedToBeATebibyteIsUndetermined() throws {
        try workshop.run("mkdir", "-p", workshop.path("image/blobs/sha256"))
        try workshop.sparse(
            workshop.url("image/blobs/sha256/" + ImageFixture.digest(1).dropFirst(7)), byteCount: 1 << 40)
        try workshop.writeLayout(
            "image",
            manifests: [
                ["mediaType": ImageFixture.manifest, "digest": ImageFixture.digest(1), "size": UInt64(1) << 40]
            ])
        let run = try MeasuredRun.verify(workshop.path("image"), seconds: 20)
        #expect(run.status == 2, "\(run.run.transcript)")
        #expect(run.codes.contains("document-too-large"))
    }

    @Test(arguments: ["truncate -s +1", "truncate -s 1000", "touch"])
    func aFileThatChangesWhileItIsReadIsUndetermined(_ command: String) throws {
        try workshop.longLayout("image", byteCount: 512 << 20)
        let layer = workshop.path("image/blobs/sha256/" + ImageFixture.digest(0xb).dropFirst(7))
        let script = """
            "$1" --format json "$2" & run=$!
            until ls -l /proc/$run/fd | grep -q "$3"; do sleep 0.02; done
            \(command) "$3"; wait $run
            """
        let run = try ProgramRun.run(
            "sh", ["-c", script, "sh", ProgramRun.layerverifyPath, workshop.path("image"), layer])
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("blob-changed"))
    }

    @Test func namesThatAreNotUTF8AreReportedAndEscaped() throws {
        _ = try workshop.plainLayout("image")
        try workshop.run(
            "sh", "-c", #"cd "$1" && : > "$(printf 'a\377\033[31mb')" && : > "$(printf 'line\nbreak')""#, "sh",
            workshop.path("image/blobs/sha256"))
        let run = try ProgramRun.layerverify("--verbose", workshop.path("image"))
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.components(separatedBy: "blob-name-invalid").count == 3)
        #expect(!run.text.contains("\u{1b}"))
        #expect(run.text.contains("line\\nbreak"))
    }

    @Test func namesOfImagesAreEscapedForTheTerminal() throws {
        _ = try workshop.plainLayout("image")
        let index = try String(contentsOf: workshop.url("image/index.json"), encoding: .utf8)
        let annotation =
            #""annotations":{"org.opencontainers.image.ref.name":"\u001b]0;gotcha\u0007\u202e\n"},"digest""#
        try Data(index.replacing(#""digest""#, with: annotation).utf8).write(to: workshop.url("image/index.json"))
        let run = try ProgramRun.layerverify(workshop.path("image"))
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.contains("gotcha"))
        #expect(!run.text.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{7}" || $0 == "\u{202e}" })
    }
}
