// layerverify: reports as JUnit XML.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// JUnit XML: a suite for each image, with a test for its documents and one for each layer; a suite for each path that
/// has findings or no image.
///
/// Refuted is a failure and undetermined an error. A platform that is not here, and a path without an image, are skipped.
/// A test with warnings, or with findings that do not count, passes and has them as output. Notes are left out.
///
/// Spec: `junit-10.xsd` of the xUnit plugin of Jenkins. It has no `file` of a test and no `skipped` of the whole.
package struct JUnitFormat: VerdictFormat {
    package let name = "junit"

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var junit = JUnitReport(report)
        try junit.write(to: sink)
    }
}

/// Writes one report as JUnit XML. The counts of elements come before them, so each group is gone through twice.
private struct JUnitReport {
    private let groups: CheckGroups
    private var names: CheckNames
    private var buffer = ReportBuffer()

    private var report: Report { groups.report }

    init(_ report: Report) {
        groups = CheckGroups(report)
        names = CheckNames(report)
    }

    mutating func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let counts = groups.counts
        buffer.line(#"<?xml version="1.0" encoding="UTF-8"?>"#)
        buffer.line(
            #"<testsuites name="layerverify" tests="\#(counts.all)" failures="\#(counts.failed)" "#
                + #"errors="\#(counts.undetermined)" time="\#(seconds)">"#)
        let groups = groups
        try groups.forEach { group throws(Failure) in try write(group, to: sink) }
        buffer.line("</testsuites>")
        try buffer.flush(to: sink)
    }

    private var seconds: String {
        let seconds = report.summary.seconds
        return seconds.isFinite && seconds >= 0 && seconds < 1e12 ? HumanUnits.decimal(seconds, 3) : "0.000"
    }

    /// Writes a suite. Its time is zero: the blobs of all images are read at the same time.
    private mutating func write<Failure: Error>(
        _ group: CheckGroup, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let counts = CheckGroups.Counts(group)
        names.enter(group)
        let name = [names.path, names.image].compactMap { $0 }.joined(separator: ": ")
        let root = group.root.flatMap { report.roots.indices.contains($0) ? report.roots[$0] : nil }
        let file = root.map { #" file="\#(XMLText.escaping(FindingLines.cut($0.path)))""# } ?? ""
        buffer.line(
            #"  <testsuite name="\#(XMLText.escaping(name))" tests="\#(counts.all)" failures="\#(counts.failed)" "#
                + #"errors="\#(counts.undetermined)" skipped="\#(counts.skipped)" time="0.000"\#(file)>"#)
        for index in 0..<group.count {
            let check = group[index]
            try write(check, to: sink)
            try buffer.pass(to: sink)
        }
        buffer.line("  </testsuite>")
    }

    private mutating func write<Failure: Error>(
        _ check: Check, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let name = XMLText.escaping(names.name(of: check))
        let tag = #"    <testcase classname="\#(XMLText.escaping(names.className))" name="\#(name)" time="0.000""#
        guard check.result != .passed || !check.remarks.isEmpty else { return buffer.line(tag + "/>") }
        buffer.line(tag + ">")
        switch check.result {
        case .passed: break
        case .skipped: buffer.line(#"      <skipped message="\#(check.reason ?? "not checked")"/>"#)
        case .undetermined: try write(check, as: "error", to: sink)
        case .failed: try write(check, as: "failure", to: sink)
        }
        if !check.remarks.isEmpty {
            buffer.append("      <system-out>")
            try write(check.remarks, to: sink)
            buffer.line("</system-out>")
        }
        buffer.line("    </testcase>")
    }

    /// Writes all faults of a check in one element, because most readers look only at the first.
    private mutating func write<Failure: Error>(
        _ check: Check, as element: String, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        guard let first = check.faults.first else {
            let reason = check.reason ?? "not verified"
            let type = check.result == .failed ? Outcome.refuted : .undetermined
            return buffer.line(
                #"      <\#(element) type="\#(type.rawValue)" message="\#(reason)">\#(reason)</\#(element)>"#)
        }
        let finding = FindingLines(first, of: report)
        var message = XMLText.escaping(finding.message)
        if check.faults.count > 1 { message += " (and \(check.faults.count - 1) more)" }
        buffer.append(#"      <\#(element) type="\#(finding.code.rawValue)" message="\#(message)">"#)
        try write(check.faults, to: sink)
        buffer.line("</\(element)>")
    }

    /// Writes findings as text, without an empty line before or after them.
    private mutating func write<Failure: Error>(
        _ findings: [Int], to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var isFirst = true
        for index in findings {
            let lines = FindingLines(index, of: report)
            buffer.append(isFirst ? "" : "\n")
            isFirst = false
            buffer.append(lines.lines.map { XMLText.escapingMarkup($0) }.joined(separator: "\n"))
            try buffer.pass(to: sink)
        }
    }
}
