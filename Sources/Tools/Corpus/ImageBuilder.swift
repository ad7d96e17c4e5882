// layerverify: builds the image of a case.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The files of an image in the order of an archive's entries, and the expected findings.
struct ImageBuilder {
    private(set) var entries: [(path: String, node: Node)] = []
    private(set) var expected: [ExpectedFinding] = []
    /// Additional arguments of the command.
    var arguments: [String] = []
    /// Files that the arguments name, next to the image.
    var files: [(name: String, bytes: [UInt8])] = []

    /// Adds a file; a file with the same path is replaced.
    mutating func put(_ path: String, _ bytes: [UInt8]) { put(path, .file(bytes)) }

    mutating func put(_ path: String, _ text: String) { put(path, Array(text.utf8)) }

    mutating func put(_ path: String, _ node: Node) {
        if let place = entries.firstIndex(where: { $0.path == path }) {
            entries[place].node = node
        } else {
            entries.append((path, node))
        }
    }

    /// Adds an entry even if there is one with the same path.
    mutating func append(_ path: String, _ node: Node) { entries.append((path, node)) }

    mutating func remove(_ path: String) { entries.removeAll { $0.path == path } }

    /// Renames every entry.
    mutating func renameAll(_ rename: (String) -> String) {
        entries = entries.map { (rename($0.path), $0.node) }
    }

    /// Moves an entry to the front of the archive.
    mutating func moveToFront(_ path: String) {
        guard let place = entries.firstIndex(where: { $0.path == path }) else {
            preconditionFailure("no entry \(path)")
        }
        entries.insert(entries.remove(at: place), at: 0)
    }

    /// The bytes of a file that was added.
    func bytes(at path: String) -> [UInt8] {
        guard case .file(let bytes)? = entries.first(where: { $0.path == path })?.node else {
            preconditionFailure("no file \(path)")
        }
        return bytes
    }

    /// Changes the bytes of a file but not its name.
    mutating func damage(_ path: String, _ change: (inout [UInt8]) -> Void) {
        var bytes = bytes(at: path)
        change(&bytes)
        put(path, bytes)
    }

    mutating func expect(
        _ code: String, _ digest: String? = nil, follows: String? = nil, ignored: String? = nil
    ) {
        expected.append(ExpectedFinding(code: code, digest: digest, follows: follows, ignored: ignored))
    }

    /// Expects the findings so far, or some of them, to be waived.
    mutating func ignore(as source: String, where isIgnored: (ExpectedFinding) -> Bool) {
        for place in expected.indices where isIgnored(expected[place]) { expected[place].ignored = source }
    }

    mutating func ignoreAll(as source: String) { ignore(as: source) { _ in true } }

    /// Expects the note about a blob that no document references.
    mutating func expectUnreferenced(_ digests: String...) {
        for digest in digests { expect("blob-unreferenced", digest) }
    }

    /// Adds the files of another image below a folder.
    mutating func include(_ other: ImageBuilder, below folder: String) {
        for entry in other.entries { put(folder + "/" + entry.path, entry.node) }
        expected += other.expected
    }
}

extension [UInt8] {
    /// Flips one bit of the byte at `offset`; a negative offset counts from the end.
    mutating func flip(at offset: Int) { self[offset < 0 ? count + offset : offset] ^= 1 }
}
