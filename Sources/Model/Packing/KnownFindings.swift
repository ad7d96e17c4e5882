// layerverify: the findings of an earlier run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The findings of a baseline, to be compared with those of a run.
///
/// Two findings are the same if they have the same code, claimed digest, and place below their image stores, and if the stores
/// are the same (`StorePairs`). If the code says that bytes are wrong, the expected and the actual values must also be the
/// same: bytes that changed again are a new finding.
///
/// Memory: about 50 bytes per finding.
package struct KnownFindings: Sendable {
    /// The members of a finding in a baseline.
    package struct Entry: Sendable {
        package var code: FindingCode
        package var severity: Severity
        package var digest: ContentDigest?
        package var place: Place
        package var expected: String?
        package var actual: String?
        /// The path of the image store; nil for a finding about the run.
        package var store: String?

        package init(
            code: FindingCode, severity: Severity, digest: ContentDigest?, place: Place, expected: String?,
            actual: String?, store: String?
        ) {
            self.code = code
            self.severity = severity
            self.digest = digest
            self.place = place
            self.expected = expected
            self.actual = actual
            self.store = store
        }
    }

    private let table = DigestTable()
    private var keys: PackedList<Key>
    private var index = HashIndex()
    /// For each key how often it occurs, and the highest severity of its findings.
    private var counts: [UInt32] = []
    private var severities: [Severity] = []
    /// The paths of the image stores, each once, in order.
    package private(set) var stores: [String] = []
    private var storeNumbers: [[UInt8]: Int] = [:]

    package init() { keys = PackedList(table: table) }

    /// The number of findings.
    package var count: Int { counts.reduce(0) { $0 + Int($1) } }

    /// Adds an image store. Returns its index.
    @discardableResult
    package mutating func addStore(_ path: String) -> Int {
        let bytes = Array(path.utf8)
        if let known = storeNumbers[bytes] { return known }
        storeNumbers[bytes] = stores.count
        stores.append(path)
        return stores.count - 1
    }

    /// Adds a finding.
    package mutating func add(_ entry: Entry) {
        let store = entry.store.map { addStore($0) }
        let key = Key(
            code: entry.code, store: store, digest: entry.digest, place: entry.place, expected: entry.expected,
            actual: entry.actual)
        let bytes = keys.packed(key)
        let hash = Self.hash(bytes)
        guard let known = index.find(hash, where: { keys.isRecord(at: $0, bytes) }) else {
            index.insert(keys.count, hash: hash)
            keys.appendPacked(bytes)
            counts.append(1)
            severities.append(entry.severity)
            return
        }
        counts[known] += 1
        if entry.severity.rank > severities[known].rank { severities[known] = entry.severity }
    }

    /// The findings of a run that were compared so far. Each finding of the baseline is the same as one of them at most.
    package struct Matches: Sendable {
        private let known: KnownFindings
        private var left: [UInt32]
        /// For each image store of the run the index of the same store in the baseline.
        private let pairs: [Int?]

        package init(_ known: KnownFindings, stores: [String]) {
            self.known = known
            left = known.counts
            pairs = StorePairs.pairs(of: stores, with: known.stores)
        }

        /// Whether a finding is in the baseline, with the same or a higher severity. If so, it is counted as used.
        package mutating func take(_ finding: Finding) -> Bool {
            var store: Int?
            if pairs.indices.contains(finding.root) {
                guard let pair = pairs[finding.root] else { return false }
                store = pair
            }
            let bytes = known.keys.packed(
                Key(
                    code: finding.code, store: store, digest: finding.digest, place: finding.place,
                    expected: finding.expected, actual: finding.actual))
            guard
                let place = known.index.find(
                    KnownFindings.hash(bytes), where: { known.keys.isRecord(at: $0, bytes) }),
                left[place] > 0, known.severities[place].rank >= finding.severity.rank
            else { return false }
            left[place] -= 1
            return true
        }

        /// The number of findings of the baseline that were not used, without notes.
        package var unusedCount: Int {
            zip(left, known.severities).reduce(0) { $0 + ($1.1 == .note ? 0 : Int($1.0)) }
        }
    }

    private static func hash(_ bytes: [UInt8]) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes)
        return hasher.finalize()
    }
}

/// What must be the same in two findings.
private struct Key: Packable {
    var code: FindingCode
    var store: Int?
    var digest: ContentDigest?
    var place: Place
    var expected: String?
    var actual: String?

    /// - Parameters: `expected` and `actual` are kept if the code says that bytes are wrong.
    init(
        code: FindingCode, store: Int?, digest: ContentDigest?, place: Place, expected: String?, actual: String?
    ) {
        self.code = code
        self.store = store
        self.digest = digest
        self.place = place
        if code.tolerance == .digest || code.tolerance == .baseline {
            self.expected = expected
            self.actual = actual
        }
    }

    func pack(into writer: inout PackedWriter) {
        writer.byte(code.packedNumber)
        writer.count(store)
        writer.digest(digest)
        place.pack(into: &writer)
        writer.text(expected)
        writer.text(actual)
    }

    init(unpacking reader: inout PackedReader) {
        let code = FindingCode.allCases[Int(reader.byte())]
        let store = reader.optionalCount()
        let digest = reader.digest()
        self.init(
            code: code, store: store, digest: digest, place: Place(unpacking: &reader),
            expected: reader.optionalText(), actual: reader.optionalText())
    }
}

extension Severity {
    /// The higher, the more important.
    fileprivate var rank: Int {
        switch self {
        case .error: 2
        case .warning: 1
        case .note: 0
        }
    }
}
