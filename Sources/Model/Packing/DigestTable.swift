// layerverify: a table of digests that many records name.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Numbers for digests, and for short texts that many records have, such as media types.
///
/// The digest of a layer is in its descriptor, its path, its record, its facts and its findings. Each of them keeps a
/// number of three or four bytes, and this table keeps the digest once.
///
/// The tables of the image stores of a run share their numbers, so that packed records can be appended to the lists of
/// the report as they are. Each table counts the digests that it was asked for, whether or not another table had them
/// before: the limits of an image store must not depend on the other stores.
///
/// ## Concurrency
/// `Numbers.state` is guarded by its mutex. A digest or text with a number never changes.
final class DigestTable: Sendable {
    private let numbers: Numbers
    /// The index of this table's count in the state.
    private let user: Int

    /// A table with numbers of its own.
    init() {
        numbers = Numbers()
        user = numbers.addUser()
    }

    /// A table that shares the numbers of another.
    init(sharing other: DigestTable) {
        numbers = other.numbers
        user = numbers.addUser()
    }

    deinit { numbers.removeUser(user) }

    /// Whether the same numbers mean the same in both tables.
    func isAlike(_ other: DigestTable) -> Bool { numbers === other.numbers }

    /// The approximate memory in bytes of the digests that this table was asked for.
    var byteCount: Int { numbers.state.withLock { $0.users[user].byteCount } }

    /// The number of a digest with these 32, 48 or 64 bytes; a new one if it is not in the table.
    func number(of bytes: [UInt8]) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes)
        let hash = hasher.finalize()
        return numbers.state.withLock { state in
            let number = state.number(of: bytes, hash: hash)
            state.users[user].note(number, byteCount: bytes.count)
            return number
        }
    }

    /// The bytes of the digest with this number.
    func bytes(_ number: Int) -> [UInt8] { numbers.state.withLock { Array($0.bytes(number)) } }

    /// The number of a text; nil if it is too long or the table is full.
    func phraseNumber(of text: String) -> Int? {
        guard text.utf8.count <= Numbers.maximumPhraseByteCount else { return nil }
        return numbers.state.withLock { state in
            if let known = state.phraseNumbers[text] { return known }
            guard state.phrases.count < Numbers.maximumPhraseCount else { return nil }
            state.phrases.append(text)
            state.phraseNumbers[text] = state.phrases.count - 1
            return state.phrases.count - 1
        }
    }

    func phrase(_ number: Int) -> String { numbers.state.withLock { $0.phrases[number] } }
}

/// The numbers that several tables share.
private final class Numbers: Sendable {
    /// The largest number of short texts; further texts are written out. Real stores have about a dozen.
    static let maximumPhraseCount = 256
    static let maximumPhraseByteCount = 100

    struct State {
        private var arena = ByteArena()
        private var addresses: [UInt32] = []
        private var index = HashIndex()
        var phrases: [String] = []
        var phraseNumbers: [String: Int] = [:]
        var users: [User] = []
        var freeUsers: [Int] = []

        mutating func number(of bytes: [UInt8], hash: Int) -> Int {
            if let known = index.find(hash, where: { self.bytes($0) == bytes[...] }) { return known }
            let number = addresses.count
            addresses.append(arena.append([UInt8(bytes.count)] + bytes).rawValue)
            index.insert(number, hash: hash)
            return number
        }

        func bytes(_ number: Int) -> ArraySlice<UInt8> {
            let address = ByteArena.Address(rawValue: addresses[number])
            let chunk = arena.chunks[address.chunk]
            return chunk[address.offset + 1..<address.offset + 1 + Int(chunk[address.offset])]
        }

        /// The number that the next digest gets.
        var nextNumber: Int { addresses.count }
    }

    /// The digests that one table was asked for.
    struct User {
        /// The first number that did not exist when the table was made.
        let first: Int
        /// One bit for each number from `first` on.
        private var own: [UInt64] = []
        /// The numbers before `first`.
        private var older: Set<UInt32> = []
        private(set) var byteCount = 0

        init(first: Int) { self.first = first }

        /// - Parameter byteCount: the size of the digest.
        mutating func note(_ number: Int, byteCount: Int) {
            if number < first {
                guard older.insert(UInt32(truncatingIfNeeded: number)).inserted else { return }
            } else {
                let (word, bit) = (number - first).quotientAndRemainder(dividingBy: 64)
                while own.count <= word { own.append(0) }
                guard own[word] & 1 << UInt64(bit) == 0 else { return }
                own[word] |= 1 << UInt64(bit)
            }
            self.byteCount += 1 + byteCount + 16
        }
    }

    let state = Mutex(State())

    func addUser() -> Int {
        state.withLock { state in
            let user = User(first: state.nextNumber)
            guard let free = state.freeUsers.popLast() else {
                state.users.append(user)
                return state.users.count - 1
            }
            state.users[free] = user
            return free
        }
    }

    func removeUser(_ index: Int) {
        state.withLock { state in
            state.users[index] = User(first: 0)
            state.freeUsers.append(index)
        }
    }
}
