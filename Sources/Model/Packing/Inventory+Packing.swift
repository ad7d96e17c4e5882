// layerverify: packed records of an inventory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Place: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.text(path)
        writer.text(pointer)
    }

    package init(unpacking reader: inout PackedReader) { self.init(reader.text(), reader.text()) }
}

extension BlobRecord: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.count(root)
        writer.text(path)
        switch location {
        case .file(root, path): writer.byte(0)
        case .file(let root, let path):
            writer.byte(1)
            writer.count(root)
            writer.text(path)
        case .range(let root, let offset, let byteCount):
            writer.byte(2)
            writer.count(root)
            writer.number(offset)
            writer.number(byteCount)
        case .memory: writer.byte(3)
        }
        writer.number(expectedByteCount)
        facts.pack(into: &writer)
    }

    package init(unpacking reader: inout PackedReader) {
        let root = reader.count()
        let path = reader.text()
        let location: BlobLocation
        switch reader.byte() {
        case 0: location = .file(root: root, path: path)
        case 1: location = .file(root: reader.count(), path: reader.text())
        case 2: location = .range(root: reader.count(), offset: reader.number(), byteCount: reader.number())
        default: location = .memory
        }
        let expectedByteCount = reader.number()
        self.init(
            root: root, path: path, location: location, facts: BlobFacts?(unpacking: &reader),
            expectedByteCount: expectedByteCount)
    }
}

extension Platform: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.phrase(os)
        writer.phrase(architecture)
        writer.phrase(variant)
        writer.phrase(osVersion)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(
            os: reader.phrase() ?? "", architecture: reader.phrase() ?? "", variant: reader.phrase(),
            osVersion: reader.phrase())
    }
}

/// Packs an image without its layers and names, which `ImageList` keeps separately.
extension ImageRecord: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.count(root)
        writer.phrase(kind.rawValue)
        platform.pack(into: &writer)
        writer.digest(imageID)
        writer.digest(manifestDigest)
        writer.count(manifestBlob)
        writer.count(configBlob)
        writer.flag(isConfigOpaque)
        place.pack(into: &writer)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(
            root: reader.count(), kind: ImageKind(rawValue: reader.phrase() ?? "") ?? .blob,
            platform: Platform?(unpacking: &reader), imageID: reader.digest(),
            manifestDigest: reader.digest(), manifestBlob: reader.optionalCount(), configBlob: reader.optionalCount(),
            isConfigOpaque: reader.flag(), place: Place(unpacking: &reader))
    }
}

extension LayerRecord: Packable {
    package func pack(into writer: inout PackedWriter) {
        writer.count(blob)
        writer.digest(digest)
        writer.number(size)
        writer.phrase(mediaType?.description)
        writer.digest(diffID)
        writer.text(path)
        writer.flag(mayBeAbsent)
        writer.text(createdBy)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(
            blob: reader.optionalCount(), digest: reader.digest(), size: reader.optionalNumber(),
            mediaType: reader.phrase().map { MediaType($0) }, diffID: reader.digest(), path: reader.text(),
            mayBeAbsent: reader.flag(), createdBy: reader.optionalText())
    }
}

extension Finding: Packable {
    package func pack(into writer: inout PackedWriter) {
        // The cause comes first because it is set later: it must not change the length.
        writer.byte(follows.map { $0.packedNumber + 1 } ?? 0)
        writer.byte(code.packedNumber)
        writer.phrase(severity.rawValue)
        writer.phrase(outcome.rawValue)
        writer.count(root)
        writer.digest(digest)
        writer.count(blob)
        writer.text(message)
        place.pack(into: &writer)
        writer.text(expected)
        writer.text(actual)
        writer.phrase(hint)
    }

    package init(unpacking reader: inout PackedReader) {
        let follows = reader.byte()
        let code = FindingCode.allCases[Int(reader.byte())]
        let severity = Severity(rawValue: reader.phrase() ?? "") ?? .error
        let outcome = Outcome(rawValue: reader.phrase() ?? "") ?? .undetermined
        let root = reader.count()
        let digest = reader.digest()
        let blob = reader.optionalCount()
        let message = reader.text()
        self.init(
            code, message, at: Place(unpacking: &reader), root: root, digest: digest, blob: blob,
            expected: reader.optionalText(), actual: reader.optionalText(), hint: reader.phrase(),
            follows: follows == 0 ? nil : FindingCode.allCases[Int(follows) - 1])
        self.severity = severity
        self.outcome = outcome
    }
}

extension FindingCode {
    private static let numbers = Dictionary(
        uniqueKeysWithValues: zip(allCases, 0..<UInt8(truncatingIfNeeded: allCases.count)))

    var packedNumber: UInt8 { Self.numbers[self] ?? 0 }
}
