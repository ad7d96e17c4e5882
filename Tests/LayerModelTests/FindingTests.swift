// layerverify: tests of outcomes, findings, places and byte counts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@Suite struct OutcomeTests {
    @Test func joinedOutcomeIsTheWorst() {
        let rising: [Outcome] = [.verified, .undetermined, .refuted]
        for (low, left) in rising.enumerated() {
            for (high, right) in rising.enumerated() {
                #expect(left.joined(with: right) == rising[max(low, high)])
            }
        }
    }

    @Test func outcomeOfADigestReport() {
        #expect(LayerDigestReport(records: []).outcome == .undetermined)
        let verified = LayerDigestRecord(path: "a", outcome: .verified)
        let refuted = LayerDigestRecord(path: "b", outcome: .refuted)
        #expect(LayerDigestReport(records: [verified]).outcome == .verified)
        #expect(LayerDigestReport(records: [verified, refuted, verified]).outcome == .refuted)
    }
}

@Suite struct FindingTests {
    @Test(arguments: FindingCode.allCases)
    func everyCodeHasAMeaning(_ code: FindingCode) {
        let summary = code.meaning.summary
        #expect(summary.hasSuffix("."))
        #expect(summary.first?.isLetter == true || summary.first == "`")
        #expect(summary.first?.isLowercase != true)
        #expect(!summary.contains("  "))
    }

    @Test(arguments: FindingCode.allCases)
    func namesAreInKebabCase(_ code: FindingCode) {
        let words = code.rawValue.split(separator: "-", omittingEmptySubsequences: false)
        #expect(words.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x61...0x7a).contains($0) } })
    }

    @Test func namesAreUnique() {
        #expect(Set(FindingCode.allCases.map { $0.rawValue }).count == FindingCode.allCases.count)
    }

    @Test(arguments: FindingCode.allCases)
    func onlyErrorsDecideTheOutcome(_ code: FindingCode) {
        #expect((code.severity == .error) == (code.outcome != .verified))
    }

    @Test func refutingMakesAnErrorOfAWarning() {
        let finding = Finding(.historyCountMismatch, "m", at: Place("p"))
        #expect(finding.severity == .warning)
        #expect(finding.outcome == .verified)
        #expect(finding.refuting().severity == .error)
        #expect(finding.refuting().outcome == .refuted)
        #expect(finding.refuting().code == finding.code)
    }

    @Test func pointersAreEscapedByRFC6901() {
        let place = Place("index.json").appending("annotations").appending("a/b~c").appending(3).appending("")
        #expect(place.pointer == "/annotations/a~1b~0c/3/")
        #expect(place.description == "index.json#/annotations/a~1b~0c/3/")
        // A tilde must not be escaped twice.
        #expect(Place("d").appending("~1").pointer == "/~01")
        #expect(Place("d").description == "d")
        #expect(Place("d").appending("é").pointer == "/é")
    }
}

@Suite struct ByteMathTests {
    @Test func sizesAreClamped() {
        #expect(ByteMath.clamp(0, to: 10) == 0)
        #expect(ByteMath.clamp(9, to: 10) == 9)
        #expect(ByteMath.clamp(10, to: 10) == 10)
        #expect(ByteMath.clamp(11, to: 10) == 10)
        #expect(ByteMath.clamp(.max, to: .max) == .max)
        #expect(ByteMath.clamp(.max, to: 0) == 0)
        #expect(UInt64(byteCount: .max) == UInt64(Int.max))
    }

    @Test func negativeCountsTrap() async {
        await #expect(processExitsWith: .failure) { _ = UInt64(byteCount: -1) }
        await #expect(processExitsWith: .failure) { _ = ByteMath.clamp(1, to: -1) }
    }

    @Test func expansionLimitDoesNotOverflow() {
        let limit = ExpansionLimit(ratio: 200, freeByteCount: 1000)
        #expect(limit.limit(forCompressed: 0) == 1000)
        #expect(limit.limit(forCompressed: 5) == 1000)
        #expect(limit.limit(forCompressed: 6) == 1200)
        #expect(limit.limit(forCompressed: .max) == .max)
        #expect(ExpansionLimit.unlimited.limit(forCompressed: 1) == .max)
    }
}
