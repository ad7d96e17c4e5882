// layerverify: tests of runs without threads, address space, or digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct ScarcityTests {
    let workshop: ImageFixture

    init() throws {
        workshop = try ImageFixture()
        _ = try workshop.plainLayout("image", content: ImageFixture.randomBytes(298_496))
        try workshop.run("cp", "-r", workshop.path("image"), workshop.path("bad"))
        let layer = try workshop.blobs(of: "bad").max { try Self.byteCount($0) < Self.byteCount($1) }
        try Data(count: 300_032).write(to: try #require(layer))
        // Other users need access to the folder of the images and of the program.
        try workshop.run("chmod", "755", workshop.folder.url.path)
        try workshop.run("cp", ProgramRun.layerverifyPath, workshop.path("program"))
    }

    private static func byteCount(_ url: URL) throws -> Int {
        try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }

    private func bash(_ line: String) throws -> ProgramRun {
        try ProgramRun.run("bash", ["-c", "cd \"$1\"; P=$PWD/program; " + line, "bash", workshop.folder.url.path])
    }

    // Threads

    static let canLimitThreads = getuid() == 0 && ProgramRun.areInstalled("setpriv", "prlimit")

    @Test(
        .enabled(
            if: canLimitThreads, "needs root, setpriv and prlimit, to run as somebody who may have no thread more"),
        arguments: [
            ("image", 0), ("--jobs 8 image", 0), ("--progress always image", 0), ("--nice image", 0),
            ("bad", 1), ("digest program", 0), ("bench --size 1MiB --runs 1 --work-dir work", 0),
        ], [1, 2])
    func oneThreadIsEnough(_ run: (options: String, status: Int32), _ threads: Int) throws {
        let limits = "setpriv --reuid 65534 --clear-groups prlimit --nproc=\(threads)"
        let ending = try bash("mkdir -m 777 work; timeout -s KILL 30 \(limits) \"$P\" \(run.options)")
        #expect(ending.status == run.status, "\(ending.transcript)")
    }

    @Test(
        .enabled(if: canLimitThreads, "needs root, setpriv and prlimit, to run as somebody who may have no thread more")
    )
    func aSignalEndsARunOfOneThread() throws {
        let limits = "setpriv --reuid 65534 --clear-groups prlimit --nproc=1"
        let ending = try bash(
            "timeout -s INT -k 20 1 \(limits) \"$P\" --max-rate 1000 --format json image; echo $?")
        #expect(ending.text.hasSuffix("124\n"), "\(ending.transcript)")
        #expect(ending.text.contains("interrupted"))
    }

    // Address space

    /// The blocks of 512 jobs take 6 GiB, which are reserved before a layer is read.
    @Test func aRunWithoutMemoryIsUndetermined() throws {
        let run = try bash("ulimit -v 2097152; \"$P\" -j 512 --format json image")
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.lowercased().contains("out of memory"))
    }

    /// Whatever the limit, there is a verdict or a sentence, and never the end by a signal.
    @Test(arguments: ["verify", "ls -R", "diff image"])
    func aLimitedAddressSpaceEndsNoRunBySignal(_ command: String) throws {
        let tar = SampleTar.bytes { tar in for number in 0..<20_000 { tar.add("folder/file-\(number)") } }
        try Data(tar).write(to: workshop.url("layer.tar"))
        try workshop.handmadeLayout(
            "many", [(workshop.path("layer.tar"), workshop.path("layer.tar"), "application/vnd.oci.image.layer.v1.tar")]
        )
        var statuses: Set<String> = []
        for limit in stride(from: 60_000, through: 180_000, by: SlowTests.areWanted ? 10_000 : 20_000) {
            let run = try bash("ulimit -c 0 -v \(limit); \"$P\" \(command) many > out; echo $?")
            let status = run.text.split(separator: "\n").last.map { String($0) } ?? ""
            #expect(["0", "1", "2"].contains(status), "\(limit): \(run.transcript.suffix(2000))")
            statuses.insert(status)
        }
        #expect(statuses.contains("2") && statuses.count > 1)
    }

    // Digests

    @Test(arguments: ["image", "bad", "inspect image", "digest program", "bench --size 1MiB", "--verbose bad"])
    func withoutSHA256NothingIsRead(_ options: String) throws {
        // A configuration that activates a provider keeps the default provider from being loaded.
        let configuration = """
            openssl_conf = a
            [a]
            providers = b
            [b]
            null = c
            [c]
            activate = 1
            """
        try Data(configuration.utf8).write(to: workshop.url("openssl.cnf"))
        let run = try bash("OPENSSL_CONF=$PWD/openssl.cnf \"$P\" \(options)")
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.output.isEmpty)
        let errors = String(decoding: run.errors, as: UTF8.self)
        #expect(errors.contains("OpenSSL offers no SHA-256") && errors.hasSuffix("nothing was read\n"))
    }

    // Scripts

    @Test func packagesAreNamedBeforeTheyAreInstalledAndCanBeRefused() throws {
        let library = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../scripts/lib/packages.sh").standardizedFileURL.path
        let prepare = """
            mkdir tools; printf '#!/bin/sh\\nexit 1\\n' > tools/dpkg-query
            printf '#!/bin/sh\\necho apt-get "$@" >&2\\n' > tools/apt-get; printf '#!/bin/sh\\necho 0\\n' > tools/id
            chmod +x tools/*; PATH=$PWD/tools:$PATH; . '\(library)'; install_packages one two; echo $?
            """
        let run = try bash(prepare)
        #expect(run.text == "0\n", "\(run.transcript)")
        let errors = String(decoding: run.errors, as: UTF8.self).split(separator: "\n")
        #expect(errors.first == "installing by apt-get: one two (set LAYERVERIFY_NO_INSTALL=1 to install nothing)")
        let refused = try bash("rm -r tools; export LAYERVERIFY_NO_INSTALL=1; " + prepare)
        #expect(refused.status == 2)
        #expect(!String(decoding: refused.errors, as: UTF8.self).contains("apt-get install -"))
        #expect(String(decoding: refused.errors, as: UTF8.self).hasPrefix("missing packages: one two\n"))
    }
}
