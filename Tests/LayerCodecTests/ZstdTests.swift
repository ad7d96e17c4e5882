// layerverify: tests of the zstd codec.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import Testing

@Suite struct ZstdTests {
    static let codecs = Codecs.all.filter { $0.compression == .zstd }
    static let words = Array("layer".utf8)
    static let limit = CodecOptions(maximumWindowByteCount: 1 << 20)

    @Test(arguments: codecs.indices, [1, 1 << 17])
    func windowAtTheLimitIsAllowed(_ index: Int, _ inputByteCount: Int) {
        // Exponent 10: a window of 1 MiB.
        let bytes = Zstd.rawFrame(descriptor: 0, header: [10 << 3], content: Self.words)
        let decoded = Self.codecs[index].decodeWhole(bytes, options: Self.limit, inputByteCount: inputByteCount)
        #expect(decoded.ending == .complete)
        #expect(decoded.content == Self.words)
    }

    /// libzstd itself does not compare the lengths if the last block is empty.
    @Test(arguments: codecs.indices, [1, 1 << 17])
    func contentMustHaveTheLengthInTheHeader(_ index: Int, _ inputByteCount: Int) {
        let content = Content.text(300)
        for emptyLast in [false, true] {
            for difference in [-1, 0, 1, 5_000] {
                // Two bytes of content size, with an offset of 256; a window of 1 MiB.
                var bytes: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x40, 10 << 3]
                bytes += Gzip.littleEndian(UInt32(44 + difference)).prefix(2)
                bytes += Gzip.littleEndian(UInt32(content.count) << 3 | (emptyLast ? 0 : 1)).prefix(3) + content
                if emptyLast { bytes += [1, 0, 0] }
                let decoded = Self.codecs[index].decodeWhole(bytes, inputByteCount: inputByteCount)
                #expect(decoded.ending == (difference == 0 ? .complete : .failed(.data)))
                if difference == 0 { #expect(decoded.content == content) }
            }
        }
    }

    @Test(arguments: codecs.indices, [1, 1 << 17])
    func windowAboveTheLimitIsTooLarge(_ index: Int, _ inputByteCount: Int) {
        // Mantissa 1 is an eighth more; 255 is the largest window.
        for window: UInt8 in [10 << 3 | 1, 255] {
            let bytes = Zstd.rawFrame(descriptor: 0, header: [window], content: Self.words)
            let decoded = Self.codecs[index].decodeWhole(bytes, options: Self.limit, inputByteCount: inputByteCount)
            #expect(decoded.ending == .windowTooLarge)
        }
    }

    @Test(arguments: codecs.indices)
    func windowOfASingleSegmentIsTheContentSize(_ index: Int) {
        func frame(_ byteCount: UInt32) -> [UInt8] {
            Zstd.rawFrame(descriptor: 0b1010_0000, header: Gzip.littleEndian(byteCount), content: Self.words)
        }
        let codec = Self.codecs[index]
        #expect(codec.decodeWhole(frame(5), options: Self.limit).ending == .complete)
        #expect(codec.decodeWhole(frame(1 << 20 + 1), options: Self.limit).ending == .windowTooLarge)
        // Within the limit, but the content is shorter than declared.
        #expect(codec.decodeWhole(frame(1 << 20), options: Self.limit).ending == .failed(.data))
    }

    @Test(arguments: codecs.indices)
    func standardLimitAllows128MiB(_ index: Int) {
        let content = Content.text(300_000)
        let decoded = Self.codecs[index].decodeWhole(Zstd.frame(content, windowLog: 27, hasContentSize: false))
        #expect(decoded.ending == .complete)
        #expect(decoded.content == content)
        let tooLarge = Zstd.rawFrame(descriptor: 0, header: [18 << 3], content: Self.words)
        #expect(Self.codecs[index].decodeWhole(tooLarge).ending == .windowTooLarge)
    }

    @Test(arguments: codecs.indices)
    func limitNeedNotBeAPowerOfTwo(_ index: Int) {
        let options = CodecOptions(maximumWindowByteCount: 1_500_000)
        func ending(_ window: UInt8) -> Decoded.Ending {
            let bytes = Zstd.rawFrame(descriptor: 0, header: [window], content: Self.words)
            return Self.codecs[index].decodeWhole(bytes, options: options).ending
        }
        // 1 MiB plus three eighths, and 1 MiB plus a half.
        #expect(ending(10 << 3 | 3) == .complete)
        #expect(ending(10 << 3 | 4) == .windowTooLarge)
    }

    @Test(arguments: codecs.indices, [1, 1 << 17])
    func frameWithADictionaryIsRefused(_ index: Int, _ inputByteCount: Int) {
        for (descriptor, identifier): (UInt8, [UInt8]) in [(1, [9]), (2, [0, 9]), (3, [0, 0, 0, 9])] {
            let bytes = Zstd.rawFrame(descriptor: descriptor, header: [0] + identifier, content: Self.words)
            let decoded = Self.codecs[index].decodeWhole(bytes, inputByteCount: inputByteCount)
            #expect(decoded.ending == .failed(.dictionary))
        }
    }

    @Test(arguments: codecs.indices)
    func dictionaryIDZeroMeansNoDictionary(_ index: Int) {
        let bytes = Zstd.rawFrame(descriptor: 1, header: [0, 0], content: Self.words)
        #expect(Self.codecs[index].decodeWhole(bytes).ending == .complete)
    }

    @Test(arguments: codecs.indices, [1, 1 << 17])
    func reservedBitIsAMalformedHeader(_ index: Int, _ inputByteCount: Int) {
        let bytes = Zstd.rawFrame(descriptor: 0b1000, header: [0], content: Self.words)
        #expect(Self.codecs[index].decodeWhole(bytes, inputByteCount: inputByteCount).ending == .failed(.header))
    }

    @Test(arguments: codecs.indices, [1, 1 << 17])
    func reservedBlockTypeIsMalformedData(_ index: Int, _ inputByteCount: Int) {
        var bytes = Zstd.rawFrame(descriptor: 0, header: [0], content: Self.words)
        bytes[6] |= 0b110
        #expect(Self.codecs[index].decodeWhole(bytes, inputByteCount: inputByteCount).ending == .failed(.data))
    }

    @Test(arguments: codecs.indices, [1, 1 << 17])
    func everyFrameIsChecked(_ index: Int, _ inputByteCount: Int) {
        let frame = Zstd.frame(Content.text(3_000))
        var damaged = frame
        damaged[damaged.count - 1] ^= 1
        for bytes in [damaged, damaged + frame, frame + damaged] {
            let decoded = Self.codecs[index].decodeWhole(bytes, inputByteCount: inputByteCount)
            #expect(decoded.ending == .failed(.checksum))
        }
    }

    @Test(arguments: codecs.indices)
    func contentSizeIsChecked(_ index: Int) {
        for size: UInt8 in [4, 6] {
            let bytes = Zstd.rawFrame(descriptor: 0b0010_0000, header: [size], content: Self.words)
            #expect(Self.codecs[index].decodeWhole(bytes).ending == .failed(.data))
        }
    }

    @Test(arguments: codecs.indices)
    func largeSkippableFramesAreSkipped(_ index: Int) {
        let frame = Zstd.frame(Self.words)
        let bytes = Zstd.skippable(Content.noise(500_000)) + frame + Zstd.skippable(Content.zeros(131_072))
        let decoded = Self.codecs[index].decodeWhole(bytes)
        #expect(decoded.ending == .complete)
        #expect(decoded.content == Self.words)
    }
}
