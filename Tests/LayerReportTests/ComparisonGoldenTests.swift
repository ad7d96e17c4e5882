// layerverify: tests of reports on comparisons.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerReport
import Testing

/// Compares reports with the files in `Golden/comparisons`. After an intended change run the suite with `UPDATE_GOLDEN=1`, review
/// the difference, and add a line to CHANGELOG.
@Suite struct ComparisonGoldenTests {
    @Test(arguments: SampleComparisons.all.indices)
    func textMatchesTheGoldenFiles(_ number: Int) throws {
        let (name, report) = SampleComparisons.all[number]
        for verbosity in ReportStyle.Verbosity.allCases {
            try expectGolden(text(report, ReportStyle(verbosity: verbosity)), "\(name).\(verbosity.rawValue).txt")
        }
        try expectGolden(text(report, ReportStyle(colour: .on)), "\(name).colour.txt")
    }

    @Test(arguments: SampleComparisons.all.indices)
    func jsonMatchesTheGoldenFiles(_ number: Int) throws {
        let (name, report) = SampleComparisons.all[number]
        var text = ""
        JSONComparison(report).write { text += $0 }
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
        try expectGolden(text, "\(name).json")
    }

    @Test(arguments: SampleComparisons.all.indices)
    func textHasNoControlCharacters(_ number: Int) {
        let text = text(SampleComparisons.all[number].report, ReportStyle(verbosity: .verbose))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7f })
    }

    private func text(_ report: ComparisonReport, _ style: ReportStyle) -> String {
        var text = ""
        var comparison = TextComparison(report, in: style)
        comparison.write { text += $0 }
        return text
    }

    private func expectGolden(_ text: String, _ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/comparisons")
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "\(name) differs")
    }
}
