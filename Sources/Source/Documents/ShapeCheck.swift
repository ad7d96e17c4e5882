// layerverify: checks of the members of an object against the specification.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// Reads the optional members of an object and collects findings about their shape.
///
/// A member that is null counts as absent, as in Go. A member in another case is read as well, with a warning: Go reads
/// it, other readers do not.
struct ShapeCheck {
    private let object: JSONValue
    private let place: Place
    private let code: FindingCode
    var findings: [Finding] = []

    /// - Parameter names: the members that the specification defines for such an object.
    /// - Parameter code: the code of findings about members of a wrong shape.
    init(_ object: JSONValue, at place: Place, _ names: Set<String>, code: FindingCode) {
        self.object = object
        self.place = place
        self.code = code
        for (written, name) in object.membersInOtherCase(than: names) {
            findings.append(
                Finding(
                    .nameCaseDiffers, "\(written) is \(name) in another case: some tools read it, others do not",
                    at: place.appending(written), expected: name, actual: written))
        }
    }

    /// The findings, with the digest of the document.
    func findings(about digest: ContentDigest?) -> [Finding] {
        findings.map { finding in
            var result = finding
            result.digest = digest
            return result
        }
    }

    /// The member with this name, if it is present and of this kind.
    mutating func member(_ name: String, _ kind: JSONValue.Kind) -> JSONValue? {
        guard let value = object.member(ignoringCase: name), !value.isNull else { return nil }
        guard value.kind == kind else {
            add("\(name) must be \(kind.withArticle), not \(value.rawText)", at: place.appending(name), value)
            return nil
        }
        return value
    }

    /// At most this many elements of a list or a map are returned, and the others only checked: a document may have 300
    /// 000 of them.
    static let maximumReturnedCount = 64

    /// The first elements of an array of strings; null is read as an empty array, as in Go.
    @discardableResult
    mutating func texts(_ name: String) -> [String] {
        var result: [String] = []
        guard let array = member(name, .array)?.array else { return result }
        for (index, value) in array.enumerated() where !value.isNull {
            guard let text = value.string else {
                add(
                    "\(name) must be a list of strings, not of \(value.rawText)",
                    at: place.appending(name).appending(index),
                    value)
                break
            }
            if result.count < Self.maximumReturnedCount { result.append(text) }
        }
        return result
    }

    /// The first members of a map from strings to strings, and the annotations that are used here; null is read as an
    /// empty map, as in Go.
    @discardableResult
    mutating func textMap(_ name: String) -> [String: String] {
        var result: [String: String] = [:]
        guard let object = member(name, .object)?.object else { return result }
        for (key, value) in object where !value.isNull {
            guard let text = value.string else {
                add(
                    "\(name) must have strings for values, not \(value.rawText)",
                    at: place.appending(name).appending(key),
                    value)
                break
            }
            guard result.count < Self.maximumReturnedCount || KnownMembers.annotations.contains(key) else { continue }
            result[key] = text
        }
        return result
    }

    /// Checks a set of strings as Go writes it: an object whose members are empty objects.
    mutating func textSet(_ name: String) {
        guard let object = member(name, .object)?.object else { return }
        for (key, value) in object where !value.isNull && value.kind != .object {
            return add(
                "\(name) must have empty objects for values, not \(value.rawText)",
                at: place.appending(name).appending(key),
                value)
        }
    }

    /// Checks an integer, as Go's `int` and `time.Duration` read it.
    mutating func integer(_ name: String) {
        guard let value = member(name, .number), value.int64 == nil else { return }
        add("\(name) must be a whole number of 64 bits, not \(value.rawText)", at: place.appending(name), value)
    }

