// layerverify: tests of ignore rules.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import Testing

@Suite struct ToleranceRuleTests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)

    private func rules(_ text: String) throws -> [ToleranceRule] {
        try ToleranceRule.rules(inFile: Array(text.utf8), named: "f")
    }

    private func fault(_ text: String) -> String? {
        do {
            _ = try ToleranceRule.rules(inFile: Array(text.utf8), named: "f")
            return nil
        } catch {
            return error.message
        }
    }

    @Test func aLineHasACodeAnOptionalDigestAnOptionalDayAndAReason() throws {
        let all = try rules(
            "# comment\n\n  blob-missing:\(Self.digest)\tuntil=2026-02-28  lost; ticket  #7 \r\nview-empty old builder")
        #expect(all.map { $0.term } == ["blob-missing:" + Self.digest, "view-empty"])
        #expect(all.map { $0.reason } == ["lost; ticket #7", "old builder"])
        #expect(all.map { $0.until?.description } == ["2026-02-28", nil])
        #expect(all.map { $0.place } == ["f:3", "f:4"])
        #expect(all.allSatisfy { $0.source == .file })
    }

    static let faults: [(String, String)] = [
        ("view-empty", "f:1: the reason is missing"), ("view-empty until=2026-01-01", "f:1: the reason is missing"),
        ("no-such-code x", "f:1: there is no finding 'no-such-code'. 'layerverify explain' lists all codes."),
        ("View-Empty x", "there is no finding 'View-Empty'. Did you mean 'view-empty'?"),
        ("error[blob-missing] x", "there is no finding 'error[blob-missing]'. Did you mean 'blob-missing'?"),
        ("view-empty until=2026-01-01", "a line is 'CODE[:DIGEST] [until=YYYY-MM-DD] REASON'"),
        ("view-empty until=2026-02-29 x", "'2026-02-29' is not a date"), ("view-empty until= x", "'' is not a date"),
        ("view-empty til=2026-01-01 x", "'til=2026-01-01' is not known"),
        ("view-empty x until=2026-01-01", "a date is written as until=YYYY-MM-DD, once"),
        ("view-empty until = 2020-01-01 x", "a date is written as"),
        ("view-empty Until:2020-01-01 x", "a date is written as"),
        ("view-empty x, \"until＝2020-01-01\"", "a date is written as"),
        ("view-empty x\rview-empty y", "a carriage return within the line"),
        ("blob-missing:sha256:aa x", "'sha256:aa' is not a digest"), ("view-empty: x", "'' is not a digest"),
        ("\n\nblob-missing x", "f:3: 'blob-missing' says that bytes are wrong"),
        ("not-an-image:\(digest) x", "only a baseline"), ("interrupted:\(digest) x", "cannot be ignored"),
    ]

    @Test(arguments: faults)
    func aWrongLineIsToldWithItsNumber(_ text: String, _ message: String) {
        #expect(fault(text)?.contains(message) == true, "\(fault(text) ?? "accepted")")
    }

    @Test func aFileThatIsNotTextIsRefused() {
        #expect(throws: ToleranceRule.Fault.self) { try ToleranceRule.rules(inFile: [0xff], named: "f") }
    }

    /// The worst fault of a verifier is a wrong "verified".
    @Test func noRuleWithoutDigestExcusesWrongOrUnreadBytes() {
        let wrongBytes: [FindingCode] = [
            .blobDigestMismatch, .blobSizeMismatch, .blobMissing, .blobUnreadable, .blobNotRegular, .blobOutsideImage,
            .linkNotFollowed, .diffIDMismatch, .streamCorrupt, .streamTruncated, .streamTrailingBytes, .streamDisputed,
            .compressionUnsupported, .windowTooLarge, .expansionLimit, .claimUnchecked, .dockerConfigNameMismatch,
            .dockerLayerSourceMismatch, .dataMismatch, .emptyDescriptorMismatch, .archiveTruncated, .jsonInvalid,
        ]
        for code in wrongBytes {
            #expect(throws: ToleranceRule.Fault.self) { try ToleranceRule(parsing: code.rawValue, source: .option) }
            #expect(throws: Never.self) {
                try ToleranceRule(parsing: code.rawValue + ":" + Self.digest, source: .option)
            }
        }
    }

    @Test func aRuleAppliesOnItsLastDay() throws {
        let rule = try #require(try rules("view-empty until=2026-02-28 x").first)
        for (day, isExpired) in [("2026-02-27", false), ("2026-02-28", false), ("2026-03-01", true)] {
            #expect(rule.isExpired(on: try #require(CalendarDay(parsing: day))) == isExpired)
        }
    }

    /// The page lists each code in the row of its class.
    @Test func thePolicyListsTheCodesOfEachClass() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/policy.md")
        var listed: [String: Set<String>] = [:]
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            guard let row = line.wholeMatch(of: #/\| (code|digest|baseline|never) \| (.*) \| .* \|/#) else { continue }
            let codes = row.2.split(separator: ",").map { $0.filter { !" `".contains($0) } }
            #expect(listed[String(row.1), default: []].isDisjoint(with: codes))
            listed[String(row.1), default: []].formUnion(codes)
        }
        for tolerance in FindingCode.Tolerance.allCases {
            let codes = Set(FindingCode.allCases.filter { $0.tolerance == tolerance }.map { $0.rawValue })
            #expect(listed[tolerance.rawValue] == codes, "\(tolerance)")
        }
    }
}

