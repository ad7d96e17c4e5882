// layerverify: reports about common damage.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import TestSupport
import Testing

/// Compares reports about common damage, at the width of a narrow and of a wide terminal, with the files in `Golden/`.
/// After an intended change run the suite with `UPDATE_GOLDEN=1` and review the difference.
@Suite struct DamageReportTests {
    /// The name of a golden file, and its case of the corpus.
    static let cases = [
        ("flipped-layer", "layer-byte-flipped"), ("cut-layer", "layer-cut"),
        ("wrong-size", "layer-size-wrong"), ("swapped-layers", "layers-swapped"),
        ("swapped-files", "layers-exchanged"), ("edited-config", "config-changed"), ("missing-blob", "layer-missing"),
    ]
    static let widths = [80, 160]

    static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    static let corpus = tests.appending(path: "../../corpus/bad").standardizedFileURL

    /// Compares reports with golden files, in a process of its own: reports show paths as they are given, so they must
    /// be relative.
    private static func expectReports(_ name: String, of path: String, in folder: String) throws {
        guard chdir(folder) == 0 else { throw CocoaError(.fileReadNoSuchFile) }
        let verifier = try Verifier(Verifier.Options(jobs: 2))
        let report = verifier.verify([path])
        for width in widths {
            var text = ""
            report.write(as: .text, style: Verification.Style(width: width)) { text += $0 }
            // The duration differs between runs, and with it the line breaks after it.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let kept = lines.prefix { !$0.hasPrefix("✗ refuted:") }
            for line in kept where line.count > width { Issue.record("\(name): \(line.count) columns: \(line)") }
            for line in kept { expectWholeDigests(in: line) }
            let shown = kept.joined(separator: "\n") + "\n"
            let file = tests.appending(path: "Golden/\(name).\(width).txt")
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
                try shown.write(to: file, atomically: true, encoding: .utf8)
            }
            #expect(shown == (try String(contentsOf: file, encoding: .utf8)), "\(name) at \(width) columns")
        }
    }

    /// Expects all digits of a digest on one line.
    private static func expectWholeDigests(in line: some StringProtocol) {
        var run = 0
        for character in line + " " {
            if character.isHexDigit {
                run += 1
            } else {
                if run > 16 { #expect(run == 64, "\(line)") }
                run = 0
            }
        }
    }

    @Test func reportsAboutCommonDamageMatchTheGoldenFiles() async {
        await #expect(processExitsWith: .success) {
            for (name, item) in DamageReportTests.cases {
                try DamageReportTests.expectReports(
                    name, of: "image", in: DamageReportTests.corpus.appending(path: item).path)
            }
        }
    }

    @Test func oneBadImageOfTwelveIsListedAtTheEnd() async {
        await #expect(processExitsWith: .success) {
            let folder = try ScratchFolder()
            let good = DamageReportTests.corpus.appending(path: "../good/oci-gzip/image").standardizedFileURL
            let bad = DamageReportTests.corpus.appending(path: "layer-byte-flipped/image")
            for number in 1...12 {
                let name = "app-" + (number < 10 ? "0" : "") + String(number)
                try FileManager.default.createDirectory(
                    at: folder.url.appending(path: "images"), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: number == 7 ? bad : good, to: folder.url.appending(path: "images/" + name))
            }
            try DamageReportTests.expectReports("one-of-twelve", of: "images", in: folder.url.path)
        }
    }
}
