// layerverify: reports in the Test Anything Protocol.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The Test Anything Protocol: a test for the documents of each image, one for each layer, and one for each path that has
/// findings or no image.
///
/// Refuted and undetermined are `not ok`; the diagnostics say which. A platform that is not here, and a path without an
/// image, are skipped. A test with warnings, or with findings that do not count, is `ok` with diagnostics. Notes are left
/// out.
///
/// The text is a flat list that readers of version 13 and of version 14 understand alike: it has no subtests, and says 13,
/// since readers of 13 refuse a greater number.
///
/// Spec: TAP 13 specification; TAP 14 specification §Escaping, §YAML Diagnostics.
package struct TAPFormat: VerdictFormat {
    package let name = "tap"

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var tap = TAPReport(report)
        try tap.write(to: sink)
    }
}

/// Writes one report as TAP.
private struct TAPReport {
    private let groups: CheckGroups
    private var names: CheckNames
    private var buffer = ReportBuffer()
    /// The number of the last test.
    private var number = 0

    init(_ report: Report) {
        groups = CheckGroups(report)
        names = CheckNames(report)
    }

    mutating func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        buffer.line("TAP version 13")
        let groups = groups
        let count = groups.counts.all
        buffer.line("1..\(count)" + (count == 0 ? " # SKIP nothing was checked" : ""))
        try groups.forEach { group throws(Failure) in
            names.enter(group)
            for index in 0..<group.count {
                let check = group[index]
                try write(check, to: sink)
                try buffer.pass(to: sink)
            }
        }
        try buffer.flush(to: sink)
    }

    private mutating func write<Failure: Error>(
        _ check: Check, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        number += 1
        let name = names.name(of: check)
        // The name of an image without its path would be ambiguous in a flat list.
        let description = TAPText.description(names.path + ": " + name)
        switch check.result {
        case .passed: buffer.line("ok \(number) - \(description)")
        case .skipped: return buffer.line("ok \(number) - \(description) # SKIP \(check.reason ?? "not checked")")
        case .undetermined, .failed: buffer.line("not ok \(number) - \(description)")
        }
        let findings = check.faults + check.remarks
        guard check.result != .passed || !findings.isEmpty else { return }
        buffer.line("  ---")
        buffer.line("  outcome: " + outcome(of: check.result).rawValue)
        if let reason = check.reason { buffer.line("  message: " + TAPText.quoted(reason)) }
        if !findings.isEmpty { buffer.line("  findings:") }
        for index in findings {
            write(FindingLines(index, of: groups.report))
            try buffer.pass(to: sink)
        }
        buffer.line("  ...")
    }

    private func outcome(of result: Check.Result) -> Outcome {
        switch result {
        case .passed, .skipped: .verified
        case .undetermined: .undetermined
        case .failed: .refuted
        }
    }

    private mutating func write(_ finding: FindingLines) {
        buffer.line("    - severity: " + finding.label)
        buffer.line("      code: " + finding.code.rawValue)
        buffer.line("      message: " + TAPText.quoted(finding.message))
        for field in finding.fields {
            let key = field.name == "built by" ? "built-by" : field.name
            buffer.line("      \(key): " + TAPText.quoted(field.value))
        }
    }
}
