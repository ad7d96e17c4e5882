// layerverify: reports on narrow terminals.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerReport
import Testing

@Suite struct NarrowReportTests {
    static let widths = [30, 40, 50, 60, 80, 100]

    private func lines(_ report: Report, _ style: ReportStyle, isTree: Bool = false) -> [Substring] {
        var text = ""
        if isTree {
            TextFormat().writeTree(report, in: style) { text += $0 }
        } else {
            TextFormat().write(report, in: style) { text += $0 }
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// A word longer than the terminal is at the beginning of a line of its own.
    @Test(arguments: SampleReport.all, widths)
    func linesFitTheTerminal(_ sample: SampleReport, _ width: Int) {
        for verbosity in [ReportStyle.Verbosity.normal, .verbose] {
            for isTree in [false, true] {
                let style = ReportStyle(verbosity: verbosity, width: width)
                for line in lines(sample.report, style, isTree: isTree) where line.count > width {
                    #expect(!line.drop { $0 == " " }.contains(" "), "\(line)")
                }
            }
        }
    }

    /// At 80 columns every digest is on one line, however deep it is.
    @Test(arguments: SampleReport.all)
    func nothingThatFitsEightyColumnsIsBroken(_ sample: SampleReport) {
        let style = ReportStyle(verbosity: .verbose, width: 80)
        #expect(lines(sample.report, style).allSatisfy { $0.count <= 80 })
        let whole = lines(sample.report, ReportStyle(verbosity: .verbose))
        let digests = Set(whole.flatMap { $0.matches(of: #/sha256:[0-9a-f]{64}/#).map { String($0.output) } })
        let narrow = lines(sample.report, style).joined(separator: "\n")
        for digest in digests { #expect(narrow.contains(digest)) }
    }

    /// Wrapping changes only spaces and line ends.
    @Test(arguments: SampleReport.all, widths)
    func noWordIsLost(_ sample: SampleReport, _ width: Int) {
        func letters(_ style: ReportStyle) -> String {
            String(lines(sample.report, style).joined().filter { $0 != " " })
        }
        #expect(letters(ReportStyle(width: width)) == letters(ReportStyle()))
    }

    @Test func coloursTakeNoRoom() {
        for sample in SampleReport.all {
            let plain = lines(sample.report, ReportStyle(width: 50))
            let coloured = lines(sample.report, ReportStyle(colour: .on, width: 50))
                .map { $0.replacing(#/\x1b\[[0-9;]*m/#, with: "") }
            #expect(coloured.map { String($0) } == plain.map { String($0) })
        }
    }
}
