// layerverify: tests of the search, and of selections that match nothing.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct SearchTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    /// Runs lines of bash in the scratch folder. `$P` is the program, `$GOOD` and `$BAD` are layouts, `$TAGS` is a
    /// layout from which a case of the corpus selects an image, `$OLD` is an extracted docker-save archive.
    private func bash(_ lines: String) throws -> ProgramRun {
        let variables = [
            "P=" + ProgramRun.layerverifyPath, "GOOD=" + ProgramRun.corpus("good/oci-gzip/image"),
            "BAD=" + ProgramRun.corpus("bad/layer-byte-flipped/image"),
            "OLD=" + ProgramRun.corpus("good/docker-old-folder/image"),
        ]
        return try ProgramRun.run(
            "env", variables + ["bash", "-c", "cd \"$1\"; " + lines, "bash", workshop.folder.url.path])
    }

    static let hidden = [
        // Below and next to an image.
        "cp -r $GOOD n; cp -r $BAD n/sub", "cp -r $GOOD n; mkdir -p n/a/b; cp -r $BAD n/a/b/c",
        "cp -r $GOOD n; tar -C $BAD -cf n/other.tar .", "cp -r $OLD n; mkdir n/more; cp -r $BAD n/more/x",
        // In unusual places.
        "cp -r $GOOD n; mkdir n/lost+found; cp -r $BAD n/lost+found/x", "cp -r $GOOD n; tar -C $BAD -cf n/other.json .",
        "cp -r $OLD n; h=n/$(printf %064x 10); mkdir $h; tar -C $BAD -cf $h/x.tar .",
        // Deep below a folder.
        "mkdir -p n/1/2/3/4/5/6/7/8/9/10/11; cp -r $GOOD n; cp -r $BAD n/1/2/3/4/5/6/7/8/9/10/11/x",
    ]

    @Test(arguments: hidden) func aBadImageIsFoundAtAnyPlace(_ line: String) throws {
        let run = try bash(line + "; $P -q n")
        #expect(run.status == 1, "\(run.transcript)")
        #expect(run.text.contains("blob-digest-mismatch"))
    }

    @Test(arguments: [
        "mkdir -p d/1/2/3/4/5/6/7/8/9/10/11/12; cp -r $GOOD d/ok", "cp -r $GOOD d; echo text > d/README; mkdir d/docs",
        "cp -r $OLD d; tar -C $GOOD -cf d/other.tar README.md 2>/dev/null; rm -f d/other.tar",
        "mkdir d; cp -r $GOOD d; mkdir w; echo '{}' > w/index.html; tar -C w -czf d/web.tgz .",
        "mkdir d; cp -r $GOOD d; mkdir w; echo '{\"schemaVersion\": 1}' > w/index.json; tar -C w -czf d/web.tgz index.json",
    ])
    func otherFilesNextToImagesAreNotAFault(_ line: String) throws {
        let run = try bash(line + "; $P --strict d")
        #expect(run.status == 0, "\(run.transcript)")
    }

    @Test(arguments: [
        "tar -C $BAD -czf d/x.tgz .", "tar -C $BAD -c . | zstd -q > d/x.tar.zst",
        "tar -C $BAD -czf d/x.tgz oci-layout index.json blobs",
    ])
    func aCompressedArchiveInAFolderIsVerified(_ line: String) throws {
        let run = try bash("mkdir d; cp -r $GOOD d/ok; " + line + "; $P d")
        #expect(run.status == 1, "\(run.transcript)")
        #expect(run.text.contains("blob-digest-mismatch"))
    }

    /// The second header of the archive is damaged, so no name in it says that it is an image.
    @Test(arguments: ["gzip -n > d/x.tgz", "zstd -q > d/x.tar.zst", "zstd -q --no-check > d/packed"])
    func aDamagedCompressedArchiveInAFolderIsReported(_ compress: String) throws {
        let damage = "(head -c 512; head -c 20 | tr a-z A-Z; cat)"
        let run = try bash("mkdir d; cp -r $GOOD d/ok; tar -C $GOOD -c . | \(damage) | \(compress); $P d")
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("not-an-image"))
    }

    /// The first block of zstd is longer than 64 KiB, and nothing comes out before its end.
    @Test func aLongFirstBlockHidesNoImage() throws {
        let run = try bash(
            """
            mkdir d; cp -r $GOOD d/ok; cp -r $BAD i; head -c 90000 /dev/urandom | base64 -w0 >i/README
            tar -C i -cf i.tar README blobs index.json oci-layout; zstd -q i.tar -o d/b; $P d; echo "folder $?"
            $P d/b >/dev/null; echo "path $?"; $P - <d/b >/dev/null; echo "file $?"; cat d/b | $P - >/dev/null; echo "pipe $?"
            """)
        #expect(run.text.hasSuffix("folder 1\npath 1\nfile 1\npipe 1\n"), "\(run.transcript)")
    }

    @Test(arguments: ["mkdir -p d/s/blobs/sha512", "mkdir -p d/s/blobs/sha256"])
    func aFileThatMayBeAnImageIsReported(_ line: String) throws {
        let run = try bash("mkdir d; cp -r $GOOD d/ok; " + line + "; $P d")
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("not-an-image"))
    }

    @Test func everyPathAndEveryNameMustMatch() throws {
        let name = try #require(
            try bash("$P inspect --format json $GOOD").text.firstMatch(of: #/"reference": "([^"]+)"/#)?.1)
        #expect(try bash("$P -q --ref \(name) $GOOD").status == 0)
        let unmatched = try bash("$P -q --ref \(name) --ref no-such $GOOD")
        #expect(unmatched.status == 2, "\(unmatched.transcript)")
        #expect(unmatched.text.contains("no image matches --ref no-such"))
        let elsewhere = try bash("$P -q --ref \(name) $GOOD $OLD")
        #expect(elsewhere.status == 2, "\(elsewhere.transcript)")
        #expect(elsewhere.text.contains("nothing-selected"))
        // In a folder of images some may be unselected.
        #expect(try bash("mkdir all; cp -r $GOOD all/a; cp -r $OLD all/b; $P -q --ref \(name) all").status == 0)
    }

    @Test func aSearchStopsAtItsLimit() throws {
        let run = try bash(
            "mkdir d; cp -r $GOOD d/a; for i in 1 2 3 4 5 6 7 8 9; do echo x > d/b$i; done; $P --max-files 9 d")
        #expect(run.status == 2, "\(run.transcript)")
        #expect(run.text.contains("unchecked[search-limit]"))
        #expect(try bash("$P -q --max-files 99 d").status == 0)
        #expect(try bash("$P -q --max-files 0 d").status == 64)
    }

    @Test func otherFileSystemsAreLeftOutOnRequest() throws {
        let mounted = try bash("mkdir -p d/m; cp -r $GOOD d/a; mount -t tmpfs none d/m && cp -r $BAD d/m/x")
        guard mounted.status == 0 else {
            print("not tested: another file system, because mount is not allowed here")
            return
        }
        defer { _ = try? bash("umount d/m") }
        #expect(try bash("$P -q d").status == 1)
        let run = try bash("$P --one-file-system d")
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.contains("1 other file system"))
    }

    @Test func theReportNamesIgnoredFiles() throws {
        let lines = "mkdir d; cp -r $GOOD d/a; echo x > d/README; ln -s a d/latest; "
        let run = try bash(lines + "$P d")
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.text.contains("not checked: 2 ignored files"))
        #expect(!run.text.contains("d/README"))
        #expect(try bash("$P --verbose d").text.contains("\n  d/README\n  d/latest\n"))
        #expect(try bash("$P --format json d").text.contains("\"d/README\",\n"))
    }
}
