// layerverify: reading descriptors.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// A descriptor of a document: what could be read of it, and the findings.
struct ParsedDescriptor {
    /// Nil if there is no digest to follow.
    var descriptor: Descriptor?
    var findings: [Finding] = []
    let place: Place

    /// Longer lists cannot consist of descriptors or digests, because a document of at most 4 MiB cannot hold as many.
    /// They are reported as a whole instead of by element.
    static let maximumListCount = 60_000

    /// Reads a descriptor.
    ///
    /// Spec: OCI image-spec v1.1.1 descriptor.md §Properties.
    init(_ value: JSONValue?, at place: Place, missing code: FindingCode) {
        self.place = place
        guard let value, !value.isNull else {
            findings.append(Finding(code, "the descriptor is missing", at: place))
            return
        }
        guard value.object != nil else {
            findings.append(Finding(code, "a descriptor must be an object, not \(value.rawText)", at: place))
            return
        }
        let mediaType = readMediaType(value["mediaType"])
        let size = readSize(value["size"])
        guard let digest = readDigest(value["digest"]) else { return }
        var descriptor = Descriptor(mediaType: mediaType, digest: digest, size: size)
        var shape = ShapeCheck(value, at: place, KnownMembers.descriptor, code: code)
        descriptor.urls = shape.texts("urls")
        descriptor.annotations = shape.textMap("annotations")
        descriptor.artifactType = shape.mediaType("artifactType")
        let platform = shape.member("platform", .object)
        descriptor.platform = Self.platform(platform)
        if let platform {
            var platformShape = ShapeCheck(
                platform, at: place.appending("platform"), KnownMembers.platform, code: code)
            platformShape.checkPlatform(isRequired: true)
            shape.findings += platformShape.findings
        }
        findings += shape.findings
        checkEmpty(descriptor)
        descriptor.data = readData(value.member(ignoringCase: "data"), of: descriptor)
        self.descriptor = descriptor
        for index in findings.indices { findings[index].digest = digest }
    }

    private mutating func readMediaType(_ value: JSONValue?) -> MediaType {
        let place = place.appending("mediaType")
        guard let text = value?.string else {
            findings.append(
                Finding(
                    .mediaTypeInvalid, "a descriptor has a media type, this one \(value?.rawText ?? "none")", at: place)
            )
            return MediaType("")
        }
        let mediaType = MediaType(text)
        if !mediaType.isWellFormed {
            findings.append(
                Finding(.mediaTypeInvalid, "the media type is not type/subtype: \(text)", at: place, actual: text))
        }
        if mediaType.isInOtherCase {
            findings.append(
                Finding(
                    .nameCaseDiffers, "the media type \(text) is not in lower case: some tools do not know it",
                    at: place,
                    expected: text.lowercased(), actual: text))
        }
        return mediaType
    }

    private mutating func readSize(_ value: JSONValue?) -> UInt64? {
        if let size = value?.uint64, size <= UInt64(Int64.max) { return size }
        findings.append(
            Finding(
                .sizeInvalid, "the size must be a natural number below 2^63, \(value.contradiction)",
                at: place.appending("size"), actual: value?.rawText))
        return nil
    }

    private mutating func readDigest(_ value: JSONValue?) -> ContentDigest? {
        let place = place.appending("digest")
        guard let text = value?.string else {
            findings.append(
                Finding(
                    .digestInvalid, "the digest must be a string, \(value.contradiction)", at: place,
                    actual: value?.rawText))
            return nil
        }
        do throws(ContentDigest.GrammarError) {
            return try ContentDigest(parsing: text)
        } catch {
            findings.append(.digestInvalid(text, error, at: place))
            return nil
        }
    }

    /// Spec: OCI image-spec v1.1.1 manifest.md §Guidance for an Empty Descriptor.
    private mutating func checkEmpty(_ descriptor: Descriptor) {
        guard descriptor.mediaType.kind == .empty else { return }
        if descriptor.digest.algorithm == .sha256, descriptor.digest != .emptyJSONSHA256 {
            findings.append(
                Finding(
                    .emptyDescriptorMismatch, "the empty type is the two bytes {}, whose digest is another",
                    at: place.appending("digest"), digest: descriptor.digest,
                    expected: ContentDigest.emptyJSONSHA256.description, actual: descriptor.digest.description))
        } else if let size = descriptor.size, size != 2 {
            findings.append(
                Finding(
                    .emptyDescriptorMismatch, "the empty type must be the two bytes {}, not \(size) bytes",
                    at: place.appending("size"), digest: descriptor.digest, expected: "2", actual: "\(size)"))
        }
    }

    private mutating func readData(_ value: JSONValue?, of descriptor: Descriptor) -> [UInt8]? {
        guard let value, !value.isNull else { return nil }
        let place = place.appending("data")
        guard let text = value.string, let bytes = Base64.decode(text) else {
            findings.append(
                Finding(.dataInvalid, "the embedded data is not base64", at: place, digest: descriptor.digest))
            return nil
        }
        return bytes
    }

    /// Spec: OCI image-spec v1.1.1 image-index.md §platform; config.md has the same members at its top level.
    static func platform(_ value: JSONValue?) -> Platform? {
        guard let value, let os = value.member(ignoringCase: "os")?.string,
            let architecture = value.member(ignoringCase: "architecture")?.string, !os.isEmpty || !architecture.isEmpty
        else { return nil }
        let variant = value.member(ignoringCase: "variant")?.string
        let osVersion = value.member(ignoringCase: "os.version")?.string
        return Platform(
            os: os, architecture: architecture, variant: variant?.isEmpty == true ? nil : variant,
            osVersion: osVersion?.isEmpty == true ? nil : osVersion)
    }
}

extension Finding {
    /// The finding for a digest that violates the grammar.
    static func digestInvalid(_ text: String, _ error: ContentDigest.GrammarError, at place: Place) -> Finding {
        let reason =
            switch error {
            case .notAlgorithmColonEncoded: "it is not algorithm:encoded"
            case .badAlgorithm: "the algorithm is malformed"
            case .badEncoding: "the encoded part is malformed"
            case .wrongLength(let expected, let actual): "it has \(actual) digits, not \(expected)"
            case .notLowerCaseHexadecimal: "its digits are not lower-case hexadecimal"
            }
        let clipped = text.utf8.count > 200 ? String(text.prefix(200)) + "…" : text
        return Finding(.digestInvalid, "the digest is malformed: \(reason)", at: place, actual: clipped)
    }
}
