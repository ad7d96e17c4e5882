// layerverify: tests of the progress display.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import LayerVerifyCLI
import Synchronization
import TestSupport
import Testing

/// A run of 1 GiB at 100 MiB/s, in which blobs of 64 MiB are read.
private func progress(
    seconds: Double, blobs: Int = 4, inWork: Int? = nil, path: (Int) -> String = { digest($0) }
) -> Verifier.Progress {
    Verifier.Progress(
        doneByteCount: min(1 << 30, Int(seconds * Double(100 << 20))), totalByteCount: 1 << 30, doneBlobCount: 3,
        totalBlobCount: 40, elapsedSeconds: seconds,
        blobsInWork: (0..<blobs).map {
            Verifier.Progress.BlobInWork(path: path($0), doneByteCount: $0 << 20, totalByteCount: 64 << 20)
        }, blobInWorkCount: inWork)
}

private func digest(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "blobs/sha256/" + digits + String(repeating: "a", count: 64 - digits.count)
}

@Suite struct ProgressLinesTests {
    private func screen(_ progress: Verifier.Progress, _ columns: Int, _ rows: Int) -> [String] {
        ProgressLines(progress, rate: ProgressRate()).screen(columns: columns, rows: rows)
    }

    @Test func aWideTerminalShowsTheWholeRunAndEachBlob() {
        let lines = screen(progress(seconds: 5, blobs: 2), 160, 40)
        #expect(
            lines == [
                String(repeating: "━", count: 19) + String(repeating: "─", count: 21)
                    + "   48 %  500 MiB of 1.00 GiB  3 of 40 blobs  100 MiB/s  5.24 s left",
                "  0aaaaaaaaaaa  " + String(repeating: "─", count: 20) + "    0 %  64.0 MiB",
                "  1aaaaaaaaaaa  " + String(repeating: "─", count: 20) + "    1 %  64.0 MiB",
            ])
    }

    @Test func aNarrowTerminalShowsLess() {
        #expect(screen(progress(seconds: 5), 80, 40)[0].hasSuffix("500 MiB of 1.00 GiB  100 MiB/s  5.24 s left"))
        #expect(screen(progress(seconds: 5), 50, 40)[0].hasSuffix("500 MiB of 1.00 GiB  100 MiB/s"))
        #expect(
            screen(progress(seconds: 5), 20, 40)
                == ["━━━━━───────   48 %", "    0 %", "    1 %", "    3 %", "    4 %"])
    }

    /// Blobs of image stores that are not walked yet are not counted: a share or a time would be false.
    @Test func anUnknownTotalIsShownAsOne() {
        var progress = progress(seconds: 5, blobs: 1)
        progress.isTotalKnown = false
        #expect(
            screen(progress, 160, 40) == [
                "500 MiB of at least 1.00 GiB  3 of at least 40 blobs  100 MiB/s",
                "  0aaaaaaaaaaa  " + String(repeating: "─", count: 20) + "    0 %  64.0 MiB",
            ])
        #expect(screen(progress, 50, 40)[0] == "500 MiB of at least 1.00 GiB  100 MiB/s")
        #expect(screen(progress, 20, 40)[0] == "500 MiB of at least")
    }

    /// For every size: all lines fit, a row stays free, and what is left out is counted.
    @Test(arguments: 0..<24)
    func everySizeFits(_ rows: Int) {
        let names: [(Int) -> String] = [
            { digest($0) }, { _ in "a file of a name that is long, and of 漢字 " + String(repeating: "é", count: 30) },
            { "\($0)/layer\u{1b}[2J\u{202e}.tar" },
        ]
        // Every fourth width if slow tests are not wanted, others for each height.
        for columns in 0..<200 where SlowTests.areWanted || columns % 4 == rows % 4 {
            for (blobs, inWork, name) in [(0, 0, names[0]), (1, 1, names[1]), (9, 9, names[0]), (16, 40, names[2])] {
                let lines = screen(progress(seconds: 5, blobs: blobs, inWork: inWork, path: name), columns, rows)
                #expect(lines.count >= 1 && lines.count <= max(1, rows - 1))
                for line in lines {
                    #expect(
                        BlobLabel.width(of: line.filter { !"━─".contains($0) }) + line.count { "━─".contains($0) }
                            < max(1, columns))
                    #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202e}" })
                }
                guard columns > 60, lines.count > 1 else { continue }
                let isCut = lines.last?.hasSuffix(" more") == true
                #expect(isCut == (inWork > lines.count - 1))
                if isCut { #expect(lines.last == "  and \(inWork - lines.count + 2) more") }
            }
        }
    }

    @Test func aSingleBlobHasNoLineOfItsOwn() {
        var single = progress(seconds: 5, blobs: 1)
        single.totalBlobCount = 1
        #expect(screen(single, 100, 40).count == 1)
    }

    @Test func documentsAndFilesAreCounted() {
        var reading = progress(seconds: 1, blobs: 0)
        reading.documentCount = 1
        #expect(screen(reading, 80, 24) == ["1 document read"])
        reading.documentCount = 0
        reading.searchedFileCount = 12
        reading.imageStoreCount = 2
        #expect(screen(reading, 80, 24) == ["searching: 12 files, 2 images"])
        #expect(screen(reading, 10, 24) == ["searching"])
    }

    @Test(arguments: [
        ("blobs/sha256/" + String(repeating: "6c3c624b58db", count: 6).prefix(64), "6c3c624b58db"),
        (String(repeating: "0123456789abcdef", count: 4) + "/layer.tar", "0123456789ab/layer.tar"),
        (String(repeating: "0123456789abcdef", count: 4) + ".tar.gz", "0123456789ab.tar.gz"),
        ("layer.tar", "layer.tar"), ("a\nb", "a\\nb"),
        ("some/very/long/folder/with/a/layer.tar", "…folder/with/a/layer.tar"), ("", ""),
    ])
    func blobsAreNamedByTheBeginningOfTheirDigests(_ path: String, _ name: String) {
        #expect(BlobLabel.shortened(path, to: 24) == name)
    }
}

