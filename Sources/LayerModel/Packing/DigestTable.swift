// layerverify: digests that are named again and again.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Numbers for digests and for short texts that many records name, such as media types.
///
/// The digest of a layer stands in its descriptor, its path, its record, its facts and its findings: in each it is three
/// or four bytes, and here it is once.
///
/// ## Concurrency
/// `state` is guarded by its mutex. Nothing that was given a number ever changes.
final class DigestTable: Sendable {
    private struct State {
        var arena = ByteArena()
        var addresses: [UInt32] = []
        var index = HashIndex()
        var phrases: [String] = []
        var phraseNumbers: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// More short texts than this are written out. Real stores have a dozen.
    private static let maximumPhraseCount = 256
    private static let maximumPhraseByteCount = 100

    var byteCount: Int { state.withLock { $0.arena.byteCount + $0.addresses.count * 16 } }

    /// The number of some digest's bytes: 32, 48 or 64 of them.
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

    /// The bytes that have a number.
    func bytes(_ number: Int) -> [UInt8] { state.withLock { Array(Self.bytes(number, $0)) } }

    private static func bytes(_ number: Int, _ state: State) -> ArraySlice<UInt8> {
        let address = ByteArena.Address(rawValue: state.addresses[number])
        let chunk = state.arena.chunks[address.chunk]
        return chunk[address.offset + 1..<address.offset + 1 + Int(chunk[address.offset])]
    }

    /// The number of a text; nil if it is long, or there are too many already.
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
