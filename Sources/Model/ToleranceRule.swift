// layerverify: rules that waive findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A rule of `--ignore` or of an ignore file.
package struct ToleranceRule: Hashable, Sendable {
    package let code: FindingCode
    /// The claimed digest of the only blob whose findings the rule waives; nil for the findings about every blob.
    package let digest: ContentDigest?
    package let source: Waiver.Source
    package let reason: String?
    /// The last day on which the rule applies; nil without a limit.
    package let until: CalendarDay?
    /// `FILE:LINE`; nil for a rule that is not from a file.
    package let place: String?

    /// Why a rule is wrong, in words. It may contain parts of the rule.
    package struct Fault: Error, Equatable {
        package let message: String

        package init(_ message: String) { self.message = message }
    }

    /// Makes a rule from `CODE` or `CODE:DIGEST`.
    ///
    /// Throws: `Fault` for an unknown code, a malformed digest, and a code that cannot be waived like that.
    package init(
        parsing term: String, source: Waiver.Source, reason: String? = nil, until: CalendarDay? = nil,
        place: String? = nil
    ) throws(Fault) {
        let colon = term.utf8.firstIndex(of: UInt8(ascii: ":"))
        let name = colon.map { String(term[..<$0]) } ?? term
        guard let code = FindingCode(rawValue: name) else {
            throw Fault("there is no finding '\(name.prefix(80))'. \(FindingCode.suggestion(for: name))")
        }
        digest = try colon.map { colon throws(Fault) in
            let text = String(term[term.utf8.index(after: colon)...])
            do throws(ContentDigest.GrammarError) {
                return try ContentDigest(parsing: text)
            } catch {
                throw Fault("'\(text)' is not a digest such as sha256:… with 64 lower-case hexadecimal digits")
            }
        }
        self.code = code
        self.source = source
        self.reason = reason
        self.until = until
        self.place = place
        switch code.tolerance {
        case .code: break
        case .digest where digest != nil: break
        case .digest:
            throw Fault(
                "'\(name)' says that bytes are wrong or were not compared, so it can be ignored for one blob only: "
                    + "'\(name):sha256:…' with the digest that is claimed of it")
        case .baseline:
            throw Fault("'\(name)' is about bytes that no digest names, so only a baseline can tolerate it")
        case .never:
            throw Fault("'\(name)' cannot be ignored: it says that what was asked for was not done")
        }
    }

    /// The rules of an ignore file, in order.
    ///
    /// Shape: one rule per line, `CODE[:DIGEST] [until=YYYY-MM-DD] REASON`, with spaces or tabs between them. Empty lines and
    /// lines that begin with `#` are skipped. The reason goes to the end of the line.
    ///
    /// - Parameter name: the name of the file in places and messages.
    ///
    /// Throws: `Fault` for the first line that is wrong, with the name and the number of the line.
    package static func rules(inFile bytes: [UInt8], named name: String) throws(Fault) -> [ToleranceRule] {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault("\(name): the file is not UTF-8") }
        var rules: [ToleranceRule] = []
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let place = "\(name):\(index + 1)"
            do throws(Fault) {
                if let rule = try rule(inLine: Substring(line), at: place) { rules.append(rule) }
            } catch {
                throw Fault("\(place): \(error.message)")
            }
        }
        return rules
    }

    private static let lineFormat = "a line is 'CODE[:DIGEST] [until=YYYY-MM-DD] REASON'"

    private static func rule(inLine line: Substring, at place: String) throws(Fault) -> ToleranceRule? {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        var words = line.utf8.split(whereSeparator: isBlank).map { Substring($0) }
        guard let term = words.first, !term.utf8.starts(with: [UInt8(ascii: "#")]) else { return nil }
        words.removeFirst()
        var until: CalendarDay?
        if let word = words.first, let equals = word.firstIndex(of: "="), word[..<equals].allSatisfy({ $0.isLetter }) {
            guard word.hasPrefix("until=") else {
                throw Fault("'\(word)' is not known here: after the code comes until=YYYY-MM-DD, or the reason")
            }
            let date = String(word.dropFirst("until=".count))
            until = CalendarDay(parsing: date)
            guard until != nil else { throw Fault("'\(date)' is not a date such as 2026-12-31") }
            words.removeFirst()
        }
        // A date that is not where it counts would never come.
        guard !hasDate(words) else {
            throw Fault("a date is written as until=YYYY-MM-DD, once, between the code and the reason")
        }
        guard !line.unicodeScalars.dropLast().contains("\r") else {
            throw Fault("a carriage return within the line: lines end with a line feed")
        }
        guard !words.isEmpty else { throw Fault("the reason is missing: \(lineFormat)") }
        return try ToleranceRule(
            parsing: String(term), source: .file, reason: words.joined(separator: " "), until: until, place: place)
    }

    /// Whether the reason has the word "until" and a date.
    private static func hasDate(_ words: [Substring]) -> Bool {
        let reason = words.joined(separator: " ").lowercased()
        return reason.contains(#/until/#) && reason.contains(#/[0-9]{4}-[0-9]{2}-[0-9]{2}/#)
            || words.contains { $0.lowercased().hasPrefix("until=") }
    }

    /// Whether the rule no longer applies.
    package func isExpired(on day: CalendarDay) -> Bool { until.map { $0 < day } ?? false }

    package var waiver: Waiver { Waiver(source: source, reason: reason, until: until?.description) }

    /// `CODE` or `CODE:DIGEST`.
    package var term: String { code.rawValue + (digest.map { ":\($0)" } ?? "") }
}