@Suite struct ProgressRateTests {
    @Test func theRateIsThatOfTheLastSeconds() throws {
        var rate = ProgressRate()
        var now = progress(seconds: 0)
        // 10 MiB per second for 20 seconds, and then 1 MiB per second.
        for step in 0...400 {
            now.elapsedSeconds = Double(step) / 10
            now.doneByteCount = Int(
                (min(20, now.elapsedSeconds) * 10 + max(0, now.elapsedSeconds - 20)) * Double(1 << 20))
            rate.note(now)
            if step == 3 { #expect(rate.bytesPerSecond(now) != nil) }
            if step == 199 { #expect(abs(try #require(rate.bytesPerSecond(now)) - Double(10 << 20)) < 1000) }
        }
        #expect(abs(try #require(rate.bytesPerSecond(now)) - Double(1 << 20)) < 1000)
    }

    @Test func nothingReadHasNoRate() {
        var rate = ProgressRate()
        var now = progress(seconds: 0)
        now.doneByteCount = 0
        rate.note(now)
        #expect(rate.bytesPerSecond(now) == nil)
        now.elapsedSeconds = 3
        rate.note(now)
        #expect(rate.bytesPerSecond(now) == 0)
        #expect(!ProgressLines(now, rate: rate).figures.contains("left"))
    }
}

@Suite struct ProgressDisplayTests {
    /// What a display writes, and a terminal that shows it.
    private final class Recorder: Sendable {
        let writes = Mutex<[String]>([])
        let isForeground = Mutex(true)
        let isDrawn = Mutex(false)
        let size = Mutex((columns: 80, rows: 24))

        var screen: ProgressDisplay.Screen {
            ProgressDisplay.Screen(
                size: { self.size.withLock { $0 } }, isForeground: { self.isForeground.withLock { $0 } },
                write: { text in self.writes.withLock { $0.append(text) } },
                noteDrawn: { drawn in self.isDrawn.withLock { $0 = drawn } })
        }

        var text: String { writes.withLock { $0.joined() } }

        /// The lines on the screen after all writes, and the row of the cursor.
        func shown() -> (lines: [String], row: Int) {
            var lines = [""]
            var row = 0
            var column = 0
            var rest = Substring(text)
            while let character = rest.popFirst() {
                switch character {
                case "\r\n":
                    row += 1
                    column = 0
                    if row == lines.count { lines.append("") }
                case "\r": column = 0
                case "\u{1b}":
                    let sequence = rest.prefix { !$0.isLetter }
                    rest = rest.dropFirst(sequence.count)
                    switch rest.popFirst() {
                    case "K": lines[row] = String(lines[row].prefix(column))
                    case "J": lines = Array(lines[..<row]) + [String(lines[row].prefix(column))]
                    case "A": row -= Int(sequence.dropFirst()) ?? 0
                    case let other: Issue.record("unknown sequence \(String(describing: other))")
                    }
                default:
                    lines[row] =
                        String(lines[row].prefix(column)) + String(character) + lines[row].dropFirst(column + 1)
                    column += 1
                }
            }
            return (lines, row)
        }
    }

    @Test func theBarsAreDrawnOverEachOtherAndErased() {
        let recorder = Recorder()
        let display = ProgressDisplay(.bar, on: recorder.screen)
        display.observe(progress(seconds: 0.1))
        #expect(recorder.text.isEmpty)
        for (second, blobs) in [(1, 4), (2, 8), (3, 8), (4, 1), (5, 0), (6, 3)] {
            let before = recorder.writes.withLock { $0.count }
            let now = progress(seconds: Double(second), blobs: blobs)
            display.observe(now)
            #expect(recorder.writes.withLock { $0.count } == before + 1)
            let shown = recorder.shown()
            #expect(shown.lines.count == 1 + blobs)
            #expect(shown.lines[0].contains("\(second)00 MiB of"))
            #expect(shown.row == 0)
            #expect(recorder.isDrawn.withLock { $0 })
        }
        display.finish()
        #expect(recorder.shown().lines == [""])
        #expect(!recorder.isDrawn.withLock { $0 })
        let end = recorder.text
        display.observe(progress(seconds: 9))
        display.finish()
        #expect(recorder.text == end)
    }

    @Test func eachDrawingAsksForTheSize() {
        let recorder = Recorder()
        let display = ProgressDisplay(.bar, on: recorder.screen)
        display.observe(progress(seconds: 1, blobs: 8))
        #expect(recorder.shown().lines.count == 9)
        recorder.size.withLock { $0 = (30, 5) }
        display.observe(progress(seconds: 2, blobs: 8))
        let shown = recorder.shown().lines
        #expect(shown.count == 4)
        #expect(shown.allSatisfy { $0.count < 30 })
        #expect(shown.last == "  and 6 more")
    }

    @Test func nothingIsDrawnInTheBackground() {
        let recorder = Recorder()
        recorder.isForeground.withLock { $0 = false }
        let display = ProgressDisplay(.bar, on: recorder.screen)
        display.observe(progress(seconds: 1))
        #expect(recorder.text.isEmpty)
        recorder.isForeground.withLock { $0 = true }
        display.observe(progress(seconds: 2))
        let drawn = recorder.text
        #expect(!drawn.isEmpty)
        recorder.isForeground.withLock { $0 = false }
        display.observe(progress(seconds: 3))
        display.finish()
        #expect(recorder.text == drawn)
    }

    @Test func aLogHasOneLineEveryTenSecondsAndOneAtTheEnd() {
        let recorder = Recorder()
        let display = ProgressDisplay(.lines, on: recorder.screen)
        for tenth in 1...999 { display.observe(progress(seconds: Double(tenth) / 100)) }
        display.observe(progress(seconds: 9.99))
        #expect(recorder.text.isEmpty)
        for second in 10...35 { display.observe(progress(seconds: Double(second))) }
        #expect(recorder.writes.withLock { $0.count } == 3)
        #expect(recorder.text.hasPrefix(" 97 %  1000 MiB of 1.00 GiB  3 of 40 blobs  100 MiB/s  0.240 s left\n"))
        display.finish()
        let lines = recorder.text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.last == "100 %  1.00 GiB of 1.00 GiB  3 of 40 blobs  29.3 MiB/s  after 35.0 s")
    }

    @Test func theLogOfAShortRunIsEmpty() {
        let recorder = Recorder()
        let display = ProgressDisplay(.lines, on: recorder.screen)
        display.observe(progress(seconds: 9))
        display.finish()
        #expect(recorder.text.isEmpty)
    }
}

/// The program on a terminal, with a shell that controls jobs.
@Suite struct ProgressOnATerminalTests {
    @Test(.enabled(if: ProgramRun.areInstalled("script", "bash"), "needs script and bash"))
    func theBarsAreErasedBeforeTheProcessStopsAndDrawnAgainAfterwards() throws {
        let workshop = try ImageFixture()
        for name in ["one", "two"] { try Data(repeating: 7, count: 1 << 20).write(to: workshop.url(name)) }
        let script = """
            cd "$1"
            export SHELL=/bin/bash COLUMNS=100
            # In a file of its own, because `script -c` passes one line to a shell.
            cat > job <<'END'
            set -m
            bash -c 'echo $$ > pid; exec "$P" digest --max-rate 200KiB one two' || true
            echo STOPPED
            fg > /dev/null
            END
            script -qefc 'bash job' shown > /dev/null & run=$!
            until grep -q 'of 2.00 MiB' shown; do kill -0 $run || exit 1; sleep 0.02; done
            kill -TSTP $(cat pid)
            until grep -q STOPPED shown; do kill -0 $run || exit 1; sleep 0.02; done
            sleep 0.4
            kill -TERM $(cat pid)
            wait $run
            cat shown
            """
        let run = try ProgramRun.run(
            "timeout",
            [
                "30", "env", "P=\(ProgramRun.layerverifyPath)", "bash", "-c", script, "bash", workshop.folder.url.path,
            ])
        let parts = run.text.components(separatedBy: "STOPPED")
        try #require(parts.count == 2, "\(run.transcript)")
        let erase = "\r\u{1b}[J"
        let bars = "of 2.00 MiB"
        // Before the stop: bars, and after the last of them the sequence that erases them.
        let stopped = try #require(parts[0].components(separatedBy: bars).last)
        #expect(parts[0].contains(bars))
        #expect(stopped.contains("\u{1b}[1A" + erase) || stopped.contains("\r" + erase), "\(stopped.debugDescription)")
        // After it: bars again, and the report in their place.
        let ended = try #require(parts[1].components(separatedBy: bars).last)
        #expect(parts[1].contains(bars), "\(run.text.debugDescription)")
        #expect(ended.contains(erase + "layerverify: one: "), "\(ended.debugDescription)")
    }
}
