// layerverify: runs that are interrupted.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct SignalTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    /// Verifies an image that takes minutes, and sends `signal` once its large layer is being read.
    ///
    /// Returns: the run of the program itself, with 128 plus the number of the signal that ended it.
    private func interrupt(
        _ signal: String, _ arguments: String..., others: [[String: Any]] = [], isRepeated: Bool = false
    ) throws -> ProgramRun {
        try workshop.longLayout("image", byteCount: 200 << 30, others: others)
        let killer = """
            until ls -l /proc/$$/fd | grep -q \(ImageFixture.digest(0xb).dropFirst(7)); do sleep 0.02; done
            sleep 0.2; kill -\(signal) $$\(isRepeated ? "; sleep 0.02; kill -\(signal) $$" : "")
            """
        // The shell executes the program in its own process, so that the signal that ended it is visible.
        return try ProgramRun.run(
            "timeout",
            [
                "--signal=KILL", "--foreground", "30", "sh", "-c", "(\(killer)) & exec \"$@\"", "sh",
                ProgramRun.layerverifyPath,
            ] + arguments + [workshop.path("image")])
    }

    @Test(arguments: [("INT", 2), ("TERM", 15), ("HUP", 1)])
    func aSignalEndsTheRunWithItsReportAndThenTheProgram(_ name: String, _ number: Int32) throws {
        let run = try interrupt(name, "--format", "json")
        #expect(run.status == 128 + number, "\(run.transcript)")
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        #expect(report["outcome"] as? String == "undetermined")
        let findings = try #require(report["findings"] as? [[String: Any]])
        #expect(findings.map { $0["code"] as? String } == ["interrupted"])
    }

    /// `timeout` and service managers signal the process, and immediately after that its group. At this rate the run
    /// takes longer to end than the second signal takes to arrive. On a busy machine that signal may arrive too late
    /// and end the program, but not every time.
    @Test func theSameSignalImmediatelyAgainDoesNotEndTheProgram() throws {
        let report = workshop.url("report.json")
        for _ in 0..<5 where !FileManager.default.fileExists(atPath: report.path) {
            let run = try interrupt(
                "TERM", "--format", "json", "--max-rate", "100KiB", "-o", report.path, isRepeated: true)
            #expect(run.status == 128 + 15, "\(run.transcript)")
        }
        let content = try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any]
        #expect(content?["outcome"] as? String == "undetermined")
    }

    @Test func theTextListsBlobsThatWereNotReached() throws {
        let run = try interrupt("TERM")
        #expect(run.status == 128 + 15, "\(run.transcript)")
        #expect(run.text.contains("unchecked[interrupted]"))
        #expect(run.text.contains("? undetermined"))
    }

    @Test func theOutputFileIsWrittenBeforeTheProgramEnds() throws {
        let run = try interrupt("INT", "--format", "json", "--output", workshop.path("report.json"))
        #expect(run.status == 128 + 2, "\(run.transcript)")
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: workshop.url("report.json")))
        #expect((report as? [String: Any])?["outcome"] as? String == "undetermined")
    }

    @Test func nothingIsRefutedThatTheReferencePathDidNotConfirm() throws {
        let small = try workshop.put(Data("small".utf8), ImageFixture.tar, in: "image")
        let digest = try #require(small["digest"] as? String)
        try Data("wrong".utf8).write(to: workshop.url("image/blobs/sha256/" + digest.dropFirst(7)))
        let run = try interrupt("INT", "--format", "json", others: [small])
        #expect(run.status == 128 + 2, "\(run.transcript)")
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        #expect(report["outcome"] as? String == "undetermined")
        #expect(!run.text.contains("mismatch"))
    }

    /// The report goes into a pipe without a reader, so the program hangs after the first signal.
    @Test func aSecondSignalEndsTheProgramAtOnce() throws {
        let missing = (1...2000).map {
            ["mediaType": ImageFixture.tar, "digest": ImageFixture.digest($0 + 100), "size": 10] as [String: Any]
        }
        try workshop.longLayout("image", byteCount: 200 << 30, others: missing)
        let script = """
            mkfifo "$3/pipe"; sleep 60 < "$3/pipe" & reader=$!
            "$1" --format json --output "$3/pipe" "$2" & run=$!
            until ls -l /proc/$run/fd | grep -q \(ImageFixture.digest(0xb).dropFirst(7)); do sleep 0.02; done
            kill -TERM $run; sleep 1; kill -0 $run || echo died too early
            kill -TERM $run; wait $run; echo $?; kill -KILL $reader
            """
        let begin = ContinuousClock.now
        let run = try ProgramRun.run(
            "bash",
            ["-c", script, "bash", ProgramRun.layerverifyPath, workshop.path("image"), workshop.folder.url.path])
        #expect(run.text == "143\n", "\(run.transcript)")
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    /// The trace goes into a pipe without a reader, so the program hangs with an incomplete report.
    @Test func aSecondSignalLeavesNoIncompleteFile() throws {
        try workshop.longLayout("image", byteCount: 200 << 30)
        let script = """
            mkfifo "$3/pipe"; sleep 60 < "$3/pipe" & reader=$!
            "$1" --trace "$3/pipe" -o "$3/report" "$2" & run=$!
            until ls -l /proc/$run/fd | grep -q \(ImageFixture.digest(0xb).dropFirst(7)); do sleep 0.02; done
            sleep 1; ls -A "$3" | grep -c '^[.]'; kill -TERM $run; sleep 1; kill -0 $run || echo died too early
            kill -TERM $run; wait $run; echo $?; ls -A "$3" | grep report; kill -KILL $reader
            """
        let run = try ProgramRun.run(
            "bash",
            ["-c", script, "bash", ProgramRun.layerverifyPath, workshop.path("image"), workshop.folder.url.path])
        #expect(run.text == "0\n143\n", "\(run.transcript)")
    }
}