    /// Checks the runtime configuration: the members of OCI's config, and those that only Docker has. Docker reads the
    /// latter in every image, whatever the media type of its config is, and fails on members of another JSON type.
    ///
    /// Spec: OCI image-spec v1.1.1 config.md §Properties, config; Docker Image Specification v1.2 and Docker's
    /// `container.Config`. Docker also accepts one string for a list of words, as old versions wrote it.
    mutating func checkRunConfig(isOCI: Bool) -> JSONValue? {
        for name in ["Hostname", "Domainname", "User", "Image", "WorkingDir", "MacAddress", "StopSignal"] {
            _ = member(name, .string)
        }
        for name in [
            "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "NetworkDisabled",
            "ArgsEscaped",
        ] {
            _ = member(name, .boolean)
        }
        for name in ["Entrypoint", "Cmd"] where isOCI || object.member(ignoringCase: name)?.string == nil {
            texts(name)
        }
        if object.member(ignoringCase: "Shell")?.string == nil { texts("Shell") }
        for name in ["Env", "OnBuild"] { texts(name) }
        textMap("Labels")
        for name in ["ExposedPorts", "Volumes"] { textSet(name) }
        integer("StopTimeout")
        return member("Healthcheck", .object)
    }

    /// Checks the healthcheck of a container.
    ///
    /// Spec: Docker Image Specification v1.2, Healthcheck; intervals are nanoseconds.
    mutating func checkHealthcheck() {
        texts("Test")
        for name in ["Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"] { integer(name) }
    }

    /// A media type; an empty string counts as absent, as Go writes it.
    mutating func mediaType(_ name: String) -> String? {
        guard let text = member(name, .string)?.string, !text.isEmpty else { return nil }
        if !MediaType(text).isWellFormed {
            findings.append(
                Finding(
                    .mediaTypeInvalid, "\(name) is not type/subtype: \(text)", at: place.appending(name), actual: text))
        }
        return text
    }

    /// Checks a time.
    ///
    /// Spec: RFC 3339 §5.6.
    mutating func timestamp(_ name: String) {
        guard let value = member(name, .string), let text = value.string, !Timestamp.isWellFormed(text) else { return }
        add("\(name) must be a date and time by RFC 3339, not \(value.rawText)", at: place.appending(name), value)
    }

    /// Checks the members of a platform.
    ///
    /// Spec: image-index.md §platform, config.md §Properties: both REQUIRED.
    mutating func checkPlatform(isRequired: Bool) {
        for name in ["architecture", "os"] where member(name, .string) == nil && isRequired {
            guard object.member(ignoringCase: name)?.isNull ?? true else { continue }
            add("\(name) is missing, which a platform must have", at: place.appending(name), nil)
        }
        for name in ["variant", "os.version"] { _ = member(name, .string) }
        texts("os.features")
    }

    private mutating func add(_ message: String, at place: Place, _ value: JSONValue?) {
        findings.append(Finding(code, message, at: place, actual: value?.rawText))
    }
}

extension JSONValue.Kind {
    fileprivate var withArticle: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}

/// Times in documents.
enum Timestamp {
    /// True for a time such as `2024-02-29T23:59:60.5+01:00` on a day that exists.
    ///
    /// Spec: RFC 3339 §5.6.
    static func isWellFormed(_ text: String) -> Bool {
        var rest = text.utf8[...]
        var numbers: [Int] = []
        func number(_ digitCount: Int, _ range: ClosedRange<Int>) -> Bool {
            let digits = rest.prefix(digitCount)
            guard digits.count == digitCount, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
            rest = rest.dropFirst(digitCount)
            numbers.append(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
            return range.contains(numbers[numbers.count - 1])
        }
        func mark(_ characters: String) -> Bool {
            guard let next = rest.first, characters.utf8.contains(next) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard number(4, 0...9999), mark("-"), number(2, 1...12), mark("-"), number(2, 1...31), mark("Tt"),
            number(2, 0...23), mark(":"), number(2, 0...59), mark(":"), number(2, 0...60),
            numbers[2] <= dayCount(ofMonth: numbers[1], year: numbers[0])
        else { return false }
        if mark(".,") {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count)
        }
        if mark("Zz") { return rest.isEmpty }
        guard mark("+-"), number(2, 0...23), mark(":"), number(2, 0...59) else { return false }
        return rest.isEmpty
    }

    private static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
