// layerverify: tests of --nice and --max-rate.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct PaceTests {
    let workshop: ImageFixture

    init() throws {
        workshop = try ImageFixture()
        try Data(repeating: 7, count: 1 << 20).write(to: workshop.url("layer"))
    }

    private func bash(_ line: String) throws -> ProgramRun {
        try ProgramRun.run(
            "bash", ["-c", "P=$1; L=$2; " + line, "bash", ProgramRun.layerverifyPath, workshop.path("layer")])
    }

    @Test func aMebibyteAtOneMebibytePerSecondTakesOneSecond() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let run = try bash(#""$P" digest --max-rate 1MiB "$L""#)
        #expect(run.status == 0, "\(run.transcript)")
        #expect(clock.now - start > .milliseconds(950))
        let fast = try bash(#""$P" digest "$L""#)
        #expect(fast.output == run.output)
    }

    @Test func aRunThatSleepsCanBeInterrupted() throws {
        // At this rate the first block takes two minutes.
        let run = try bash(#"timeout -s INT -k 20 0.5 "$P" digest --max-rate 1000 "$L"; echo $?"#)
        #expect(run.text.hasSuffix("124\n"), "\(run.transcript)")
        #expect(String(decoding: run.errors, as: UTF8.self).contains("[interrupted]"))
    }

    @Test func documentsAreAlsoReadAtTheRate() throws {
        _ = try workshop.plainLayout("image", content: Data())
        // The layer takes a fifth of a second, the white space in the index one second.
        let index = workshop.url("image/index.json")
        try (Data(contentsOf: index) + Data(repeating: UInt8(ascii: " "), count: 8000)).write(to: index)
        let clock = ContinuousClock()
        let start = clock.now
        let run = try ProgramRun.layerverify("--max-rate", "8000", workshop.path("image"))
        #expect(run.status == 0, "\(run.transcript)")
        #expect(clock.now - start > .milliseconds(900))
    }

    @Test func niceThreadsHaveTheLowestPriority() throws {
        let run = try bash(
            #"""
            "$P" digest --nice --max-rate 512KiB "$L" & run=$!
            sleep 1
            for task in /proc/$run/task/*; do
                case $(cat $task/comm) in
                *overcommit) ;;
                *) echo "$(awk '{ print $19 }' $task/stat) $(ionice -p ${task##*/})" ;;
                esac
            done
            wait $run
            """#)
        #expect(run.status == 0, "\(run.transcript)")
        let lines = run.text.split(separator: "\n").filter { !$0.contains("sha256:") }
        // The main thread and at least one worker.
        #expect(lines.count >= 2 && lines.allSatisfy { $0 == "19 idle" }, "\(run.transcript)")
    }

    @Test func noRateIsWrongUsage() throws {
        #expect(try bash(#""$P" --max-rate 0 "$L""#).status == 64)
    }
}
