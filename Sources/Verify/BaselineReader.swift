// layerverify: reading a baseline.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import StrictJSON

/// Reads the findings of a JSON report piece by piece.
///
/// Memory: one finding at a time, and the findings as `KnownFindings` keeps them. Each finding and image store is checked as
/// strict JSON; of the rest only the nesting is checked, so that a report of which a part is lost is refused.
struct BaselineReader {
    /// Why a file is not a report.
    struct Fault: Error {
        let message: String

        init(_ message: String) { self.message = message }
    }

    private var known = KnownFindings()
    private var fault: Fault?
    private var offset = 0
    /// The brackets that are open.
    private var open: [UInt8] = []
    private var isInString = false
    private var isEscaped = false
    private var isOver = false
    /// The name of the current member at the top, and whether its value has begun.
    private var name: [UInt8] = []
    private var isInValue = false
    private var names: Set<[UInt8]> = []
    /// The bytes of the element or member that is being read, if it is needed.
    private var kept: [UInt8] = []
    private var keeps = false

    private static let maximumDepth = 100

    var hasFault: Bool { fault != nil }

    /// Reads further bytes. Nothing is read after a fault, which `finish` throws.
    mutating func read(_ bytes: [UInt8]) {
        for byte in bytes {
            guard fault == nil else { return }
            do throws(Fault) {
                try read(byte)
            } catch {
                fault = Fault("\(error.message) (at byte \(offset))")
            }
            offset += 1
        }
    }

    /// The findings.
    ///
    /// Throws: the first fault of the bytes, and one for a report that is not whole.
    func finish() throws(Fault) -> KnownFindings {
        if let fault { throw fault }
        guard isOver else { throw Fault(offset == 0 ? "it is empty" : "it ends in the middle") }
        for needed in ["schemaVersion", "tool", "findings", "roots"] where !names.contains(Array(needed.utf8)) {
            throw Fault("it has no '\(needed)'")
        }
        return known
    }

    private mutating func read(_ byte: UInt8) throws(Fault) {
        if isInString { return readInString(byte) }
        if isOver {
            guard [0x20, 0x09, 0x0a, 0x0d].contains(byte) else { throw Fault("something follows it") }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            guard !open.isEmpty else { throw Fault("it is not an object") }
            isInString = true
            keep(byte)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard !open.isEmpty || byte == UInt8(ascii: "{") else { throw Fault("it is not an object") }
            if open.count == 2, isElementNeeded {
                kept = []
                keeps = true
            }
            open.append(byte)
            guard open.count <= Self.maximumDepth else { throw Fault("it is nested too deeply") }
            keep(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            try close(byte)
        case UInt8(ascii: ":") where open.count == 1:
            guard !isInValue, names.insert(name).inserted else { throw Fault("a member occurs twice") }
            isInValue = true
            kept = []
            keeps = isMember("schemaVersion") || isMember("tool")
        case UInt8(ascii: ",") where open.count == 1:
            try endMember()
        default:
            guard !open.isEmpty || [0x20, 0x09, 0x0a, 0x0d].contains(byte) else { throw Fault("it is not an object") }
            keep(byte)
        }
        guard kept.count <= JSONDocument.maximumByteCount else { throw Fault("a finding is too long") }
    }

    private mutating func readInString(_ byte: UInt8) {
        keep(byte)
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            return
        }
        if open.count == 1, !isInValue, name.count < 100 { name.append(byte) }
    }

    private mutating func close(_ byte: UInt8) throws(Fault) {
        let opening = byte == UInt8(ascii: "}") ? UInt8(ascii: "{") : UInt8(ascii: "[")
        guard open.last == opening else { throw Fault("a bracket does not match") }
        if open.count == 1 {
            try endMember()
            isOver = true
        } else {
            keep(byte)
        }
        open.removeLast()
        guard open.count == 2, keeps, isElementNeeded else { return }
        keeps = false
        let element = try document()
        if isMember("findings") { try addFinding(element) } else { known.addStore(try text("path", of: element)) }
    }

    private mutating func endMember() throws(Fault) {
        if keeps {
            keeps = false
            let value = try document()
            if isMember("schemaVersion"), value.uint64 != 1 { throw Fault("'schemaVersion' is not 1") }
            if isMember("tool"), value["name"]?.string != Tool.name { throw Fault("'tool' is not \(Tool.name)") }
        }
        name = []
        isInValue = false
    }

    private mutating func keep(_ byte: UInt8) { if keeps { kept.append(byte) } }

    private func isMember(_ member: String) -> Bool { name.elementsEqual(member.utf8) }

    private var isElementNeeded: Bool { isMember("findings") || isMember("roots") }

    private func document() throws(Fault) -> JSONValue {
        do throws(JSONFault) {
            return try JSONDocument(parsing: kept).root
        } catch {
            throw Fault("a part of it is not JSON")
        }
    }

    // Findings

    private mutating func addFinding(_ value: JSONValue) throws(Fault) {
        let name = try text("code", of: value)
        guard let severity = Severity(rawValue: try text("severity", of: value)) else {
            throw Fault("a finding has an unknown severity")
        }
        let path = try text("path", of: value)
        let pointer = try text("pointer", of: value)
        let (expected, actual) = (try optionalText("expected", of: value), try optionalText("actual", of: value))
        let digest = try optionalText("digest", of: value).map { text throws(Fault) in
            do throws(ContentDigest.GrammarError) {
                return try ContentDigest(parsing: text)
            } catch {
                throw Fault("a finding has a malformed digest")
            }
        }
        let store = try optionalText("root", of: value)
        // A newer version may have further codes; here there are no such findings.
        guard let code = FindingCode(rawValue: name) else { return }
        // A rule that was removed or has expired must not remain in force through the baseline.
        if let waiver = value["waiver"], !waiver.isNull, waiver["source"]?.string != "baseline" { return }
        // A finding that stands for many: it does not tell which.
        let isCount = actual.map { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } } ?? false
        if path.isEmpty, pointer.isEmpty, digest == nil, isCount { return }
        known.add(
            KnownFindings.Entry(
                code: code, severity: severity, digest: digest, place: Place(path, pointer), expected: expected,
                actual: actual, store: store))
    }

    private func text(_ member: String, of value: JSONValue) throws(Fault) -> String {
        guard let text = value[member]?.string else { throw Fault("'\(member)' is missing or is not a string") }
        return text
    }

    private func optionalText(_ member: String, of value: JSONValue) throws(Fault) -> String? {
        guard let found = value[member] else { throw Fault("'\(member)' is missing") }
        return found.isNull ? nil : try text(member, of: value)
    }
}