@Suite struct CalendarDayTests {
    @Test(arguments: ["2024-02-29", "2000-02-29", "1970-01-01", "9999-12-31", "0000-01-01"])
    func aDayIsWrittenAsItIsRead(_ text: String) {
        #expect(CalendarDay(parsing: text)?.description == text)
    }

    @Test(arguments: [
        "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-01", "24-01-01", "2024/01/01",
        "2024-01-01 ", "+024-01-01", "",
    ])
    func anythingElseIsNotADay(_ text: String) { #expect(CalendarDay(parsing: text) == nil) }

    /// Foundation is the oracle.
    @Test func secondsAreDays() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in stride(from: 0, to: 80_000, by: 17) {
            for second in [0, 86_399] {
                let date = Date(timeIntervalSince1970: Double(day * 86_400 + second))
                let parts = calendar.dateComponents([.year, .month, .day], from: date)
                let text = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
                #expect(CalendarDay(secondsSinceEpoch: Int64(day * 86_400 + second)).description == text)
            }
        }
    }
}

@Suite struct StorePairsTests {
    static let cases: [(String, [String], [String], [Int?])] = [
        ("the same paths", ["a", "b"], ["b", "a"], [1, 0]),
        ("dots and slashes", ["./a/", "b"], ["b", "a"], [1, 0]),
        ("one store always", ["/builds/2/x.tar"], ["images"], [0]),
        ("moved together", ["/mnt/x/a", "/mnt/x/b"], ["/srv/b", "/srv/a"], [1, 0]),
        ("moved, with the folder above", ["/mnt", "/mnt/a"], ["/srv", "/srv/a"], [0, 1]),
        ("one more, elsewhere", ["/srv/a", "/srv/b", "/opt/c"], ["/srv/a", "/srv/b"], [0, 1, nil]),
        ("one of several, by its name", ["b"], ["/srv/a", "/srv/b"], [1]),
        ("one of several, of a common name", ["app"], ["/srv/x/app", "/srv/y/app"], [nil]),
        ("two of the name of one", ["/mnt/x/app", "/mnt/z/app"], ["/srv/x/app", "/srv/x/b"], [nil, nil]),
        ("the same path twice", ["a", "a", "b"], ["a"], [0, 0, nil]),
        ("a known store has one partner", ["/srv/a", "/opt/a"], ["/srv/a"], [0, nil]),
        ("composed and decomposed", ["x/e\u{301}", "x/b"], ["x/\u{e9}", "x/b"], [nil, 1]),
        ("nothing known", ["a"], [], [nil]),
    ]

    @Test(arguments: cases)
    func storesHaveTheSamePartner(_ name: String, _ paths: [String], _ known: [String], _ pairs: [Int?]) {
        #expect(StorePairs.pairs(of: paths, with: known) == pairs, "\(name)")
    }
}
