// layerverify: tests of written files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
    let workshop: ImageFixture

    init() throws {
        workshop = try ImageFixture()
        _ = try workshop.plainLayout("image")
    }

    /// Unblocks all signals: threads of a test runner may block some, and child processes inherit that.
    static let unblocking = "use POSIX; sigprocmask(SIG_SETMASK, POSIX::SigSet->new()); exec @ARGV"

    /// Runs a line of bash in the scratch folder; `$P` is the program, `image` a good image.
    private func bash(_ line: String) throws -> ProgramRun {
        try ProgramRun.run(
            "perl",
            [
                "-e", Self.unblocking, "timeout", "60", "bash", "-c", "cd \"$2\"; P=$1; " + line, "bash",
                ProgramRun.layerverifyPath, workshop.folder.url.path,
            ])
    }

    // Ends of a run

    static let isRoot = getuid() == 0
    static let hasCompiler = ProgramRun.areInstalled("cc")

    /// Builds a library to be preloaded, which makes O_TMPFILE fail.
    ///
    /// - Parameter more: further functions that replace those of the system.
    private func buildShim(_ more: String = "") throws {
        let source = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <errno.h>
            #include <string.h>
            #include <unistd.h>
            enum { tmpfile_flag = 020000000 };
            static int pass(const char *name, const char *path, int flags, unsigned mode) {
                if (flags & tmpfile_flag) { errno = EOPNOTSUPP; return -1; }
                return ((int (*)(const char *, int, unsigned))dlsym(RTLD_NEXT, name))(path, flags, mode);
            }
            int open(const char *path, int flags, unsigned mode) { return pass("open", path, flags, mode); }
            int open64(const char *path, int flags, unsigned mode) { return pass("open64", path, flags, mode); }
            """
        try Data((source + "\n" + more).utf8).write(to: workshop.url("shim.c"))
        try workshop.run("cc", "-shared", "-fPIC", "-o", workshop.path("shim.so"), workshop.path("shim.c"), "-ldl")
    }

    /// Starts a slow run that writes a report and a trace, ends it, and lists the files in their folder.
    private func left(by signal: String, _ prefix: String) throws -> String {
        let run = try bash(
            """
            mkdir out; export SWIFT_BACKTRACE=enable=no; ulimit -c 0; set -m
            \(prefix) "$P" --max-rate 10 -o out/report --trace out/trace image & run=$!
            until ls -l /proc/$run/fd 2>&- | grep -q "$PWD/out/.*[0-9]" || ! kill -0 $run; do sleep 0.02; done
            sleep 0.3; kill -\(signal) $run; wait $run; echo $?; ls -A out
            """)
        return run.text
    }

    @Test(arguments: ["QUIT", "USR1", "ALRM", "ABRT", "SEGV", "KILL", "RTMIN+3"])
    func noSignalLeavesAFileBehind(_ signal: String) throws {
        let left = try left(by: signal, "")
        #expect(left.split(separator: "\n").count == 1, "\(left)")
        #expect(Int(left.prefix(3)) ?? 0 > 128)
    }

    @Test(
        .enabled(if: hasCompiler, "needs a C compiler"),
        arguments: ["QUIT", "USR1", "ALRM", "ABRT", "SEGV", "RTMIN+3"])
    func aNamedDraftIsRemovedByEverySignalThatCanBeCaught(_ signal: String) throws {
        try buildShim()
        let left = try left(by: signal, "LD_PRELOAD=$PWD/shim.so")
        #expect(left.split(separator: "\n").count == 1, "\(left)")
        #expect(Int(left.prefix(3)) ?? 0 > 128)
    }

    @Test(arguments: ["QUIT", "USR1"])
    func aSignalRemovesTheFolderOfBench(_ signal: String) throws {
        let run = try bash(
            """
            mkdir out; export SWIFT_BACKTRACE=enable=no; ulimit -c 0; set -m
            "$P" bench --size 4MiB --runs 1000 --jobs 1 --work-dir out & run=$!
            until [ -e out/*/oci-layout ] || ! kill -0 $run; do sleep 0.02; done
            kill -\(signal) $run; wait $run; echo $?; ls -A out
            """)
        #expect(run.text.split(separator: "\n").count == 1, "\(run.transcript)")
    }

    /// An unlink that hangs, as on a file system that does not respond, must not keep a third signal from ending the
    /// program.
    @Test(.enabled(if: hasCompiler, "needs a C compiler"))
    func aThirdSignalEndsTheProgramWhileARemovalHangs() throws {
        try buildShim(
            """
            int unlinkat(int folder, const char *path, int flags) {
                if (strstr(path, ".layerverify-")) for (;;) pause();
                return folder + flags;
            }
            int unlink(const char *path) { return unlinkat(0, path, 0); }
            """)
        try workshop.longLayout("long", byteCount: 200 << 30)
        let run = try bash(
            """
            mkfifo pipe; sleep 60 < pipe & reader=$!; export LD_PRELOAD=$PWD/shim.so
            "$P" --trace pipe -o report long & run=$!; unset LD_PRELOAD
            until ls -l /proc/$run/fd | grep -q \(ImageFixture.digest(0xb).dropFirst(7)); do sleep 0.02; done
            sleep 1; kill -TERM $run; sleep 1; kill -TERM $run; sleep 0.5; kill -0 $run || echo died too early
            kill -TERM $run; for i in $(seq 100); do kill -0 $run || break; sleep 0.1; done 2>&-
            kill -KILL $run 2>&-; wait $run; echo $?; kill -KILL $reader
            """)
        #expect(run.text == "143\n", "\(run.transcript)")
    }

    // Replaced files

    @Test func aReportInSharedMemoryIsReplacedAsAWhole() throws {
        let place = "/dev/shm/layerverify-\(UUID().uuidString)"
        defer { unlink(place + "/report"); rmdir(place) }
        let run = try bash(
            """
            mkdir \(place) && head -c 100000 /dev/zero > \(place)/report
            "$P" --format json -o \(place)/report image; echo $?; ls -A \(place)
            """)
        #expect(run.text == "0\nreport\n", "\(run.transcript)")
        #expect(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: place + "/report"))) is [String: Any])
    }

    @Test func aDanglingLinkIsKept() throws {
        let run = try bash(
            """
            mkdir out; ln -s out/report link; ln -s ../link out/other
            "$P" -o out/other image; echo $?; readlink link; readlink out/other; tail -n 1 out/report | cut -b 1-12
            """)
        #expect(run.text == "0\nout/report\n../link\n✓ verified\n", "\(run.transcript)")
    }

    @Test func aDeviceIsWrittenDirectly() throws {
        let run = try bash(
            "ln -s /dev/null null; \"$P\" -o null image; echo $?; readlink null; test -c /dev/null && echo device")
        #expect(run.text == "0\n/dev/null\ndevice\n", "\(run.transcript)")
    }

    @Test func anInheritedDescriptorIsWrittenAtItsOffset() throws {
        let run = try bash(
            """
            echo before > log; "$P" -o /dev/fd/3 image 3>>log; echo $?; head -n 1 log; tail -n 1 log | cut -b 1-12
            "$P" -o /dev/fd/9 image 9>&-; echo $?
            """)
        #expect(run.text == "0\nbefore\n✓ verified\n2\n", "\(run.transcript)")
    }

    @Test(arguments: [false, true])
    func aNameOfTheFullLengthCanBeWritten(_ isThere: Bool) throws {
        let name = String(repeating: "n", count: 255)
        let run = try bash(
            "mkdir out; \(isThere ? "echo old > out/\(name); " : "")\"$P\" -o out/\(name) image; echo $?; ls -A out; "
                + "tail -n 1 out/* | cut -b 1-12")
        #expect(run.text == "0\n\(name)\n✓ verified\n", "\(run.transcript)")
    }

    @Test func aReplacedFileKeepsItsModeAndANewFileHasThatOfTheMask() throws {
        let run = try bash(
            """
            umask 027; echo old > report; chmod 604 report; ln report link
            for i in report new; do "$P" -o $i image; stat -c '%a %h' $i; done; cat link
            """)
        #expect(run.text == "604 1\n640 1\nold\n", "\(run.transcript)")
    }

    @Test(.enabled(if: isRoot && ProgramRun.areInstalled("setpriv"), "needs root and setpriv"))
    func aReplacedFileKeepsItsOwnerAndGroupWherePermitted() throws {
        let run = try bash(
            """
            chmod 755 .; cp "$P" program; mkdir -m 777 out; touch out/report; chown 1234:1235 out/report
            chmod 664 out/report; "$P" -o out/report image; stat -c '%a %u %g' out/report
            setpriv --reuid 1234 --regid 1236 --groups 1235 ./program -o out/report image; stat -c '%a %u %g' out/report
            setpriv --reuid 1237 --regid 1236 --clear-groups ./program -o out/report image
            stat -c '%a %u %g' out/report
            """)
        #expect(run.text == "664 1234 1235\n664 1234 1235\n644 1237 1236\n", "\(run.transcript)")
    }

    @Test(.enabled(if: ProgramRun.areInstalled("strace"), "needs strace"), arguments: [false, true])
    func theFileIsSynchronizedBeforeItIsNamedAndItsFolderAfterwards(_ isThere: Bool) throws {
        let run = try bash(
            """
            mkdir out; \(isThere ? "touch out/report;" : "")
            strace -f -y -o log -e trace=fsync,linkat,rename "$P" -o out/report image
            sed 's/^[0-9]* *//; s/(.*//' log | grep -v '^[-+]'; grep -c "fsync([0-9]*<$PWD/out>" log
            """)
        guard run.status == 0 else { return print("not tested: strace is not allowed here") }
        let calls = isThere ? "fsync\nlinkat\nlinkat\nrename\nfsync\n1\n" : "fsync\nlinkat\nfsync\n1\n"
        #expect(run.text == calls, "\(run.transcript)")
    }

    @Test(arguments: ["r", "./r", "link"])
    func twoReportsDoNotGoToOneFile(_ other: String) throws {
        let workshop = try ImageFixture()
        let line =
            "cd '\(workshop.folder.url.path)'; ln -s r link; "
            + "'\(ProgramRun.layerverifyPath)' --report json=r --report text=\(other) "
            + "'\(ProgramRun.corpus("good/oci-gzip/image"))'"
        let run = try ProgramRun.run("sh", ["-c", line])
        #expect(run.status == 64)
        #expect(run.transcript.contains("cannot both go to"))
    }
}
