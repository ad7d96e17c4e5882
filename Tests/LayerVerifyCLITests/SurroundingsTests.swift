// layerverify: the program in unusual environments.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct SurroundingsTests {
    let workshop: ImageFixture

    init() throws {
        workshop = try ImageFixture()
        _ = try workshop.plainLayout("image")
    }

    /// Runs a line of bash in the scratch folder; `$P` is the program, `image` a good image.
    private func bash(_ line: String) throws -> ProgramRun {
        try ProgramRun.run(
            "bash", ["-c", "cd \"$2\"; P=$1; " + line, "bash", ProgramRun.layerverifyPath, workshop.folder.url.path])
    }

    static let lostReports = [
        "\"$P\" image > /dev/full", "\"$P\" -o /dev/full image", "\"$P\" -o image image",
        "\"$P\" -o no/such/file image",
        "\"$P\" --format json image | true; exit ${PIPESTATUS[0]}", "\"$P\" image >&-",
        "touch file; \"$P\" -o file/report image",
    ]

    @Test(arguments: lostReports)
    func aGoodImageWhoseReportIsLostIsNotVerified(_ line: String) throws {
        // A pipe whose reader has ended: `true` may take longer than the program.
        let run = try bash(line.replacing("\"$P\" --format json", with: "sleep 0.3; \"$P\" --format json"))
        #expect(run.status == 2, "\(run.transcript)")
        #expect(String(decoding: run.errors, as: UTF8.self).contains("layerverify: cannot "))
    }

    @Test func aLongReportToAClosedPipeIsLost() throws {
        let missing = (1...2000).map {
            ["mediaType": ImageFixture.manifest, "digest": ImageFixture.digest($0), "size": 10] as [String: Any]
        }
        try workshop.writeLayout("image", manifests: missing)
        let run = try bash("\"$P\" --format json image | head -n 1; exit ${PIPESTATUS[0]}")
        // A refutation keeps its status.
        #expect(run.status == 1, "\(run.transcript)")
        #expect(String(decoding: run.errors, as: UTF8.self).contains("cannot write standard output"))
        #expect(run.text == "{\n")
    }

    @Test func aFullDiskLosesTheReportAndLeavesNoPartOfIt() throws {
        let mounted = try bash("mkdir disk && mount -t tmpfs -o size=4k none disk")
        guard mounted.status == 0 else {
            print("not tested: a full disk, because mount is not allowed here")
            return
        }
        let run = try bash(
            "head -c 4096 /dev/zero > disk/full; \"$P\" -o disk/report image; echo $?; ls disk; umount disk")
        #expect(run.text == "2\nfull\n", "\(run.transcript)")
        #expect(String(decoding: run.errors, as: UTF8.self).contains("No space left on device"))
    }

    static let goodRuns = [
        "\"$P\" image <&-", "\"$P\" image 2>&-", "\"$P\" image <&- 2>&-", "env -i \"$P\" image",
        "env -i LANG=C LC_ALL=C \"$P\" image", "env -u HOME \"$P\" image", "I=$PWD/image; cd /proc/self; \"$P\" \"$I\"",
        "cd image; \"$P\" .", "ulimit -v 1000000; \"$P\" image",
        "mv image ./-image; \"$P\" -- -image", "mv image 'a b\nc'; \"$P\" 'a b\nc'",
        "mv image $'\\u00e9'; cp -r $'\\u00e9' $'e\\u0301'; \"$P\" $'e\\u0301' $'\\u00e9'",
        "mv image $'\\xff'; \"$P\" .",
    ]

    @Test(arguments: goodRuns)
    func aGoodImageIsVerified(_ line: String) throws {
        let run = try bash(line)
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.contains("✓ verified"))
    }

    @Test func aDamagedImageInAFolderWhoseNameIsNotUTF8IsRefuted() throws {
        let run = try bash("mkdir all; mv image all/$'\\xff'; rm all/*/index.json; \"$P\" all")
        #expect(run.status == 1, "\(run.transcript)")
    }

    private static let twoHundred = """
        mkdir -p all/1; for i in $(seq 10); do cp -r image all/1/$i; done; for i in $(seq 2 20); do cp -r all/1 all/$i; done

        """

    @Test func theSoftLimitOfOpenFilesIsRaised() throws {
        let run = try bash(Self.twoHundred + "ulimit -S -n 64; \"$P\" all")
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.contains("200 images"))
    }

    @Test func manyImagesNeedFewDescriptors() throws {
        let run = try bash(Self.twoHundred + "ulimit -n 64; \"$P\" all")
        #expect(run.status == 0, "\(run.transcript.suffix(2000))")
        #expect(run.text.contains("200 images"))
    }

    @Test func aBlobThatCannotBeOpenedWithoutDescriptorsIsUndetermined() throws {
        let run = try bash(Self.twoHundred + "ulimit -n 24; \"$P\" --format json all")
        #expect(run.status == 2, "\(run.transcript.prefix(2000))")
        #expect(run.text.contains("too many open files"))
        #expect(!run.text.contains("missing"))
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        let findings = try #require(report["findings"] as? [[String: Any]])
        #expect(Set(findings.compactMap { $0["root"] as? String }).count >= 100)
    }

    @Test(arguments: Array(["image", "image.tar", "many"].enumerated()))
    func fewDescriptorsNeverRefute(_ place: Int, _ path: String) throws {
        // Every third limit if slow tests are not wanted, others for each path.
        let limits = (5...60).filter { SlowTests.areWanted || $0 == 60 || $0 % 3 == place }
        let prepare = "tar -cf image.tar -C image .; mkdir many; for i in 1 2 3 4 5; do cp -r image many/$i; done; "
        let run = try bash(
            prepare
                + "for n in \(limits.map { "\($0)" }.joined(separator: " ")); do (ulimit -n $n; exec timeout 20 \"$P\" \(path)) >out.$n 2>&1; echo $n $?; done"
        )
        for line in run.text.split(separator: "\n") {
            let words = line.split(separator: " ").compactMap { Int($0) }
            #expect(words.count == 2 && [0, 2].contains(words[1]), "\(path): \(line)")
            if words[1] == 2 {
                let said = try String(contentsOf: workshop.url("out.\(words[0])"), encoding: .utf8)
                #expect(said.lowercased().contains("too many open files"), "\(path): \(line): \(said)")
            }
        }
        #expect(run.text.hasSuffix("60 0\n"), "\(run.transcript)")
    }

    @Test(arguments: [
        "image/index.json image", "image/oci-layout .", "link image", "image.tar image.tar", "image.tar .",
        "image.tar.gz .", "report --trace image.tar .", "old/repositories old",
    ])
    func aReportDoesNotReplaceAVerifiedFile(_ words: String) throws {
        let run = try bash(
            """
            tar -cf image.tar -C image .; gzip -k image.tar; ln -s image/index.json link
            mkdir old; echo '{}' > old/repositories
            "$P" -o \(words); echo $?; "$P" -q image image.tar && gzip -t image.tar.gz
            """)
        #expect(run.text == "64\n", "\(run.transcript)")
        #expect(run.status == 0)
        #expect(String(decoding: run.errors, as: UTF8.self).contains("would replace"))
    }

    /// U+FFFD would replace the byte, and the file with that name would be read or replaced.
    @Test(arguments: ["", "digest ", "inspect ", "-o "])
    func anArgumentThatIsNotUTF8IsWrongUsage(_ words: String) throws {
        let run = try bash(
            #"""
            cp -r image "$(printf 'i\357\277\275')"; "$P" \#(words)"$(printf 'i\377')" image; echo $?; ls -d i*
            """#)
        #expect(run.text == "64\nimage\ni\u{fffd}\n", "\(run.transcript)")
        #expect(String(decoding: run.errors, as: UTF8.self).contains("is not UTF-8: 'i\u{fffd}'"))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare") && getuid() == 0, "needs root"))
    func withoutProcTheProgramWorks() throws {
        let run = try bash(
            "export P; unshare -m sh -c 'umount -l /proc && \"$P\" -q image; echo $?; \"$P\" --version; echo $?'")
        #expect(run.text.hasPrefix("0\n") && run.text.hasSuffix("\n0\n"), "\(run.transcript)")
    }

    /// Its content is longer than its size, which is 0.
    @Test func aFileOfUnknownSizeIsUndetermined() throws {
        let run = try bash("\"$P\" digest /proc/version; echo $?; \"$P\" /proc/version; echo $?")
        let lines = run.text.split(separator: "\n")
        #expect(lines.filter { $0 == "2" }.count == 2, "\(run.transcript)")
        #expect(!run.text.contains("e3b0c442"))
    }

    @Test func aReportNextToImagesIsReplaced() throws {
        let run = try bash(
            "mkdir all; mv image all; for i in 1 2; do \"$P\" -o all/report all || exit; done; ls -A all")
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text == "image\nreport\n")
    }

    @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
    func aSignalEndsTheWaitForTheReaderOfAFIFO(_ name: String, _ status: Int) throws {
        // Job control: without it a shell starts background processes that ignore SIGINT.
        let run = try bash(
            "set -m; mkfifo pipe; \"$P\" -o pipe image & run=$!; "
                // Where the kernel tells in which of its functions a process waits, no time is lost.
                + "for i in $(seq 50); do grep -q wait_for_partner /proc/$run/wchan && break; sleep 0.02; done; "
                + "kill -\(name) $run; "
                + "for i in $(seq 100); do kill -0 $run || break; sleep 0.1; done 2>&-; kill -KILL $run 2>&-; "
                + "wait $run; echo $?")
        #expect(run.text == "\(status)\n", "\(run.transcript)")
    }
}
