// layerverify: tests of findings about tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerAudit

@Suite struct TOCFindingTests {
    static let record = TOCRecord(TOCClaim(), about: 3, at: Place("m.json"), image: 0, layer: 1)

    @Test(arguments: [
        (TOCFault.Severity.refute, FindingCode.layerTOCMismatch), (.warning, .layerTOCUnusable),
        (.undetermined, .layerTOCUnchecked), (.note, .layerIndexUnchecked),
    ])
    func theSeverityDecidesTheCode(severity: TOCFault.Severity, code: FindingCode) {
        for kind in TOCFault.Kind.allCases {
            let finding = Finding(TOCFault(kind, severity), of: Self.record, digest: nil, root: 0)
            #expect(finding.code == code)
            #expect(finding.blob == 3)
        }
    }

    @Test func aFindingNamesTheEntryAndBothValues() {
        var fault = TOCFault(
            .entryDiffers, .refute, path: Array("etc/x".utf8), property: "mode", expected: "04755", actual: "0755",
            headerOffset: 512)
        fault.furtherCount = 2
        let finding = Finding(fault, of: Self.record, digest: nil, root: 0)
        #expect(
            finding.message
                == "the table of contents of layer 2 says mode 04755 of etc/x (header at byte 512), the tar says 0755 (and 2 more)"
        )
        #expect(finding.expected == "04755")
        #expect(finding.actual == "0755")
    }

    @Test func longTextsAreCut() {
        let long = String(repeating: "x", count: 1000)
        let fault = TOCFault(.entryDiffers, .refute, property: "linkName", expected: long, actual: "y")
        let finding = Finding(fault, of: Self.record, digest: nil, root: 0)
        #expect(finding.message.count < 400)
        #expect((finding.expected ?? "").count < 300)
    }
}
