// layerverify: tests of finding tables of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Tar
import Testing

@testable import LayerContents

@Suite struct LayerTOCPlaceTests {
    @Test func anotherDigestOfAnEstargzTOCIsFound() throws {
        var layer = TOCFixture().estargz()
        layer.claim.documentDigest = TOCFixture.digestText([])
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.digestDiffers])
        #expect(faults.first?.expected == TOCFixture.digestText([]))
    }

    @Test func anEstargzLayerWithoutTOCIsAWarning() throws {
        var layer = TOCFixture().estargz()
        layer.bytes.removeLast(51)
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.missing])
        #expect(faults.map(\.severity) == [.warning])
        for error in [1, -1, 100_000] {
            let moved = try LayerTOC.faults(of: TOCFixture(offsetError: error).estargz())
            #expect(moved.map(\.kind) == [.missing])
        }
        layer.bytes = [0, 1, 2]
        #expect(try LayerTOC.faults(of: layer, .some(.none)).map(\.kind) == [.missing])
    }

    @Test func anExternalTOCIsNotChecked() throws {
        var layer = TOCFixture().estargz()
        layer.bytes.removeLast(51)
        layer.bytes +=
            [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 21, 0, 0x53, 0x47, 17, 0] + Array("STARGZEXTERNALTOC".utf8)
        layer.bytes += [1, 0, 0, 0xff, 0xff] + [UInt8](repeating: 0, count: 8)
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.notChecked])
        #expect(faults.map(\.severity) == [.note])
    }

    @Test func theFooterOfStargzIsRead() throws {
        var layer = TOCFixture().estargz()
        let footer = layer.bytes.suffix(51)
        layer.bytes.removeLast(51)
        layer.bytes += footer.prefix(10) + [22, 0] + footer.dropFirst(16)
        #expect(try LayerTOC.faults(of: layer) == [])
    }

    @Test func footersOfGzipAreStrict() {
        let footer = TOCFixture.footer(0xabc)
        #expect(GzipTOCFooter(footer) == .inLayer(offset: 0xabc, byteCount: 51))
        #expect(GzipTOCFooter(Array(footer.dropFirst())) == nil)
        for index in [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 32, 37] {
            var changed = footer
            changed[index] ^= 0x1f
            #expect(GzipTOCFooter(changed) == nil, "byte \(index)")
        }
        var negative = footer
        negative[16] = UInt8(ascii: "8")
        #expect(GzipTOCFooter(negative) == nil)
    }

    @Test func anotherDigestOfAZstdTOCIsFound() throws {
        var layer = TOCFixture().zstdChunked()
        layer.claim.compressedDigest = TOCFixture.digestText([])
        #expect(try LayerTOC.faults(of: layer).map(\.kind) == [.digestDiffers])
        let moved = try LayerTOC.faults(of: TOCFixture(offsetError: 1).zstdChunked())
        #expect(moved.map(\.kind) == [.digestDiffers])
        #expect(moved.map(\.severity) == [.refute])
    }

    @Test(arguments: [nil, "1:2:3", "1:2:3:2", "a:2:3:1", "+1:2:3:1", "18446744073709551615:2:3:1", "1:2:3:1:4"])
    func aZstdTOCThatIsNotThereIsFound(position: String?) throws {
        var layer = TOCFixture().zstdChunked()
        layer.claim.position = position
        if position == nil { layer.bytes += TOCFixture.skippable([]) }
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.missing])
        #expect(faults.map(\.severity) == [.refute])
        layer.claim.hasFirstNames = true
        #expect(try LayerTOC.faults(of: layer).map(\.severity) == [.warning])
    }

    @Test func aTOCThatIsTooLargeIsNotChecked() throws {
        var layer = TOCFixture().zstdChunked()
        layer.claim.position = "9:9:99999999:1"
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.notChecked])
    }

    @Test func aFooterThatLeadsElsewhereIsAWarning() throws {
        var layer = TOCFixture().zstdChunked()
        layer.bytes[layer.bytes.count - 64] ^= 1
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.footerDiffers])
        #expect(faults.map(\.severity) == [.warning])
    }

    /// As stargz-snapshotter writes them: a footer of 40 bytes, the digest of the document, and the first names of the annotations.
    @Test func aZstdTOCIsFoundByItsFooter() throws {
        var layer = TOCFixture().zstdChunked()
        let footer = layer.bytes.suffix(72)
        layer.bytes.removeLast(72)
        layer.bytes += TOCFixture.skippable(footer.dropFirst(8).prefix(32) + Array("GnUlInUx".utf8))
        let position = layer.claim.position?.split(separator: ":").compactMap { Int($0) } ?? []
        // The frame has a header of 9 bytes and one of 3 bytes for its block.
        let document = Array(layer.bytes[(position[0] + 12)..<(position[0] + position[1])])
        layer.claim = TOCClaim()
        layer.claim.documentDigest = TOCFixture.digestText(document)
        #expect(try LayerTOC.faults(of: layer) == [])
        layer.claim.documentDigest = TOCFixture.digestText([])
        #expect(try LayerTOC.faults(of: layer).map(\.kind) == [.digestDiffers])
    }

    @Test func twoFormatsAreRefused() throws {
        var layer = TOCFixture().zstdChunked()
        layer.claim.documentDigest = TOCFixture.digestText([])
        #expect(try LayerTOC.faults(of: layer).map(\.kind) == [.twoFormats])
    }

    // Without annotations

    @Test(arguments: [0, 1])
    func aFooterIsFoundWithoutAnnotation(form: Int) throws {
        var layer = LayerTOCTests.forms[form](TOCFixture())
        layer.claim = .ofFooter
        #expect(try LayerTOC.hasFooter(layer))
        #expect(try LayerTOC.faults(of: layer) == [])
        layer.bytes.append(0)
        #expect(try !LayerTOC.hasFooter(layer))
    }

    @Test(arguments: [0, 1])
    func aTOCWithoutAnnotationRefutesNothing(form: Int) throws {
        let fixture = TOCFixture(edit: { $0.removeAll { $0["name"] == "pipe".quoted } })
        var layer = LayerTOCTests.forms[form](fixture)
        layer.claim = .ofFooter
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.entryMissing])
        #expect(faults.map(\.severity) == [.warning])
        var malformed = LayerTOCTests.forms[form](TOCFixture(editDocument: { $0 + "x" }))
        malformed.claim = .ofFooter
        #expect(try LayerTOC.faults(of: malformed).map(\.severity) == [.note])
    }

    // Lists

    @Test(arguments: [0, 1])
    func theFilesAreListedWithoutReadingTheLayer(form: Int) throws {
        var layer = LayerTOCTests.forms[form](TOCFixture())
        // The tar is not looked at.
        for index in 20..<60 { layer.bytes[index] = 0 }
        let toc = LayerTOC(layer.claim, in: MemoryReader(layer.bytes), Compression.detect(prefix: layer.bytes))
        var lines: [String] = []
        let listing = try toc.list { member, digest in
            let name = String(decoding: member.name, as: UTF8.self)
            let link = String(decoding: member.linkName, as: UTF8.self)
            let type = String(UnicodeScalar(member.typeFlag))
            let owner = "\(member.userID):\(member.groupID)"
            let device = "\(member.deviceMajor),\(member.deviceMinor)"
            let records = member.paxRecords.map { String(decoding: $0.key, as: UTF8.self) + "=\(Array($0.value))" }
            lines.append(
                "\(type) \(String(member.mode, radix: 8)) \(owner) \(member.size) \(member.modificationTime.seconds) \(device) "
                    + "\(name) \(link)\(records.joined()) \(digest == nil ? "-" : "digest")")
        }
        guard case .listed(let faults) = listing else {
            Issue.record("\(listing)")
            return
        }
        #expect(faults == [])
        let time = 1_700_000_000
        #expect(
            lines == [
                "5 755 7:8 0 \(time) 0,0 ./  -", "5 755 7:8 0 \(time) 0,0 etc/  -",
                "0 644 7:8 12 \(time) 0,0 etc/name  digest",
                "0 644 7:8 3 \(time) 0,0 etc/small SCHILY.xattr.user.a=[0, 1, 255] digest",
                "0 644 7:8 0 \(time) 0,0 etc/empty  -", "2 777 7:8 0 \(time) 0,0 etc/link ../x -",
                "1 644 7:8 0 \(time) 0,0 etc/hard etc/name -", "3 666 7:8 0 \(time) 1,3 null  -",
                "6 644 7:8 0 \(time) 0,0 pipe  -", "0 644 7:8 0 \(time) 0,0 etc/.wh.old  -",
            ])
    }

    @Test(arguments: [0, 1])
    func aTOCThatIsNotTheAnnotatedOneIsNotListed(form: Int) throws {
        var layer = LayerTOCTests.forms[form](TOCFixture())
        if form == 0 {
            layer.claim.documentDigest = TOCFixture.digestText([])
        } else {
            layer.claim.compressedDigest = TOCFixture.digestText([])
        }
        let malformed = LayerTOCTests.forms[form](TOCFixture(editDocument: { $0 + "x" }))
        for (layer, kind) in [(layer, TOCFault.Kind.digestDiffers), (malformed, .malformed)] {
            let toc = LayerTOC(layer.claim, in: MemoryReader(layer.bytes), Compression.detect(prefix: layer.bytes))
            var count = 0
            guard case .fault(let fault) = try toc.list({ _, _ in count += 1 }) else {
                Issue.record("\(kind)")
                continue
            }
            #expect(fault.kind == kind && count == 0)
        }
    }

    @Test func theUncompressedSizeIsCompared() throws {
        var layer = TOCFixture().estargz()
        layer.claim.uncompressedByteCount = "1"
        let faults = try LayerTOC.faults(of: layer)
        #expect(faults.map(\.kind) == [.uncompressedSizeDiffers])
        layer.claim.uncompressedByteCount = faults.first?.actual
        #expect(try LayerTOC.faults(of: layer) == [])
    }

    @Test func annotationsAreRead() throws {
        let digest = TOCFixture.digestText([])
        #expect(TOCClaim(annotations: [:]) == nil)
        #expect(TOCClaim(annotations: ["io.containers.estargz.uncompressed-size": "1"]) == nil)
        let estargz = TOCClaim(annotations: ["containerd.io/snapshot/stargz/toc.digest": digest])
        #expect(estargz?.documentDigest == digest)
        for (prefix, isFirst) in [("io.github.containers.", false), ("io.containers.", true)] {
            let claim = TOCClaim(annotations: [
                prefix + "zstd-chunked.manifest-checksum": digest, prefix + "zstd-chunked.manifest-position": "1:2:3:1",
                prefix + "zstd-chunked.tarsplit-position": "4:5:6",
            ])
            #expect(claim?.compressedDigest == digest)
            #expect(claim?.position == "1:2:3:1")
            #expect(claim?.tarSplitPosition == "4:5:6")
            #expect(claim?.hasFirstNames == isFirst)
        }
    }
}
