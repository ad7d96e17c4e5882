// layerverify: many claims in little memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The claims of an inventory in order.
///
/// Memory: about 15 bytes per claim. Consecutive claims are mostly made by the same descriptor, so only the differences
/// are kept; every sixteenth claim is complete.
///
/// Of a `LayerSources` entry only the media type, the digest and the size are kept.
///
/// Complexity: access by index reads up to sixteen claims; iteration reads each claim once.
package struct ClaimList: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral, Sendable {
    let table: DigestTable
    private var arena = ByteArena()
    private var groups: [UInt32] = []
    /// The last group, which is not full yet.
    private var open: [UInt8] = []
    private var last = Raw()
    package private(set) var count = 0

    static let groupCount = 16

    init(table: DigestTable) { self.table = table }

    package init(_ claims: some Sequence<Claim>) {
        self.init(table: DigestTable())
        for claim in claims { append(claim) }
    }

    package init(arrayLiteral elements: Claim...) { self.init(elements) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    var byteCount: Int { arena.byteCount + open.count + 4 * groups.count }

    package subscript(place: Int) -> Claim {
        get {
            var reader = ClaimReader(self)
            return reader.claim(at: place)
        }
        set {
            // Only tests use this.
            var claims = Array(self)
            claims[place] = newValue
            let result = claims.reduce(into: ClaimList(table: table)) { $0.append($1) }
            self = result
        }
    }

    package func makeIterator() -> ClaimIterator { ClaimIterator(reader: ClaimReader(self), count: count) }

    package mutating func append(_ claim: Claim) {
        let isWhole = count % Self.groupCount == 0
        if isWhole { last = Raw() }
        let next = Raw(
            blob: claim.blob, image: claim.image, layer: claim.layer, path: claim.place.path,
            pointer: Array(claim.place.pointer.utf8))
        var writer = PackedWriter(table: table)
        let isSamePath = !isWhole && next.path.utf8.elementsEqual(last.path.utf8)
        writer.byte(
            (next.blob == last.blob && !isWhole ? 1 : 0) | (next.image == last.image && !isWhole ? 2 : 0)
                | (next.layer == last.layer && !isWhole ? 4 : 0) | (isSamePath ? 8 : 0)
                | claim.assertion.packedNumber << 4)
        if next.blob != last.blob || isWhole { writer.count(next.blob) }
        if next.image != last.image || isWhole { writer.count(next.image) }
        if next.layer != last.layer || isWhole { writer.count(next.layer) }
        if !isSamePath { writer.text(next.path) }
        let shared = zip(next.pointer, last.pointer).prefix { $0 == $1 }.count
        writer.count(shared)
        writer.count(next.pointer.count - shared)
        for byte in next.pointer[shared...] { writer.byte(byte) }
        claim.assertion.pack(into: &writer)
        open += writer.bytes
        last = next
        count += 1
        if count % Self.groupCount == 0 {
            groups.append(arena.append(open).rawValue)
            open.removeAll(keepingCapacity: true)
        }
    }

    fileprivate func reader(ofGroup group: Int) -> PackedReader {
        guard group < groups.count else { return PackedReader(open, at: 0, table: table) }
        let address = ByteArena.Address(rawValue: groups[group])
        return PackedReader(arena.chunks[address.chunk], at: address.offset, table: table)
    }

    /// The fields that a claim may share with the next one.
    fileprivate struct Raw: Sendable {
        var blob = 0
        var image: Int?
        var layer: Int?
        var path = ""
        var pointer: [UInt8] = []
    }
}

/// Reads the claims of a list. Access in ascending order is fast, because it continues from the previous claim.
package struct ClaimReader {
    private let list: ClaimList
    private var reader: PackedReader
    private var next = -1
    private var raw = ClaimList.Raw()

    package init(_ list: ClaimList) {
        self.list = list
        reader = list.reader(ofGroup: 0)
    }

    package mutating func claim(at place: Int) -> Claim {
        precondition(list.indices.contains(place), "there is no such claim")
        let group = place / ClaimList.groupCount
        if next <= group * ClaimList.groupCount || next > place {
            reader = list.reader(ofGroup: group)
            next = group * ClaimList.groupCount
        }
        while next < place { _ = read() }
        let assertion = read()
        return Claim(
            assertion, about: raw.blob, at: Place(raw.path, String(decoding: raw.pointer, as: UTF8.self)),
            image: raw.image, layer: raw.layer)
    }

    private mutating func read() -> Claim.Assertion {
        if next % ClaimList.groupCount == 0 { raw = ClaimList.Raw() }
        next += 1
        let flags = reader.byte()
        if flags & 1 == 0 { raw.blob = reader.count() }
        if flags & 2 == 0 { raw.image = reader.optionalCount() }
        if flags & 4 == 0 { raw.layer = reader.optionalCount() }
        if flags & 8 == 0 { raw.path = reader.text() }
        raw.pointer.removeLast(raw.pointer.count - reader.count())
        for _ in 0..<reader.count() { raw.pointer.append(reader.byte()) }
        return Claim.Assertion(packedNumber: flags >> 4, &reader)
    }
}

/// Reads the claims of a list in order.
package struct ClaimIterator: IteratorProtocol {
    fileprivate var reader: ClaimReader
    fileprivate let count: Int
    private var place = 0

    fileprivate init(reader: ClaimReader, count: Int) {
        self.reader = reader
        self.count = count
    }

    package mutating func next() -> Claim? {
        guard place < count else { return nil }
        defer { place += 1 }
        return reader.claim(at: place)
    }
}

extension Claim.Assertion {
    fileprivate var packedNumber: UInt8 {
        switch self {
        case .size: 0
        case .digest: 1
        case .name: 2
        case .diffID: 3
        case .compression: 4
        case .intactStream: 5
        case .layerSource: 6
        }
    }

    fileprivate func pack(into writer: inout PackedWriter) {
        switch self {
        case .size(let size): writer.number(size)
        case .digest(let digest), .name(let digest), .diffID(let digest): writer.digest(digest)
        case .compression(let compression, let mediaType):
            writer.count(compression.packedNumber)
            writer.phrase(mediaType.description)
        case .intactStream: break
        case .layerSource(let descriptor):
            writer.phrase(descriptor.mediaType.description)
            writer.digest(descriptor.digest)
            writer.number(descriptor.size)
        }
    }

    fileprivate init(packedNumber: UInt8, _ reader: inout PackedReader) {
        switch packedNumber {
        case 0: self = .size(reader.number())
        case 1: self = .digest(reader.requiredDigest())
        case 2: self = .name(reader.requiredDigest())
        case 3: self = .diffID(reader.requiredDigest())
        case 4:
            self = .compression(
                Compression(packedNumber: reader.count()), mediaType: MediaType(reader.phrase() ?? ""))
        case 5: self = .intactStream
        default:
            self = .layerSource(
                Descriptor(
                    mediaType: MediaType(reader.phrase() ?? ""), digest: reader.requiredDigest(),
                    size: reader.optionalNumber()))
        }
    }
}
