// layerverify: tests of comparing documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDiff
import LayerModel
import Testing

@Suite struct DocumentPairTests {
    private func compare(
        _ kind: DocumentPair.Kind, _ first: String, _ second: String, _ layers: [(first: Int, second: Int)] = [],
        ignoring ignored: IgnoredDifferences = []
    ) -> DocumentComparison {
        DocumentPair(kind, Array(first.utf8), Array(second.utf8)).compare(
            DocumentComparison(), pairing: layers, ignoring: ignored)
    }

    /// Each difference as `pointer first second`.
    private func lines(_ comparison: DocumentComparison) -> [String] {
        comparison.members.map { "\($0.pointer) \($0.first ?? "-") \($0.second ?? "-")" }
    }

    @Test func membersThatDifferHavePointersAndValues() {
        let found = compare(.config, #"{"a":1,"b":{"c/d":"x"},"e":[1]}"#, #"{"a":2,"b":{"c/d":"y"},"f":null,"e":[1]}"#)
        #expect(lines(found) == ["/a 1 2", #"/b/c~1d "x" "y""#, "/f - null"])
        #expect(!found.isSame && !found.isEncodedDifferently)
    }

    @Test func elementsAreAligned() {
        let found = compare(.config, #"{"Env":["A=1","B=1","C=1"]}"#, #"{"Env":["B=1","C=2","D=1"]}"#)
        #expect(lines(found) == [#"/Env/0 "A=1" -"#, #"/Env/2 "C=1" "C=2""#, #"/Env/2 - "D=1""#])
    }

    @Test func historyIsPairedByCommand() {
        let first = #"{"history":[{"created":"1","created_by":"X"},{"created":"1","created_by":"Y"}]}"#
        let second =
            #"{"history":[{"created":"2","created_by":"W"},{"created":"2","created_by":"X"},{"created":"2","created_by":"Y"}]}"#
        let found = compare(.config, first, second)
        #expect(lines(found).first == #"/history/0 - {"created":"2","created_by":"W"}"#)
        #expect(lines(found).dropFirst() == [#"/history/0/created "1" "2""#, #"/history/1/created "1" "2""#])
        #expect(lines(compare(.config, first, second, ignoring: .times)).count == 1)
        #expect(compare(.config, first, second, ignoring: .history).isSame)
    }

    @Test func digestsOfOtherBlobsAreLeftOut() {
        func manifest(_ layer: String, _ digest: String, _ annotation: String) -> String {
            #"{"config":{"digest":"\#(digest)","size":1,"mediaType":"c"},"layers":[{"mediaType":"\#(layer)","digest":"\#(digest)","size":2}],"annotations":{"org.opencontainers.image.created":"\#(annotation)"}}"#
        }
        #expect(compare(.manifest, manifest("m", "a", "t"), manifest("m", "b", "t"), [(0, 0)]).isSame)
        let found = compare(.manifest, manifest("m", "a", "t"), manifest("n", "b", "u"), [(0, 0)])
        #expect(lines(found).count == 2 && lines(found).last == #"/layers/0/mediaType "m" "n""#)
        for ignored: IgnoredDifferences in [.times, .annotations] {
            let rest = compare(.manifest, manifest("m", "a", "t"), manifest("n", "b", "u"), [(0, 0)], ignoring: ignored)
            #expect(rest.members.map { $0.pointer } == ["/layers/0/mediaType"] && rest.ignoredCount == 1)
        }
        #expect(
            compare(.manifest, manifest("m", "a", "t"), manifest("n", "b", "t"), [(0, 0)], ignoring: .compression)
                .isSame)
        let diffIDs = (#"{"rootfs":{"diff_ids":["a"]}}"#, #"{"rootfs":{"diff_ids":["b"]}}"#)
        #expect(compare(.config, diffIDs.0, diffIDs.1).isSame)
    }

    @Test func anotherEncodingIsADifference() {
        let found = compare(.config, #"{"a":1,"b":2}"#, #"{ "b":2, "a":1 }"#)
        #expect(found.isEncodedDifferently && found.members.isEmpty && !found.isSame)
        #expect(compare(.config, #"{"a":1,"b":2}"#, #"{ "b":2, "a":1 }"#, ignoring: .encoding).isSame)
        #expect(!compare(.config, #"{"a":"\u0041"}"#, #"{"a":"B"}"#).isEncodedDifferently)
    }

    @Test func namesAreComparedByCodeUnits() {
        let found = compare(.config, "{\"caf\u{e9}\":1}", "{\"cafe\u{301}\":1}")
        #expect(found.members.count == 2)
    }

    @Test func deepAndLongDocumentsAreCompared() {
        let deep = String(repeating: "[", count: 9000) + String(repeating: "]", count: 9000)
        // What is nested too deeply to be compared counts as different.
        #expect(!compare(.config, #"{"a":\#(deep),"b":1}"#, #"{"a":\#(deep),"b":2}"#).isSame)
        let long = (0..<3000).map { "\"\($0)\"" }
        let (one, other) = (long.joined(separator: ","), long.reversed().joined(separator: ","))
        #expect(!compare(.config, "{\"a\":[\(one)]}", "{\"a\":[\(other)]}").isSame)
        let members = (0..<100_000).map { "\"\($0)\":1" }.joined(separator: ",")
        #expect(compare(.config, "{\(members),\"x\":1}", "{\(members),\"x\":2}").members.count == 1)
    }

    /// What was not compared must not count as equal.
    @Test func moreDifferencesThanAreKeptAreNotIgnored() {
        let members = (0..<10_001).map { "\"\($0)\":{\"created\":" }
        func document(_ value: Int, _ last: Int) -> String {
            "{" + members.map { $0 + "\(value)}," }.joined() + "\"x\":\(last)}"
        }
        #expect(!compare(.config, document(1, 1), document(2, 2), ignoring: .times).isSame)
        #expect(!compare(.config, document(1, 1), document(2, 1)).isSame)
    }

    @Test func invalidJSONIsAFault() {
        #expect(compare(.config, "{", "{}").fault != nil)
    }
}
