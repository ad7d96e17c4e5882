// layerverify: every format over a fixed set of the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerVerify
import Testing

/// Compares the reports of all formats with the files in `Golden/formats/`. After an intended change run the suite with
/// `UPDATE_GOLDEN=1`, review the difference, and add a line to CHANGELOG.
@Suite struct FormatGoldenTests {
    /// The cases of the corpus, and the image in each: intact; damaged; two faults; an entry of an archive that cannot be
    /// checked; not an image.
    static let cases = [
        ("good/oci-gzip", "image"), ("bad/layer-byte-flipped", "image"), ("bad/layers-swapped", "image"),
        ("bad/docker-layer-xz", "image.tar"), ("bad/archive-of-no-image", "image.tar"),
    ]

    static let golden = DamageReportTests.tests.appending(path: "Golden/formats")

    static func fileName(_ item: String, _ format: Verification.Format) -> String {
        item.split(separator: "/").last.map { "\($0).\(format)" } ?? item
    }

    /// In a process of its own: reports show paths as they are given, so they must be relative.
    @Test func reportsMatchTheGoldenFiles() async {
        await #expect(processExitsWith: .success) {
            let isUpdate = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"
            let verifier = try Verifier(Verifier.Options(jobs: 2))
            for (item, image) in FormatGoldenTests.cases {
                let folder = DamageReportTests.corpus.appending(path: "../" + item).standardizedFileURL
                guard chdir(folder.path) == 0 else { throw CocoaError(.fileReadNoSuchFile) }
                let run = verifier.verify([image])
                // The duration differs between runs.
                var masked = run.report
                masked.summary.seconds = 0.25
                let report = Verification(masked, kind: run.kind)
                for format in Verification.Format.all {
                    var text = ""
                    report.write(as: format) { text += $0 }
                    let name = FormatGoldenTests.fileName(item, format)
                    let file = FormatGoldenTests.golden.appending(path: name)
                    if isUpdate { try text.write(to: file, atomically: true, encoding: .utf8) }
                    #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "\(name) differs")
                }
            }
        }
    }

    @Test func everyFormatIsDocumented() throws {
        let page = DamageReportTests.tests.appending(path: "../../docs/reports.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for format in Verification.Format.all {
            #expect(text.contains("\n| `\(format)`") || text.contains("\n| [`\(format)`"), "\(format)")
        }
    }

    @Test func eachFileBelongsToAFormatAndACase() throws {
        let expected = Self.cases.flatMap { item in Verification.Format.all.map { Self.fileName(item.0, $0) } }
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path)
        #expect(Set(found) == Set(expected))
    }
}
