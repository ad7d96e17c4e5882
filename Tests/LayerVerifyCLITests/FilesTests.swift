// layerverify: tests of the commands that show the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct FilesTests {
    static let sound = ProgramRun.corpus("good/oci-gzip") + "/image"

    @Test func filesAreListed() throws {
        let run = try ProgramRun.layerverify("ls", "-R", Self.sound)
        #expect(run.status == 0, "\(run.transcript)")
        #expect(!run.text.isEmpty, "\(run.transcript)")
    }

    /// The image is not usable, but the command line is right.
    @Test(
        arguments: [
            ("/no/such/path", "/", 2), (ProgramRun.corpus("good/oci-gzip") + "/image", "/no/such/file", 2),
            (ProgramRun.corpus("bad/layer-missing") + "/image", "/", 1),
            (ProgramRun.corpus("bad/not-an-image-folder"), "/", 2),
        ] as [(String, String, Int32)])
    func theStatusIsNotZeroIfNothingIsListed(_ image: String, _ path: String, _ status: Int32) throws {
        for command in ["ls", "cat"] {
            let run = try ProgramRun.layerverify(command, image, path)
            // The root is no file.
            #expect(run.status == status, "\(run.transcript)")
            #expect(run.text.isEmpty, "\(run.transcript)")
        }
    }

    @Test(arguments: [["cat", sound, "/no/such/file"], ["ls", sound, "/no/such/file"], ["ls", "/no/such/path"]])
    func aFileIsKeptIfNothingIsWritten(_ arguments: [String]) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "layerverify-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        for content in ["before", nil] {
            try? FileManager.default.removeItem(at: file)
            try content?.write(to: file, atomically: false, encoding: .utf8)
            let run = try ProgramRun.run(
                ProgramRun.layerverifyPath, arguments.prefix(1) + ["-o", file.path] + arguments.dropFirst())
            #expect(run.status == 2, "\(run.transcript)")
            #expect((try? String(contentsOf: file, encoding: .utf8)) == content)
        }
    }

    @Test func argumentsThatWereNotGivenAreNotNamed() throws {
        let run = try ProgramRun.layerverify("ls", "image", "path", "more")
        #expect(run.transcript.contains("'more'") && !run.transcript.contains("/dev/null"), "\(run.transcript)")
    }

    @Test func aComparisonThatIsLostIsTrouble() throws {
        let other = ProgramRun.corpus("good/oci-zstd") + "/image"
        let line = "\"$@\" >/dev/full"
        let run = try ProgramRun.run(
            "bash", ["-c", line, "bash", ProgramRun.layerverifyPath, "diff", Self.sound, other])
        #expect(run.status == 2 && !run.transcript.contains("failed"), "\(run.transcript)")
    }

    /// As with `head`: the reader has what it wanted. A list is no verdict.
    @Test(arguments: [
        ["ls", "-R", sound], ["diff", sound, sound],
        ["explain", "layer-not-tar"], ["--help"],
    ])
    func aReaderMayEndBeforeTheList(_ arguments: [String]) throws {
        let line = "(sleep 0.2; \"$@\"; echo $? >&2) | :"
        let run = try ProgramRun.run("bash", ["-c", line, "bash", ProgramRun.layerverifyPath] + arguments)
        #expect(run.transcript == "141\n")
        let verify = try ProgramRun.run("bash", ["-c", line, "bash", ProgramRun.layerverifyPath, Self.sound])
        #expect(verify.transcript.hasSuffix("2\n") && verify.transcript.contains("Broken pipe"))
    }

    /// The image is refuted, whether its list is read or not.
    @Test func aDamagedImageIsToldWithoutAReaderOfTheList() throws {
        let image = ProgramRun.corpus("bad/contents-path-twice") + "/image"
        let line = "(sleep 0.2; \"$@\"; echo $? >&2) | :"
        let run = try ProgramRun.run("bash", ["-c", line, "bash", ProgramRun.layerverifyPath, "ls", image])
        #expect(run.transcript.hasSuffix("\n1\n") && !run.transcript.contains("Broken pipe"), "\(run.transcript)")
    }

    @Test(arguments: [
        ["ls"], ["cat", "image"], ["ls", "--layer", "0", "image"], ["ls", "--format", "xml", "image"],
        ["ls", "--format", "json", "--long", "image"], ["ls", "--platform", "x", "image"],
        ["ls", "image", "path", "more"], ["cat", "--toc", "image", "path"],
    ])
    func wrongUsageEndsWith64(_ arguments: [String]) throws {
        #expect(try ProgramRun.layerverify(arguments).status == 64)
    }

    /// What is listed by tables of contents is not verified, whatever else is right.
    @Test(arguments: ["toc-estargz", "toc-zstd-chunked"])
    func tablesOfContentsAreListed(_ name: String) throws {
        let image = ProgramRun.corpus("good/" + name) + "/image"
        let run = try ProgramRun.layerverify("ls", "-R", "--toc", image)
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("etc/link -> name"), "\(run.transcript)")
        #expect(run.transcript.contains("the layers were not read"), "\(run.transcript)")
        let bad = ProgramRun.corpus("bad/\(name)-annotation") + "/image"
        let refuted = try ProgramRun.layerverify("ls", "-R", "--toc", bad)
        #expect(refuted.status == 1 && refuted.text.isEmpty, "\(refuted.transcript)")
    }

    @Test func aLayerWithoutTableIsTold() throws {
        let run = try ProgramRun.layerverify("ls", "--toc", Self.sound)
        #expect(run.status == 2 && run.text.isEmpty, "\(run.transcript)")
        #expect(run.transcript.contains("layer 1 name no table of contents"), "\(run.transcript)")
        let piped = try ProgramRun.run(ProgramRun.layerverifyPath, ["ls", "--toc", "-"], input: Data())
        #expect(piped.status == 64, "\(piped.transcript)")
    }

    /// The names of the platforms that can be chosen are told.
    @Test func oneOfSeveralPlatformsMustBeChosen() throws {
        let image = ProgramRun.corpus("good/oci-multi-platform") + "/image"
        let run = try ProgramRun.layerverify("ls", image)
        #expect(run.status == 2 && run.text.isEmpty, "\(run.transcript)")
        #expect(run.transcript.contains("linux/amd64"), "\(run.transcript)")
        #expect(try ProgramRun.layerverify("ls", "--platform", "linux/amd64", image).status == 0)
    }
}
