// layerverify: tests of strict JSON.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import StrictJSON
import Testing

@Suite struct JSONDocumentTests {
    /// A document, and whether it is valid strict JSON.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var fault: JSONFault.Code?
        var offsetBytes: Int?
        var testDescription: String { name }

        init(_ text: String, _ fault: JSONFault.Code? = nil, at offsetBytes: Int? = nil) {
            self.init(name: String(text.prefix(40)), Array(text.utf8), fault, at: offsetBytes)
        }

        init(name: String, _ bytes: [UInt8], _ fault: JSONFault.Code? = nil, at offsetBytes: Int? = nil) {
            self.name = name
            self.bytes = bytes
            self.fault = fault
            self.offsetBytes = offsetBytes
        }

        /// Raw bytes within a string.
        static func string(_ name: String, _ content: [UInt8], _ fault: JSONFault.Code? = nil) -> Case {
            Case(name: name, [0x22] + content + [0x22], fault)
        }
    }

    /// What readers look up, in the documents of these tests.
    static let names = KeyComparison.ignoringCase(
        of: [
            "annotations", "config", "data", "healthcheck", "Labels", "layers", "mediaType", "imageLayoutVersion",
            "size",
        ],
        maps: ["annotations", "Labels"])

    static let grammar: [Case] = [
        Case("{}"), Case("[]"), Case("0"), Case("-0"), Case("\"\""), Case("true"), Case("false"), Case("null"),
        Case(" \t\r\n[ 1 , { \"a\" : [ ] } ] \n"), Case("[[],{},[{}]]"),
        Case("1.5"), Case("-12.0e+5"), Case("1E-7"), Case("10"), Case("123456789012345678901234567890"),
        Case("", .invalid, at: 0), Case("  ", .invalid, at: 2), Case("{", .invalid, at: 1), Case("[", .invalid),
        Case("[1", .invalid, at: 2), Case("[1,]", .invalid, at: 3), Case("[,1]", .invalid, at: 1),
        Case("{\"a\"}", .invalid), Case("{\"a\":}", .invalid), Case("{\"a\":1,}", .invalid),
        Case("{a:1}", .invalid), Case("{1:1}", .invalid), Case("{\"a\" 1}", .invalid), Case("[1 2]", .invalid),
        Case("[1}", .invalid), Case("{\"a\":1]", .invalid), Case("]", .invalid), Case("}", .invalid),
        Case("{\"a\":1} x", .invalid, at: 8), Case("{}{}", .invalid, at: 2), Case("1 2", .invalid),
        Case("[]\u{0}", .invalid), Case("\u{a0}[]", .invalid), Case("// c\n[]", .invalid),
        Case("True", .invalid), Case("tru", .invalid), Case("nul", .invalid), Case("truee", .invalid),
        Case("NaN", .invalid), Case("Infinity", .invalid), Case("'a'", .invalid),
        Case("01", .invalid), Case("-01", .invalid), Case("00", .invalid), Case("+1", .invalid), Case("-", .invalid),
        Case(".5", .invalid),
        Case("1.", .invalid), Case("1.e1", .invalid), Case("1e", .invalid), Case("1e+", .invalid),
        Case("0x10", .invalid), Case("1_000", .invalid),
    ]

    static let strings: [Case] = [
        Case(#""\"\\\/\b\f\n\r\t\u0041""#), Case(#""\ud83d\ude00""#), Case("\"é€😀\""), Case("\"\u{7f}\""),
        Case(#""\uFfFf""#), Case(#""\u0000""#),
        Case(#""abc"#, .invalid), Case(#""\"#, .invalid), Case(#""\u12"#, .invalid), Case(#""\x41""#, .invalid),
        Case(#""\u12g4""#, .invalid), Case(#""\U0041""#, .invalid), Case(#""\u+123""#, .invalid),
        Case(#""\ud800""#, .invalid), Case(#""\udc00""#, .invalid), Case(#""\ud800\ud800""#, .invalid),
        Case(#""\ud800x""#, .invalid), Case(#""\ud83d\n""#, .invalid), Case(#""\ude00\ud83d""#, .invalid),
        Case("\"a\nb\"", .invalid), Case("\"a\tb\"", .invalid), Case("\"\u{0}\"", .invalid),
        Case("\"\u{1f}\"", .invalid),
        .string("two bytes", [0xc2, 0x80]), .string("three bytes", [0xe0, 0xa0, 0x80]),
        .string("before the surrogates", [0xed, 0x9f, 0xbf]), .string("after the surrogates", [0xee, 0x80, 0x80]),
        .string("the last scalar", [0xf4, 0x8f, 0xbf, 0xbf]), .string("a noncharacter", [0xef, 0xbf, 0xbf]),
        .string("overlong of two", [0xc0, 0x80], .invalid), .string("overlong slash", [0xc1, 0xaf], .invalid),
        .string("overlong of three", [0xe0, 0x9f, 0xbf], .invalid),
        .string("overlong of four", [0xf0, 0x8f, 0xbf, 0xbf], .invalid),
        .string("surrogate", [0xed, 0xa0, 0x80], .invalid), .string("last surrogate", [0xed, 0xbf, 0xbf], .invalid),
        .string("beyond Unicode", [0xf4, 0x90, 0x80, 0x80], .invalid),
        .string("f5", [0xf5, 0x80, 0x80, 0x80], .invalid),
        .string("ff", [0xff], .invalid), .string("a continuation alone", [0x80], .invalid),
        .string("too short", [0xc3], .invalid), .string("three cut to two", [0xe2, 0x82], .invalid),
        .string("four with a bad end", [0xf0, 0x9f, 0x98, 0x20], .invalid),
        Case(name: "cut off amid a scalar", [0x22, 0xf0, 0x9f], .invalid),
        Case(name: "byte order mark", [0xef, 0xbb, 0xbf, 0x7b, 0x7d], .invalid, at: 0),
        Case(name: "UTF-16", [0x7b, 0x00, 0x7d, 0x00], .invalid),
    ]

    static let keys: [Case] = [
        Case(#"{"a":1,"b":2}"#), Case(#"{"a":{"a":{"a":1}}}"#), Case(#"[{"a":1},{"a":1}]"#),
        Case(#"{"a":{"b":1},"b":1}"#), Case(#"{"a":"b","b":"a"}"#), Case(#"{"":1," ":1}"#), Case(#"{"é":1,"É":2}"#),
        Case(#"{"a":1,"a":1}"#, .duplicateKey, at: 7), Case(#"{"a":1,"b":2,"a":3}"#, .duplicateKey, at: 13),
        Case(#"{"":1,"":1}"#, .duplicateKey), Case(#"{"a":1,"\u0061":1}"#, .duplicateKey),
        Case(#"{"/":1,"\/":1}"#, .duplicateKey), Case(#"{"😀":1,"\ud83d\ude00":1}"#, .duplicateKey),
        Case(#"{"layers":1,"LAYERS":1}"#, .duplicateKey), Case(#"{"layers":1,"layerſ":1}"#, .duplicateKey),
        Case("{\"healthcheck\":1,\"healthchec\u{212a}\":1}", .duplicateKey),
        Case(#"{"healthcheck":1,"Healthchec\u212A":1}"#, .duplicateKey),
        // Each character of the longest name is escaped.
        Case(
            #"{"imageLayoutVersion":1,"#
                + #""\u0049\u006d\u0061\u0067\u0065\u004c\u0061\u0079\u006f\u0075\u0074\u0056\u0065\u0072\u0073\u0069\u006f\u006e":1}"#,
            .duplicateKey),
        // No reader looks these up, so they cannot be confused.
        Case(#"{"/data":1,"/Data":2}"#), Case(#"{"x-vendor":{"/data":1,"/Data":2}}"#),
        Case(#"{"x-vendor":{"data":1,"Data":2}}"#), Case(#"{"x-vendor":{"data":1,"data":2}}"#, .duplicateKey),
        Case(#"{"a":[{"x":{}},{"b":1,"b":1}]}"#, .duplicateKey),
        Case(#"{"Labels":{"Version":"1","version":"2"}}"#), Case(#"{"annotations":{"A":"1","a":"2"}}"#),
        Case(#"{"labels":{"a":"1","a":"2"}}"#, .duplicateKey), Case(#"{"labels":{"size":"1","Size":"2"}}"#),
        Case(#"["labels",{"Size":1,"size":1}]"#, .duplicateKey),
        Case(#"{"config":{"Labels":{},"labels":{}}}"#, .duplicateKey),
    ]

    @Test(arguments: grammar + strings + keys) func aDocumentIsAcceptedOrRefused(_ sample: Case) {
        do {
            _ = try JSONDocument(parsing: sample.bytes, keys: Self.names)
            #expect(sample.fault == nil)
        } catch {
            #expect(error.code == sample.fault)
            if let offsetBytes = sample.offsetBytes { #expect(error.offsetBytes == offsetBytes) }
        }
    }

    @Test func namesMayDifferInCaseIfComparedExactly() throws {
        let tags = Array(#"{"config":{"Layers":"1","layers":"2"}}"#.utf8)
        _ = try JSONDocument(parsing: tags, keys: .exact)
        #expect(throws: JSONFault.self) { _ = try JSONDocument(parsing: tags, keys: Self.names) }
        let twice = Array(#"{"busybox":{"latest":"1","latest":"2"}}"#.utf8)
        #expect(throws: JSONFault.self) { _ = try JSONDocument(parsing: twice, keys: .exact) }
    }

    @Test func aFaultHasItsPlace() {
        let fault = fault(of: "{\n  \"é\": tru\n}")
        #expect(fault?.line == 2)
        #expect(fault?.column == 8)
        #expect(fault?.offsetBytes == 10)
        #expect(fault?.message == "expected a value, found 't'")
    }

    @Test func duplicateKeyNamesBothAndPointsToTheSecond() {
        let fault = fault(of: #"{"m":[0,{"a/b":{"size":1,"x":[],"size":2}}]}"#)
        #expect(fault?.pointer == "/m/1/a~1b/size")
        #expect(fault?.message == #"member "size" at offset 32 repeats "size" at offset 16"#)
    }

    @Test func aPointerStopsBeforeAVeryLongName() {
        let long = String(repeating: "x", count: 5000)
        let fault = fault(of: "{\"m\":{\"\(long)\":1,\"\(long)\":1}}")
        #expect(fault?.pointer == "/m")
        #expect((fault?.message.count ?? 1000) < 250)
    }

    @Test func firstDuplicateOfALargeObjectIsFound() {
        var names = (0..<5000).map { "name\($0)" }
        #expect(fault(of: object(names)) == nil)
        names[17] = "layers"
        names[4000] = "LAYERS"
        names[3000] = "name\\u0034"
        #expect(fault(of: object(names))?.pointer == "/name4")
        names[3000] = "other"
        #expect(fault(of: object(names))?.pointer == "/LAYERS")
        names[4000] = "Name18"
        #expect(fault(of: object(names)) == nil, "nobody looks for it")
    }

    /// A quarter of a million spellings of a name that no reader looks up. Comparing each with each would take minutes.
    @Test func namesThatDifferOnlyInCaseCostNoMoreThanOthers() {
        let letters = Array("abcdefghijklmnop")
        let names = (0..<1 << 16).map { bits in
            String(letters.enumerated().map { bits >> $0 & 1 == 0 ? $1 : Character($1.uppercased()) })
        }
        #expect(fault(of: object(names)) == nil)
    }

    @Test(arguments: [2, 3, 15, 16, 17, 18, 40]) func lastNameMayRepeatAnyOther(_ count: Int) {
        for repeated in 0..<(count - 1) {
            var names = (0..<count).map { "n\($0)" }
            names[repeated] = "mediaType"
            names[count - 1] = "MediaType"
            #expect(fault(of: object(names))?.code == .duplicateKey)
        }
    }

    @Test func nestingIsAllowedToTheLimit() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(fault(of: nested(JSONDocument.maximumDepth)) == nil)
        #expect(fault(of: nested(JSONDocument.maximumDepth + 1))?.code == .tooDeep)
        #expect(fault(of: nested(JSONDocument.maximumDepth + 1))?.offsetBytes == JSONDocument.maximumDepth)
    }

    @Test func sizeIsAllowedToTheLimit() throws {
        var bytes = [UInt8](repeating: 0x20, count: JSONDocument.maximumByteCount)
        bytes[0] = UInt8(ascii: "1")
        _ = try JSONDocument(parsing: bytes, keys: JSONDocumentTests.names)
        bytes.append(0x20)
        let error = #expect(throws: JSONFault.self) {
            _ = try JSONDocument(parsing: bytes, keys: JSONDocumentTests.names)
        }
        #expect(error?.code == .tooLarge)
    }

    /// Repetitions of a few bytes, up to the limit of the document's size.
    static let hostile: [(beginning: String, pattern: String)] = [
        ("", "["), ("", "{\"a\":"), ("", "[0,"), ("[", "0,"), ("", "\""), ("\"", "\\"), ("", "{\"a\":0,"), ("[", "[],"),
        ("[", "{},"), ("-", "9e"), ("", "[[],"), ("\"", "\u{e9}"),
    ]

    @Test func hostileDocumentsAreRefusedWithinBounds() async {
        await #expect(processExitsWith: .success) {
            let before = JSONDocumentTests.peakKilobytes()
            for (beginning, pattern) in JSONDocumentTests.hostile {
                var bytes = Array(beginning.utf8)
                bytes.reserveCapacity(JSONDocument.maximumByteCount)
                while bytes.count + pattern.utf8.count <= JSONDocument.maximumByteCount { bytes += pattern.utf8 }
                #expect(throws: JSONFault.self) { _ = try JSONDocument(parsing: bytes, keys: JSONDocumentTests.names) }
            }
            #expect(JSONDocumentTests.peakKilobytes() - before < 48 << 10)
        }
    }

    @Test func theLargestValidDocumentIsReadWithinBounds() async {
        await #expect(processExitsWith: .success) {
            let before = JSONDocumentTests.peakKilobytes()
            let count = JSONDocument.maximumByteCount / 2 - 1
            var bytes = [UInt8](repeating: UInt8(ascii: ","), count: 2 * count + 1)
            for index in 0..<count { bytes[2 * index + 1] = UInt8(ascii: "0") }
            bytes[0] = UInt8(ascii: "[")
            bytes[2 * count] = UInt8(ascii: "]")
            let document = try JSONDocument(parsing: bytes, keys: JSONDocumentTests.names)
            #expect(document.root.count == count)
            #expect(JSONDocumentTests.peakKilobytes() - before < 48 << 10)
        }
    }

    private func object(_ names: [String]) -> String {
        "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    }

    private func fault(of text: String) -> JSONFault? {
        do {
            _ = try JSONDocument(parsing: Array(text.utf8), keys: Self.names)
            return nil
        } catch {
            return error
        }
    }

    private static func peakKilobytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
