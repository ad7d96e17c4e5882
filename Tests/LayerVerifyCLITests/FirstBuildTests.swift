// layerverify: the messages of scripts/layerverify during a build.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A copy of the script, with a compiler that only prints the lines of SwiftPM.
@Suite struct FirstBuildTests {
    let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        let scripts = ReadmeTranscriptTests.root.appending(path: "scripts")
        for place in ["scripts/lib", "Sources", "bin"] {
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: place), withIntermediateDirectories: true)
        }
        for file in ["layerverify", "lib/packages.sh", "lib/progress.sh"] {
            try FileManager.default.copyItem(
                at: scripts.appending(path: file), to: folder.url.appending(path: "scripts/\(file)"))
        }
        try Data().write(to: folder.url.appending(path: "Package.swift"))
        try tool("dpkg-query", "echo installed")
        try tool(
            "swift",
            """
            case "$*" in --version) echo "Swift version 6.3"; exit ;; esac
            echo "[1/2] Compiling LayerModel"; echo "[2/2] Linking layerverify"
            if [ -n "${FAILING:-}" ]; then echo "error: no such thing"; exit 1; fi
            mkdir -p "$PWD/.build-release/release"
            printf '#!/bin/sh\\necho "ran $*"\\n' >.build-release/release/layerverify
            chmod +x .build-release/release/layerverify
            """)
    }

    private func tool(_ name: String, _ script: String) throws {
        let file = folder.url.appending(path: "bin/\(name)")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    private func run(_ line: String) throws -> ProgramRun {
        try ProgramRun.run("bash", ["-c", "cd \"$1\"; export PATH=\"$1/bin:$PATH\"; \(line)", "bash", folder.url.path])
    }

    @Test func theFirstBuildPrintsItsDurationAndLaterRunsAreSilent() throws {
        let first = try run("scripts/layerverify a b")
        #expect(first.status == 0)
        #expect(first.text == "ran a b\n", "\(first.transcript)")
        let said = String(decoding: first.errors, as: UTF8.self)
        #expect(
            said.contains(
                #/^building layerverify \(release\); the first build takes about \d+ minutes? on \d+ cores?\n/#),
            "\(said)")
        let second = try run("scripts/layerverify c")
        #expect(second.text == "ran c\n")
        #expect(second.errors.isEmpty, "\(second.transcript)")
    }

    @Test func aBuildAfterAChangeDoesNotPrintTheMessageOfTheFirst() throws {
        _ = try run("scripts/layerverify")
        let again = try run("sleep 0.01; touch Package.swift; scripts/layerverify")
        #expect(again.transcript.contains("since its sources changed"), "\(again.transcript)")
        #expect(!again.transcript.contains("first build"))
    }

    @Test func aFailedBuildPrintsItsOutputAndEndsWith2() throws {
        let run = try run("FAILING=1 scripts/layerverify x")
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.transcript.contains("error: no such thing"))
        #expect(run.transcript.hasSuffix("the build failed\n"), "\(run.transcript)")
        #expect(try self.run("scripts/layerverify x").text == "ran x\n")
    }

    @Test(.enabled(if: ProgramRun.areInstalled("script"), "needs script"))
    func aTerminalShowsEachStepInOneLine() throws {
        let run = try run("TERM=xterm script -qec 'scripts/layerverify x' /dev/null")
        #expect(run.text.contains("\r\u{1b}[K[1/2] Compiling LayerModel\r\u{1b}[K[2/2] Linking layerverify\r\u{1b}[K"))
        #expect(run.text.contains("ran x"))
    }
}
