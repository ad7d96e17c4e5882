// layerverify: the tar of a synthetic layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Writes the tar of a synthetic layer: files of all kinds that layers contain, many of them small, the same on every
/// run.
struct SyntheticLayer {
    private var content: SyntheticContent
    private var numbers: SeededNumbers
    private let lexicon: Lexicon
    private let byteCount: UInt64
    private var writtenByteCount: UInt64 = 0
    private var fileCount = 0
    /// The number of bytes of each kind so far.
    private var shares: [Double]
    private var isFinished = false

    /// The composition of a layer, in percent of its bytes.
    private static let mix: [(kind: SyntheticContent.Kind, sizes: ClosedRange<Int>, weight: Double)] = [
        (.text, 100...(4 << 10), 14),
        (.text, (4 << 10)...(128 << 10), 26),
        (.program, (16 << 10)...(2 << 20), 52),
        (.compressed, (1 << 10)...(256 << 10), 8),
    ]

    /// Makes a layer whose tar has `byteCount` bytes, rounded down to whole blocks, but at least two blocks.
    init(seed: UInt64, byteCount: UInt64) {
        lexicon = Lexicon()
        content = SyntheticContent(seed: seed, lexicon: lexicon, instructions: InstructionSet())
        numbers = SeededNumbers(seed: seed ^ 0xf11e)
        self.byteCount = max(byteCount / 512 * 512, 1024)
        shares = Array(repeating: 0, count: Self.mix.count)
    }

    /// The beginning of a synthetic layer.
    static func sample(byteCount: Int) -> [UInt8] {
        var layer = SyntheticLayer(seed: 1, byteCount: UInt64(byteCount))
        var bytes: [UInt8] = []
        while layer.append(to: &bytes) {}
        return bytes
    }

    /// Appends the next file, or the end of the archive. Returns false after the end.
    mutating func append(to output: inout [UInt8]) -> Bool {
        guard !isFinished else { return false }
        let start = output.count
        let left = byteCount - writtenByteCount
        if left < 4 * 512 {
            // Spec: POSIX pax §ustar Interchange Format: two blocks of zeros end the archive; more are allowed.
            output += [UInt8](repeating: 0, count: Int(left))
            isFinished = true
            return false
        }
        var place = 0
        for index in Self.mix.indices
        where shares[index] / Self.mix[index].weight < shares[place] / Self.mix[place].weight {
            place = index
        }
        // No file has more than an eighth of the layer, so that small layers also contain all kinds.
        let limit = min(Int(clamping: left) - 3 * 512, max(Int(clamping: byteCount / 8), 512))
        let size = min(numbers.nextByOctave(in: Self.mix[place].sizes), limit)
        let kind = Self.mix[place].kind
        appendHeader(kind, byteCount: size, to: &output)
        content.append(kind, byteCount: size, to: &output)
        output += [UInt8](repeating: 0, count: (512 - size % 512) % 512)
        shares[place] += Double(size)
        fileCount += 1
        writtenByteCount += UInt64(output.count - start)
        return true
    }

    /// Appends a tar header.
    ///
    /// Spec: POSIX pax §ustar Interchange Format.
    private mutating func appendHeader(_ kind: SyntheticContent.Kind, byteCount: Int, to output: inout [UInt8]) {
        let folder =
            switch kind {
            case .text: "usr/share/doc/"
            case .program: "usr/lib/x86_64-linux-gnu/"
            case .compressed: "usr/share/icons/"
            }
        var name = Array(folder.utf8)
        lexicon.append(lexicon.rank(&numbers) / 8, to: &name)
        name.append(0x2f)
        lexicon.append(lexicon.rank(&numbers), to: &name)
        name += Array("-\(fileCount)".utf8)
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { header[offset + index] = byte }
        }
        put(name.prefix(100), at: 0)
        put((kind == .program ? "0000755" : "0000644").utf8, at: 100)
        put("0000000".utf8, at: 108)
        put("0000000".utf8, at: 116)
        put(Self.octal(byteCount, digitCount: 11), at: 124)
        put(Self.octal(1_700_000_000 + numbers.next(below: 1 << 20), digitCount: 11), at: 136)
        put("        0".utf8, at: 148)
        put("ustar".utf8, at: 257)
        put("00root".utf8, at: 263)
        put("root".utf8, at: 297)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(Self.octal(sum, digitCount: 6), at: 148)
        header[154] = 0
        output += header
    }

    private static func octal(_ value: Int, digitCount: Int) -> [UInt8] {
        (0..<digitCount).reversed().map { UInt8(0x30 + value >> (3 * $0) & 7) }
    }
}
