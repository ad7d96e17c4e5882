// layerverify: tests of standard input and of compressed archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: ProgramRun.areInstalled("gzip", "zstd", "python3"), "needs gzip, zstd and python3"))
struct StreamTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    static let sound = CorpusTests.Case(name: "good/docker-new").image

    /// The cases of the corpus that are one archive.
    static let archives = CorpusTests.Case.all.filter { $0.image.hasSuffix("/image.tar") }

    /// Runs a script of the shell; `$P` is the program and `$1` the first argument.
    private func shell(_ script: String, _ arguments: String...) throws -> ProgramRun {
        try ProgramRun.run(
            "timeout",
            ["--signal=KILL", "60", "sh", "-c", "P=$0; \(script)", ProgramRun.layerverifyPath] + arguments,
            in: workshop.folder.url)
    }

    // The corpus

    @Test func theCorpusHasEnoughArchives() { #expect(Self.archives.count > 100) }

    /// The report as text without times, and with one name for the archive.
    private func comparable(_ file: String, path: String) throws -> (text: String, status: Int32) {
        var text = try String(contentsOf: workshop.url(file), encoding: .utf8)
        text = text.replacing("\"\(path)\"", with: "\"image\"")
        for member in ["seconds", "bytesPerSecond"] {
            text.replace(try Regex("\"\(member)\" ?: ?[^,}]*"), with: "")
        }
        let status = try String(contentsOf: workshop.url(file + ".status"), encoding: .utf8)
        return (text, Int32(status.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1)
    }

    /// A way to give an archive to the program: what makes the file, how the program is run, and the path that it sees.
    struct Way: Sendable {
        var make: String
        var run: String
        var path: String
    }

    static let ways = [
        Way(make: ":", run: "cat image.tar | v -", path: "-"),
        Way(make: "gzip -nc image.tar >\"$T/packed.gz\"", run: "v \"$T/packed.gz\"", path: "packed.gz"),
        Way(make: "zstd -qc image.tar >\"$T/packed\"", run: "v --jobs 1 \"$T/packed\"", path: "packed"),
        Way(make: ":", run: "zstd -qc image.tar | v -", path: "-"),
        Way(make: ":", run: "gzip -nc image.tar | TMPDIR=/nowhere v --jobs 1 -", path: "-"),
    ]

    /// An archive with a way: each way for each archive if slow tests are requested, otherwise one of them for every sixth.
    static let runs: [(CorpusTests.Case, Int)] = archives.enumerated().flatMap { place, item in
        ways.indices.filter { SlowTests.areWanted || 6 * $0 == place % (6 * ways.count) }.map { (item, $0) }
    }

    @Test(arguments: runs)
    func anArchiveHasTheSameReportFromAStream(_ item: CorpusTests.Case, _ number: Int) throws {
        let expectation = try JSONDecoder().decode(
            CorpusTests.Expectation.self, from: Data(contentsOf: item.folder.appending(path: "expect.json")))
        let arguments = (expectation.arguments ?? []).map { "'\($0)'" }.joined(separator: " ")
        let way = Self.ways[number]
        let run = try shell(
            """
            T=$PWD; cd "$1"; v() { "$P" --format json \(arguments) "$@" >"$T/$N"; echo $? >"$T/$N.status"; }
            N=plain; v image.tar; N=stream; \(way.make); \(way.run)
            """, item.folder.path)
        let plain = try comparable("plain", path: "image.tar")
        #expect(plain.status == expectation.status, "\(run.transcript)")
        let folder = workshop.folder.url.path
        let streamed = try comparable("stream", path: way.path == "-" ? "-" : folder + "/" + way.path)
        #expect(streamed.status == plain.status, "\(streamed.text)")
        // What is not an image is described: as a compressed file, and with commands for its path.
        if plain.text.contains("not-an-image") {
            #expect(streamed.text.contains("not-an-image"))
        } else {
            #expect(streamed.text == plain.text)
        }
    }

    // Damage of the stream around an archive

    static let damages = [
        ("gzip -c $1 | head -c -3", "stream-truncated"), ("zstd -qc $1 | head -c -3", "stream-truncated"),
        ("gzip -c $1 | head -c 2000", "stream-truncated"),
        ("(gzip -c $1; echo and more)", "stream-trailing-bytes"),
        ("(zstd -qc $1; echo and more)", "stream-trailing-bytes"),
        ("(zstd -qc $1; head -c 100 /dev/zero)", "stream-trailing-bytes"),
        (
            "gzip -c $1 | python3 -c 'import sys; b = bytearray(sys.stdin.buffer.read()); b[-6] ^= 1; sys.stdout.buffer.write(b)'",
            "stream-corrupt"
        ),
        (
            "(cat $1; head -c 400K /dev/zero) | zstd -qc --check | python3 -c 'import sys; b = bytearray(sys.stdin.buffer.read()); b[-2] ^= 1; sys.stdout.buffer.write(b)'",
            "stream-corrupt"
        ),
    ]

    /// From a pipe and from a file, or in turn if slow tests are not wanted.
    @Test(arguments: Array(damages.enumerated()))
    func aDamagedStreamIsRefutedAndNoImageInItIsVerified(_ place: Int, _ item: (String, String)) throws {
        let (stream, code) = item
        let ways = ["\(stream) | \"$P\" --format json -", "\(stream) >damaged; \"$P\" --format json damaged"]
        for (number, way) in ways.enumerated() where SlowTests.areWanted || number == place % 2 {
            let run = try shell(way, Self.sound)
            #expect(run.status == 1, "\(run.transcript)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            let codes = (report["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
            #expect(codes.first == code, "\(codes)")
            let images = report["images"] as? [[String: Any]] ?? []
            #expect(images.allSatisfy { $0["outcome"] as? String == "refuted" })
        }
    }

    @Test func zerosAfterAGzipStreamArePadding() throws {
        let run = try shell("(gzip -c $1; head -c 1000 /dev/zero) | \"$P\" -", Self.sound)
        #expect(run.status == 0 && run.text.contains("archive-trailing-bytes"), "\(run.transcript)")
    }

    @Test func aLimitOfTheDecoderLeavesTheImageUndetermined() throws {
        let run = try shell(
            "head -c 30M /dev/zero | zstd -q --long=27 --no-check | cat - $1 | \"$P\" --max-window 1MiB -", Self.sound)
        #expect(run.status == 2, "\(run.transcript)")
        let other = try shell("gzip -c $1 | \"$P\" --max-expansion 1 --max-expansion-free 1KiB -", Self.sound)
        #expect(other.status == 2 || other.status == 64, "\(other.transcript)")
    }

    // Pipes

    @Test func bytesMayArriveOneByOne() throws {
        let script = "import os, sys\nfor b in open(sys.argv[1], 'rb').read(): os.write(1, bytes([b]))"
        let run = try shell("python3 -c \"$2\" \"$1\" | \"$P\" -q -", Self.sound, script)
        #expect(run.status == 0, "\(run.transcript)")
    }

    @Test func aPipeThatEndsEarlyIsATruncatedArchive() throws {
        let run = try shell("head -c 5000 \"$1\" | \"$P\" -", Self.sound)
        #expect(run.status == 1 && run.text.contains("archive-truncated"), "\(run.transcript)")
    }

    @Test func anEmptyInputIsNotAnImage() throws {
        for input in ["<&-", "</dev/null"] {
            let run = try shell("\"$P\" - \(input)")
            #expect(run.status == 2 && run.text.contains("standard input is empty"), "\(run.transcript)")
        }
        let folder = try shell("\"$P\" - </")
        #expect(folder.status == 2 && folder.text.contains("is a directory"), "\(folder.transcript)")
    }

    @Test func anotherNameOfStandardInputIsReadIfItIsAPipe() throws {
        for path in ["/dev/stdin", "/proc/self/fd/0"] {
            let run = try shell("cat \"$1\" | \"$P\" -q \(path)", Self.sound)
            #expect(run.status == 0, "\(run.transcript)")
        }
        #expect(try shell("\"$P\" -q - <\"$1\"", Self.sound).status == 0)
    }

    @Test func aFileMayBeNamedHyphen() throws {
        let run = try shell("cp \"$1\" ./-; \"$P\" -q ./- </dev/null", Self.sound)
        #expect(run.status == 0, "\(run.transcript)")
    }

    @Test func standardInputGivenTwiceIsWrongUsage() throws {
        for command in ["", "inspect", "digest"] {
            let run = try shell("\"$P\" \(command) - - </dev/null")
            #expect(run.status == 64 && run.transcript.contains("may be given once"), "\(run.transcript)")
        }
    }

    @Test func aTerminalAsStandardInputIsWrongUsage() throws {
        let script = "import os, pty, sys\nsys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        let run = try shell("python3 -c \"$1\" \"$P\" - </dev/null", script)
        #expect(run.status == 64 && run.text.contains("is a terminal"), "\(run.transcript)")
    }

    @Test func aSignalEndsTheWaitForAPipe() throws {
        // The writer ends only after the program has reported.
        for (byteCount, options) in [(0, ""), (3000, ""), (3000, "-j1")] {
            let run = try shell(
                """
                mkfifo pipe; (head -c \(byteCount) "$1"; until [ -s report ]; do sleep 0.05; done) >pipe &
                timeout --foreground -s INT 0.3 "$P" --format json \(options) - <pipe >text; status=$?
                cat text | tee report; echo >>report; wait; rm pipe report; exit $status
                """, Self.sound)
            #expect(run.text.contains("\"interrupted\""), "\(run.transcript)")
            #expect(run.status != 0)
        }
    }

    /// A signal to the group of processes ends the writer, too, within a blob of the archive.
    @Test func anInterruptedWriterDoesNotRefute() throws {
        let run = try shell(
            """
            mkdir -p blobs/sha256; head -c 4M /dev/zero >blobs/sha256/$(printf 'a%063d' 0); tar -c blobs | head -c 3M >cut
            timeout -s INT 1 sh -c '(cat cut; exec sleep 20) | "$0" --format json - >report' "$P"; sleep 0.3; cat report
            """)
        #expect(run.text.contains("\"interrupted\""), "\(run.transcript)")
        #expect(run.text.contains("\"outcome\": \"undetermined\""))
    }

    // Other commands

    @Test func inspectShowsTheSameOfAPipe() throws {
        let run = try shell(
            "\"$P\" inspect \"$1\" | tail -n +2 >a; gzip -c \"$1\" | \"$P\" inspect - | tail -n +2 >b; cmp a b",
            Self.sound)
        #expect(run.status == 0, "\(run.transcript)")
    }

    @Test func digestsOfAPipeAreThoseOfTheFile() throws {
        for input in ["cat \"$1\"", "gzip -c \"$1\"", "zstd -qc \"$1\""] {
            let run = try shell(
                "\(input) >file; \"$P\" digest file >a; \(input) | \"$P\" digest - | sed 's/-$/file/' >b; cat b; cmp a b",
                Self.sound)
            #expect(run.status == 0, "\(run.transcript)")
        }
    }

    // Limits

    /// Documents of 24 MB come first, and those that name the images last.
    private static let manyDocuments = """
        import io, sys, tarfile
        a = tarfile.open(sys.argv[1]); out = tarfile.open(fileobj=sys.stdout.buffer, mode='w|')
        def add(name, data):
            i = tarfile.TarInfo(name); i.size = len(data); out.addfile(i, io.BytesIO(data))
        for n in [4_190_000] * 5 + [60_000] * 34 + [1000] * 80 + [100] * 10: add('filler', b'{"a":"' + b'x' * n + b'"}')
        for m in a: add(m.name, a.extractfile(m).read()) if m.isfile() else None
        out.close()
        """

    @Test func documentsThatAreNotKeptAreUndetermined() throws {
        let run = try shell("python3 -c \"$2\" \"$1\" | \"$P\" -", Self.sound, Self.manyDocuments)
        #expect(run.status == 2 && run.text.contains("was not kept"), "\(run.transcript)")
        let file = try shell("python3 -c \"$2\" \"$1\" >many.tar; \"$P\" many.tar", Self.sound, Self.manyDocuments)
        #expect(file.status == 0, "\(file.transcript)")
    }

    /// A docker-save archive with one layer of zeros, whose documents come last.
    private static let longLayer = """
        import hashlib, json, sys
        size = int(sys.argv[1]); out = sys.stdout.buffer; block = bytes(1 << 20); layer = hashlib.sha256()
        def header(name, size):
            b = bytearray(512); b[:len(name)] = name.encode(); b[100:107] = b'0000644'
            b[124] = 0x80; b[128:136] = size.to_bytes(8, 'big'); b[156] = 48
            b[257:265] = b'ustar\\0' + b'00'; b[148:156] = b' ' * 8; b[148:155] = b'%06o\\0' % sum(b); return bytes(b)
        def add(name, data): out.write(header(name, len(data)) + data + bytes(-len(data) % 512))
        out.write(header('a' * 64 + '/layer.tar', size))
        for _ in range(size >> 20): out.write(block); layer.update(block)
        config = json.dumps({'architecture': 'amd64', 'os': 'linux', 'rootfs': {'type': 'layers',
            'diff_ids': ['sha256:' + layer.hexdigest()]}}).encode()
        name = hashlib.sha256(config).hexdigest() + '.json'
        add(name, config)
        add('manifest.json', json.dumps([{'Config': name, 'RepoTags': ['a:1'], 'Layers': ['a' * 64 + '/layer.tar']}]).encode())
        out.write(bytes(1024))
        """

    @Test(
        .enabled(if: SlowTests.haveRelease && ProgramRun.areInstalled("time"), "\(SlowTests.releaseReason)"),
        arguments: [("cat", 2), ("gzip -1", 2), ("gzip -1", 4), ("zstd -q1", 2)])
    func memoryDoesNotDependOnTheSizeOfALayer(_ filter: String, jobs: Int) throws {
        let run = try shell(
            """
            python3 -c "$1" $((3 << 30)) | \(filter) | TMPDIR=/nowhere time -q -f %M -o peak "$P" -q -j \(jobs) --max-expansion unlimited -
            """, Self.longLayer)
        #expect(run.status == 0, "\(run.transcript)")
        let peak = try String(contentsOf: workshop.url("peak"), encoding: .utf8)
        let limit = (filter.hasPrefix("zstd") ? 64 : 48) << 10
        let peakKiB = try #require(Int(peak.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(peakKiB < limit)
    }

    /// The same archive, but the layer is a gzip member with one file, which is decoded in parts.
    private static let longGzipLayer =
        longLayer.components(separatedBy: "out.write(header('a' * 64")[0] + """
            import random, struct, zlib
            random.seed(1); block = bytes(random.choices(b'abcdefghijklmnop', k=1 << 20)); count = size >> 20; checksum = 0
            def packed(data, flush): c = zlib.compressobj(1, 8, -15); return c.compress(data) + c.flush(flush)
            first = header('file', size); parts = [packed(d, zlib.Z_FULL_FLUSH) for d in (first, block)]
            last = packed(bytes(1024), zlib.Z_FINISH)
            for data in [first] + [block] * count + [bytes(1024)]: layer.update(data); checksum = zlib.crc32(data, checksum)
            length = 18 + len(parts[0]) + count * len(parts[1]) + len(last)
            out.write(header('a' * 64 + '/layer.tar', length) + bytes([31, 139, 8, 0, 0, 0, 0, 0, 0, 3]) + parts[0])
            for _ in range(count): out.write(parts[1])
            out.write(last + struct.pack('<II', checksum, (size + 1536) % 2**32) + bytes(-length % 512))
            config =
            """ + longLayer.components(separatedBy: "config =")[1]

    @Test(
        .enabled(if: SlowTests.haveRelease && ProgramRun.areInstalled("time"), "\(SlowTests.releaseReason)"),
        arguments: [2, 4])
    func memoryDoesNotDependOnTheSizeOfAGzipLayer(_ jobs: Int) throws {
        let run = try shell(
            "python3 -c \"$1\" $((2 << 30)) | TMPDIR=/nowhere time -q -f %M -o peak \"$P\" -q -j \(jobs) -",
            Self.longGzipLayer)
        #expect(run.status == 0, "\(run.transcript)")
        let peak = try String(contentsOf: workshop.url("peak"), encoding: .utf8)
        let peakKiB = try #require(Int(peak.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(peakKiB < 48 << 10)
    }
}
