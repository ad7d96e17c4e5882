// layerverify: tests of the command that compares images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct DiffTests {
    private static func image(_ name: String) throws -> String {
        let folder = ProgramRun.corpus(name)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "expect.json" }
        return folder + "/" + (files.first ?? "")
    }

    @Test func anImageIsTheSameAsItself() throws {
        for name in ["good/oci-gzip", "good/docker-new", "good/oci-zstd", "good/nondistributable-absent"] {
            let run = try ProgramRun.layerverify("diff", Self.image(name), Self.image(name))
            #expect(run.status == 0 && run.text.hasPrefix("same: "), "\(name): \(run.transcript)")
            let quiet = try ProgramRun.layerverify("diff", "--quiet", Self.image(name), Self.image(name))
            #expect(quiet.status == 0 && quiet.transcript.isEmpty)
        }
    }

    @Test func anAbsentLayerHasNoBytes() throws {
        let name = "good/nondistributable-absent"
        let run = try ProgramRun.layerverify("diff", Self.image(name), Self.image(name))
        #expect(run.text.hasPrefix("same: one manifest, and every layer that is there has"), "\(run.transcript)")
    }

    @Test func otherImagesDiffer() throws {
        let run = try ProgramRun.layerverify("diff", Self.image("good/oci-gzip"), Self.image("good/docker-new"))
        #expect(run.status == 1 && run.text.hasPrefix("different: "), "\(run.transcript)")
    }

    @Test(
        arguments: [
            "bad/layer-byte-flipped", "bad/config-missing", "bad/manifest-missing", "bad/diffid-wrong",
            "bad/layer-missing",
            "bad/not-an-image-folder", "bad/contents-path-twice",
        ])
    func aDamagedImageIsTrouble(_ name: String) throws {
        let (good, bad) = (try Self.image("good/oci-gzip"), try Self.image(name))
        for paths in [[good, bad], [bad, good], [bad, bad]] {
            let run = try ProgramRun.layerverify(["diff"] + paths)
            #expect(run.status == 2 && run.text.hasPrefix("not comparable: "), "\(run.transcript)")
            let quiet = try ProgramRun.layerverify(["diff", "--quiet"] + paths)
            #expect(quiet.status == 2 && quiet.text.contains("["), "\(quiet.transcript)")
        }
    }

    @Test(arguments: [("bad/layer-byte-flipped", 1), ("bad/layer-missing", 2)])
    func aDamagedLayerIsNotTheSameAsItself(_ name: String, number: Int) throws {
        let run = try ProgramRun.layerverify("diff", Self.image(name), Self.image(name))
        #expect(run.text.contains("  ? \(number)  not compared  "), "\(run.transcript)")
        #expect(run.text.contains("  = \(3 - number)  same  "))
    }

    @Test func aPathThatDoesNotExistIsTrouble() throws {
        let run = try ProgramRun.layerverify("diff", Self.image("good/oci-gzip"), "/no/such/path")
        #expect(run.status == 2 && run.text.contains("/no/such/path"), "\(run.transcript)")
    }

    @Test(.enabled(if: ProgramRun.areInstalled("umoci", "skopeo", "gzip", "tar")))
    func imagesOfRealToolsAreCompared() throws {
        let fixture = try ImageFixture()
        try fixture.umociLayout("one")
        let (one, two) = (fixture.path("one"), fixture.path("two"))
        try fixture.run("cp", "-a", one, two)
        try fixture.run("umoci", "config", "--image", two + ":1", "--tag", "2", "--config.env", "A=b")
        // Two images in one store.
        let several = try ProgramRun.layerverify("diff", one, two)
        #expect(
            several.status == 2 && several.text.contains("choose it with --platform or --ref"), "\(several.transcript)")
        let chosen = try ProgramRun.layerverify("diff", "--ref", "1", two, one)
        #expect(chosen.status == 0, "\(chosen.transcript)")
        let both = try ProgramRun.layerverify("diff", "--ref", "1", "--ref", "2", two, two)
        #expect(both.status == 1 && both.text.contains("the config differs in Env"), "\(both.transcript)")
        #expect(both.text.contains("the same layers"))
        let ofDocuments = try ProgramRun.layerverify("diff", "--documents", "--ref", "1", "--ref", "2", two, two)
        #expect(ofDocuments.status == 1, "\(ofDocuments.transcript)")

        // Other forms and compressions.
        let (archive, packed) = (fixture.path("app.tar"), fixture.path("app.tar.gz"))
        try fixture.skopeo("oci:\(one):1", "docker-archive:\(archive):app:1")
        let recompressed = try ProgramRun.layerverify("diff", one, archive)
        #expect(
            recompressed.status == 1 && recompressed.text.contains("compressed differently"),
            "\(recompressed.transcript)")
        #expect(try ProgramRun.layerverify("diff", "--ignore", "compression", one, archive).status == 0)
        try fixture.run("gzip", "--keep", archive)
        #expect(try ProgramRun.layerverify("diff", archive, packed).status == 0)
        let piped = try ProgramRun.run(
            ProgramRun.layerverifyPath, ["diff", "-", archive], input: Data(contentsOf: URL(filePath: packed)))
        #expect(piped.status == 0, "\(piped.transcript)")
    }

    /// The layers of a compressed archive are read once, before it is known which of them differ.
    @Test(.enabled(if: ProgramRun.areInstalled("umoci", "skopeo", "gzip", "tar")))
    func filesInACompressedArchiveAreCompared() throws {
        let fixture = try ImageFixture()
        try fixture.umociLayout("one")
        // The files of the other image have later times.
        Thread.sleep(forTimeInterval: 1.1)
        try fixture.umociLayout("two")
        let (archive, other) = (fixture.path("app.tar"), fixture.path("two"))
        try fixture.skopeo("oci:\(fixture.path("one")):1", "docker-archive:\(archive):app:1")
        let plain = try ProgramRun.layerverify("diff", archive, other)
        try fixture.run("gzip", archive)
        let packed = try ProgramRun.layerverify("diff", archive + ".gz", other)
        #expect(plain.status == 1 && packed.status == 1)
        let lines = [plain, packed].map { $0.text.split(separator: "\n").filter { !$0.hasPrefix("- ") } }
        #expect(lines[0] == lines[1] && plain.text.contains("etc/file-1"), "\(plain.transcript)\n\(packed.transcript)")
    }

    @Test func wrongUsageIsRefused() throws {
        let image = try Self.image("good/oci-gzip")
        for arguments in [
            [image], [image, image, image], ["--ignore", "nothing", image, image], ["-", "-"],
            ["--ref", "1", "--ref", "2", "--ref", "3", image, image], ["--platform", "x", image, image],
            ["--trace", "/dev/null", image, image], ["--quiet", "--verbose", image, image],
        ] {
            let run = try ProgramRun.layerverify(["diff"] + arguments)
            #expect(run.status == 64, "\(arguments): \(run.transcript)")
        }
    }

    @Test func theReportIsWrittenToAFile() throws {
        let fixture = try ImageFixture()
        let image = try Self.image("good/oci-gzip")
        let run = try ProgramRun.layerverify(
            "diff", "--format", "json", "--output", fixture.path("out.json"), image, image)
        #expect(run.status == 0 && run.text.isEmpty)
        let data = try Data(contentsOf: fixture.url("out.json"))
        let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(record["outcome"] as? String == "same")
    }
}
