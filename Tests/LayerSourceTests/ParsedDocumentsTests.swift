// layerverify: tests of reading descriptors, configs and references.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@testable import LayerSource

@Suite struct ParsedDescriptorTests {
    static let hex = String(repeating: "a", count: 64)
    static let whole =
        #"{"mediaType":"a/b","digest":"sha256:\#(hex)","size":7,"urls":["u"],"annotations":{"k":"v"},"#
        + #""data":"bGF5ZXJz","artifactType":"c/d","platform":{"os":"linux","architecture":"arm","variant":"v6"}}"#

    private func parsed(_ text: String) throws -> ParsedDescriptor {
        ParsedDescriptor(try json(text), at: Place("index.json", "/manifests/0"), missing: .indexInvalid)
    }

    @Test func everyMemberIsRead() throws {
        let parsed = try parsed(Self.whole)
        #expect(parsed.findings.isEmpty)
        let digest = try ContentDigest(parsing: "sha256:" + Self.hex)
        #expect(
            parsed.descriptor
                == Descriptor(
                    mediaType: MediaType("a/b"), digest: digest, size: 7, urls: ["u"], annotations: ["k": "v"],
                    data: Array("layers".utf8), artifactType: "c/d",
                    platform: Platform(os: "linux", architecture: "arm", variant: "v6")))
    }

    static let faulty: [(replace: String, with: String, code: FindingCode, pointer: String)] = [
        (#""mediaType":"a/b""#, #""x":1"#, .mediaTypeInvalid, "/mediaType"),
        (#""a/b""#, #""ab""#, .mediaTypeInvalid, "/mediaType"),
        (#""a/b""#, "null", .mediaTypeInvalid, "/mediaType"), (":7", ":-7", .sizeInvalid, "/size"),
        (":7", ":7.5", .sizeInvalid, "/size"), (":7", #":"7""#, .sizeInvalid, "/size"),
        (":7", ":9223372036854775808", .sizeInvalid, "/size"), (#""size":7"#, #""x":7"#, .sizeInvalid, "/size"),
        ("sha256:", "SHA256:", .digestInvalid, "/digest"), ("sha256:", "sha256", .digestInvalid, "/digest"),
        (#""digest":"#, #""x":"#, .digestInvalid, "/digest"), ("bGF5ZXJz", "bGF5ZXJ", .dataInvalid, "/data"),
        (#""bGF5ZXJz""#, "5", .dataInvalid, "/data"), (#"["u"]"#, "[5]", .indexInvalid, "/urls/0"),
        (#"["u"]"#, #""u""#, .indexInvalid, "/urls"), (#""v""#, "1", .indexInvalid, "/annotations/k"),
        (#"{"k":"v"}"#, "[]", .indexInvalid, "/annotations"), (#""c/d""#, "1", .indexInvalid, "/artifactType"),
        (#""c/d""#, #""cd""#, .mediaTypeInvalid, "/artifactType"), (#""linux""#, "1", .indexInvalid, "/platform/os"),
        (#""os":"linux","#, "", .indexInvalid, "/platform/os"), (#""v6""#, "6", .indexInvalid, "/platform/variant"),
        (#""a/b""#, #""application/vnd.oci.image.layer.v1.Tar""#, .nameCaseDiffers, "/mediaType"),
        (#""urls""#, #""Urls""#, .nameCaseDiffers, "/Urls"),
    ]

    @Test(arguments: faulty.indices)
    func eachFaultIsReportedAtItsPlace(_ place: Int) throws {
        let (old, new, code, pointer) = Self.faulty[place]
        let parsed = try parsed(Self.whole.replacing(old, with: new, maxReplacements: 1))
        #expect(parsed.findings.map { $0.code } == [code])
        #expect(parsed.findings.map { $0.place.pointer } == ["/manifests/0" + pointer])
        // A descriptor without a digest cannot be followed.
        #expect((parsed.descriptor == nil) == (code == .digestInvalid))
    }

    @Test func aLargestSizeIsASize() throws {
        let parsed = try parsed(Self.whole.replacing(":7", with: ":9223372036854775807", maxReplacements: 1))
        #expect(parsed.descriptor?.size == UInt64(Int64.max))
    }

    @Test(arguments: ["null", "[]", "1", #""x""#])
    func aDescriptorMustBeAnObject(_ text: String) throws {
        let parsed = try parsed(text)
        #expect(parsed.findings.map { $0.code } == [.indexInvalid])
        #expect(parsed.descriptor == nil)
    }

    @Test func theEmptyTypeIsTwoBytes() throws {
        let empty = "application/vnd.oci.empty.v1+json"
        let right = #"{"mediaType":"\#(empty)","digest":"\#(ContentDigest.emptyJSONSHA256)","size":2}"#
        #expect(try parsed(right).findings.isEmpty)
        #expect(
            try parsed(right.replacing("\"size\":2", with: "\"size\":3")).findings.map { $0.code }
                == [.emptyDescriptorMismatch])
        #expect(
            try parsed(#"{"mediaType":"\#(empty)","digest":"sha256:\#(Self.hex)","size":2}"#).findings.map { $0.code }
                == [.emptyDescriptorMismatch])
    }

    @Test func aPlatformRequiresItsTwoMembers() throws {
        #expect(ParsedDescriptor.platform(try json(#"{"os":"linux"}"#)) == nil)
        #expect(ParsedDescriptor.platform(try json(#"{"os":"","architecture":""}"#)) == nil)
        #expect(ParsedDescriptor.platform(nil) == nil)
        let platform = ParsedDescriptor.platform(
            try json(#"{"os":"windows","architecture":"amd64","variant":"","os.version":"10.0"}"#))
        #expect(platform == Platform(os: "windows", architecture: "amd64", osVersion: "10.0"))
    }
}

@Suite struct Base64Tests {
    static let good: [(text: String, bytes: String)] = [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ]

    @Test(arguments: good.indices)
    func theVectorsOfRFC4648AreDecoded(_ place: Int) {
        #expect(Base64.decode(Self.good[place].text) == Array(Self.good[place].bytes.utf8))
    }

    @Test func allDigitsHaveTheirValues() {
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let bytes = Base64.decode(digits) ?? []
        let values = (0..<64).map { place in
            let bit = place * 6
            let pair = Int(bytes[bit / 8]) << 8 | (bit / 8 + 1 < bytes.count ? Int(bytes[bit / 8 + 1]) : 0)
            return pair >> (10 - bit % 8) & 63
        }
        #expect(bytes.count == 48)
        #expect(values == Array(0..<64))
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "====", "Z===", "=Zg=", "Zg==Zg==", "Zm9v\n", "Zm 9v", "Zm9-", "Zm9_", "Zh==",
        "Zm9=",
        "Zm8=Zm8=", "Zm\u{e9}v",
    ])
    func anythingElseIsRefused(_ text: String) { #expect(Base64.decode(text) == nil) }
}

@Suite struct ParsedConfigTests {
    private func parsed(_ text: String) throws -> ParsedConfig {
        ParsedConfig(try json(text), at: Place("c"), digest: nil, isOCI: false)
    }

    private let hex = String(repeating: "a", count: 64)

    @Test func aConfigHasPlatformAndDiffIDs() throws {
        let config = try parsed(ImageFolder.config(["sha256:" + hex, "sha256:" + hex], architecture: "arm64"))
        #expect(config.findings.isEmpty)
        #expect(config.platform == Platform(os: "linux", architecture: "arm64"))
        #expect(config.diffIDs?.count == 2)
        #expect(!config.isNoImage)
    }

    @Test func aMalformedDiffIDKeepsItsPlace() throws {
        let config = try parsed(ImageFolder.config(["sha256:" + hex, "md5", "sha256:" + hex]))
        #expect(config.findings.map { $0.code } == [.digestInvalid])
        #expect(config.findings.map { $0.place.pointer } == ["/rootfs/diff_ids/1"])
        #expect(config.diffIDs?.map { $0 == nil } == [false, true, false])
    }

    static let faulty: [(text: String, codes: [FindingCode], hasDiffIDs: Bool)] = [
        ("[]", [.configInvalid], false), (#"{"os":"linux"}"#, [.configInvalid], false),
        (#"{"rootfs":null}"#, [.configInvalid], false), (#"{"rootfs":{"type":"layers"}}"#, [.configInvalid], false),
        (#"{"rootfs":{"type":"layers","diff_ids":{}}}"#, [.configInvalid], false),
        (#"{"rootfs":{"type":"layers","diff_ids":null}}"#, [], true),
        (#"{"rootfs":{"type":"layers+base","diff_ids":[]}}"#, [.rootfsTypeInvalid], true),
        (#"{"rootfs":{"diff_ids":[]}}"#, [.rootfsTypeInvalid], true),
        (#"{"os":5,"rootfs":{"type":"layers","diff_ids":[]}}"#, [.configInvalid], true),
        (
            #"{"rootfs":{"type":"layers","diff_ids":[]},"history":[{},{"empty_layer":true}]}"#, [.historyCountMismatch],
            true
        ),
        (#"{"rootfs":{"type":"layers","diff_ids":[]},"history":[{"empty_layer":true}]}"#, [], true),
        (#"{"rootfs":{"type":"layers","diff_ids":[]},"history":[]}"#, [], true),
        (#"{"rootfs":{"type":"layers","diff_ids":[]},"history":7}"#, [.configInvalid], true),
    ]

    @Test(arguments: faulty.indices)
    func eachFaultIsReported(_ place: Int) throws {
        let (text, codes, hasDiffIDs) = Self.faulty[place]
        let config = try parsed(text)
        #expect(config.findings.map { $0.code } == codes, "\(text)")
        #expect((config.diffIDs != nil) == hasDiffIDs, "\(text)")
    }

    @Test func anEmptyObjectIsNotAnImage() throws {
        #expect(try parsed("{}").isNoImage)
        #expect(try parsed("{}").findings.isEmpty)
    }
}

@Suite struct ImageReferenceTests {
    static let label63 = String(repeating: "a", count: 63)

    @Test(arguments: [
        "a:b", "alpine:3.20", "library/alpine:latest", "docker.io/library/alpine:3", "localhost:5000/a:1",
        "localhost/a:1", "registry.example.com:443/a/b/c:v1.0-rc_1", "a.b/c:1", "FOO/bar:1", "Foo.com/bar:1",
        "[2001:db8::1]/a:1", "[::1]:5000/a:1", "a-b.c-d/e:1", "a_b/c__d/e---f/g.h:1", "0/0:0", "a:_b", "a:A",
        "xn--n3h.com/a:1", "a:" + String(repeating: "t", count: 128), String(repeating: "a", count: 255) + ":1",
        "registry.example.com/" + String(repeating: "a", count: 255) + ":1",
    ])
    func namesThatTheGrammarAllowsAreAccepted(_ text: String) { #expect(ReferenceGrammar.hasNameAndTag(text)) }

    @Test(arguments: [
        "", ":", "a", "a:", ":b", "a/b", "A:1", "a/B:1", "/a:1", "a/:1", "a//b:1", "a:b/c", "localhost:5000/a", "a:-b",
        "a:.b", "a:b c", "a:é", "é:1", "a.:1", ".a:1", "_a:1", "-a/b:1", "a_/b:1", "a___b:1", "a..b:1", "a..b/c:1",
        "a.-b:1", "a-.b/c:1", "a:x/c:1", "a:/c:1", "host:80:90/c:1", "[::1/a:1", "[]/a:1", "[::g]/a:1", "a b:1",
        "a:" + String(repeating: "t", count: 129), String(repeating: "a", count: 256) + ":1", "a@sha256:" + label63,
        "FOO_b/c:1", "a:b\n",
    ])
    func otherNamesAreRefused(_ text: String) { #expect(!ReferenceGrammar.hasNameAndTag(text)) }
}

@Suite struct SelectionTests {
    @Test func anEmptySelectionSelectsEverything() {
        #expect(Selection().isEverything)
        #expect(Selection(requiresAllPlatforms: true).isEverything)
        #expect(Selection().accepts(Platform(os: "plan9", architecture: "mips")))
    }

    @Test func anUnknownPlatformMayMatch() {
        let selection = Selection(platform: Platform(os: "linux", architecture: "arm64"))
        #expect(selection.accepts(nil))
        #expect(selection.accepts(Platform(os: "linux", architecture: "aarch64")))
        #expect(!selection.accepts(Platform(os: "linux", architecture: "amd64")))
    }
}
