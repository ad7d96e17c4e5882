// layerverify: a table of digests that many records name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Numbers for digests, and for short texts that many records have, such as media types.
///
/// The digest of a layer is in its descriptor, its path, its record, its facts and its findings. Each of them keeps a
/// number of three or four bytes, and this table keeps the digest once.
///
/// ## Concurrency
/// `state` is guarded by its mutex. A digest or text with a number never changes.
final class DigestTable: Sendable {
    private struct State {
        var arena = ByteArena()
        var addresses: [UInt32] = []
        var index = HashIndex()
        var phrases: [String] = []
        var phraseNumbers: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// The largest number of short texts in the table; further texts are written out. Real stores have about a dozen.
    private static let maximumPhraseCount = 256
    private static let maximumPhraseByteCount = 100

    var byteCount: Int { state.withLock { $0.arena.byteCount + $0.addresses.count * 16 } }

    /// The number of a digest with these 32, 48 or 64 bytes; a new one if it is not in the table.
    func number(of bytes: [UInt8]) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes)
        let hash = hasher.finalize()
        return state.withLock { state in
            if let known = state.index.find(hash, where: { Self.bytes($0, state) == bytes[...] }) { return known }
            let number = state.addresses.count
            state.addresses.append(state.arena.append([UInt8(bytes.count)] + bytes).rawValue)
            state.index.insert(number, hash: hash)
            return number
        }
    }

    /// The bytes of the digest with this number.
    func bytes(_ number: Int) -> [UInt8] { state.withLock { Array(Self.bytes(number, $0)) } }

    private static func bytes(_ number: Int, _ state: State) -> ArraySlice<UInt8> {
        let address = ByteArena.Address(rawValue: state.addresses[number])
        let chunk = state.arena.chunks[address.chunk]
        return chunk[address.offset + 1..<address.offset + 1 + Int(chunk[address.offset])]
    }

    /// The number of a text; nil if it is too long or the table is full.
    func phraseNumber(of text: String) -> Int? {
        guard text.utf8.count <= Self.maximumPhraseByteCount else { return nil }
        return state.withLock { state in
            if let known = state.phraseNumbers[text] { return known }
            guard state.phrases.count < Self.maximumPhraseCount else { return nil }
            state.phrases.append(text)
            state.phraseNumbers[text] = state.phrases.count - 1
            return state.phrases.count - 1
        }
    }

    func phrase(_ number: Int) -> String { state.withLock { $0.phrases[number] } }
}
