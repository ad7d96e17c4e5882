// layerverify: tests of the values of JSON documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite struct JSONValueTests {
    private func root(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }

    @Test func kindsAreDistinguished() throws {
        let kinds = try root(#"[{}, [], "s", -1, true, false, null]"#).array?.map(\.kind)
        #expect(kinds == [.object, .array, .string, .number, .boolean, .boolean, .null])
    }

    @Test func aValueHasOnlyItsOwnType() throws {
        for text in ["{}", "[]", "\"1\"", "1", "true", "null"] {
            let value = try root(text)
            #expect((value.object != nil) == (text == "{}"))
            #expect((value.array != nil) == (text == "[]"))
            #expect((value.string != nil) == (text == "\"1\""))
            #expect((value.uint64 != nil) == (text == "1"))
            #expect((value.bool != nil) == (text == "true"))
            #expect(value.isNull == (text == "null"))
            #expect(value["a"] == nil)
        }
    }

    @Test func stringsAreUnescaped() throws {
        #expect(
            try root(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00é€😀""#).string
                == "\"\\/\u{8}\u{c}\n\r\tAé€😀é€😀")
        #expect(try root("\"plain\"").string == "plain")
        #expect(try root("\"\"").string == "")
    }

    @Test func naturalNumbersAreReadExactly() throws {
        #expect(try root("0").uint64 == 0)
        #expect(try root("18446744073709551615").uint64 == .max)
        for text in ["18446744073709551616", "99999999999999999999", "-1", "-0", "1.0", "1e3", "0.5"] {
            #expect(try root(text).uint64 == nil)
        }
    }

    @Test func elementsComeInOrderWhateverTheyContain() throws {
        let value = try root(#"[1, [2, {"a": 3}], {"b": [4]}, "x", [], 5]"#)
        #expect(value.count == 6)
        #expect(value.array?.map(\.rawText) == ["1", #"[2, {"a": 3}]"#, #"{"b": [4]}"#, "\"x\"", "[]", "5"])
    }

    @Test func membersComeInOrder() throws {
        let value = try root(#"{"b": [1, 2], "\u0061": {"x": {}}, "": null}"#)
        #expect(value.count == 3)
        #expect(value.object?.map(\.key) == ["b", "a", ""])
        #expect(value.object?.map { $0.value.kind } == [.array, .object, .null])
    }

    @Test func membersAreFoundByName() throws {
        let value = try root(#"{"Config": {"size": 7}, "RepoTags": null, "l\u0061yers": []}"#)
        #expect(value["Config"]?["size"]?.uint64 == 7)
        #expect(value["RepoTags"]?.isNull == true)
        #expect(value["layers"]?.count == 0)
        #expect(value["config"] == nil)
        #expect(value["size"] == nil)
        #expect(value.member(ignoringCase: "CONFIG")?["size"]?.uint64 == 7)
        #expect(value.member(ignoringCase: "repotagſ")?.isNull == true)
        #expect(value.member(ignoringCase: "other") == nil)
    }

    @Test func namesAreComparedByTheirCodePoints() throws {
        #expect(try root("{\"\u{212a}\": 1}")["K"] == nil)
    }

    @Test func rawTextIsTruncated() throws {
        #expect(try root("[ 1,\"]\\\"\" ] ").rawText == "[ 1,\"]\\\"\" ]")
        let long = try root("\"" + String(repeating: "😀", count: 500) + "\"").rawText
        #expect(long.count == 80)
        #expect(long.hasSuffix("😀…"))
        #expect(try root("[" + String(repeating: "1,", count: 500) + "1]").rawText.count == 80)
    }

    @Test func hundredThousandElementsAreWalked() throws {
        let element = #"{"digest":"sha256:00","size":12}"#
        let value = try root("[" + Array(repeating: element, count: 100_000).joined(separator: ",") + "]")
        var sum: UInt64 = 0
        for descriptor in try #require(value.array) { sum += descriptor["size"]?.uint64 ?? 0 }
        #expect(sum == 1_200_000)
    }
}
