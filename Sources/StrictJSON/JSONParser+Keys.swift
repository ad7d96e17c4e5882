// layerverify: duplicate names in JSON objects.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension JSONParser {
    /// Up to this many names are compared pairwise. Above it, they are sorted by hash, so that the time does not grow
    /// quadratically. The value is not measured: nearly all objects of real documents have fewer members.
    private static let pairwiseLimit = 16

    /// Refuses an object that has two members with the same name. The object must be complete and the innermost open
    /// one.
    ///
    /// The fault is the first in reading order.
    func checkKeys(of object: Int) throws(JSONFault) {
        let end = Int(nodes[object].link)
        guard end > object + 3 else { return }
        let isFolding = !keys.foldedNames.isEmpty
        var names: [Int] = []
        var name = object + 1
        while name < end {
            names.append(name)
            name = nodes.place(after: name + 1, in: bytes)
        }
        let pair =
            names.count <= Self.pairwiseLimit
            ? firstPair(among: names, isFolding) : firstPairByHash(among: names, isFolding)
        guard let pair else { return }
        let first = nodes[pair.first]
        let second = nodes[pair.second]
        throw JSONFault(
            .duplicateKey,
            "member \(clipped(second)) at offset \(second.start) repeats \(clipped(first)) at offset \(first.start)",
            at: Int(second.start), in: bytes, pointer: pointer(toMember: pair.second))
    }

    private func firstPair(among names: [Int], _ isFolding: Bool) -> (first: Int, second: Int)? {
        for second in names.indices {
            for first in 0..<second where isEqual(names[first], names[second], isFolding) {
                return (names[first], names[second])
            }
        }
        return nil
    }

    private func firstPairByHash(among names: [Int], _ isFolding: Bool) -> (first: Int, second: Int)? {
        // Hashes are seeded anew in each process, so a document cannot be written so that its names collide.
        var hashed = names.map { name in
            var hasher = Hasher()
            var scalars = scalars(of: name)
            // Only names that are read without case are folded: otherwise names that differ only in case would all
            // collide.
            let isFolded = isFolding && isKnown(name)
            while let scalar = scalars.next() { hasher.combine(isFolded ? JSONScalars.folded(scalar) : scalar) }
            return (hash: hasher.finalize(), name: UInt32(name))
        }
        hashed.sort { ($0.hash, $0.name) < ($1.hash, $1.name) }
        var best: (first: Int, second: Int)?
        var start = 0
        while start < hashed.count {
            var end = start + 1
            while end < hashed.count, hashed[end].hash == hashed[start].hash { end += 1 }
            if end - start > 1,
                let pair = firstPair(among: hashed[start..<end].map { Int($0.name) }, isFolding),
                pair.second < best?.second ?? .max
            {
                best = pair
            }
            start = end
        }
        return best
    }

    /// Whether two names are equal: exactly, or without case if that is how readers find them.
    private func isEqual(_ one: Int, _ other: Int, _ isFolding: Bool) -> Bool {
        var left = scalars(of: one)
        var right = scalars(of: other)
        var isSame = true
        while true {
            let (a, b) = (left.next(), right.next())
            guard let a, let b else {
                guard a == nil, b == nil else { return false }
                return isSame || isRead(one)
            }
            if a != b {
                guard isFolding, JSONScalars.folded(a) == JSONScalars.folded(b) else { return false }
                isSame = false
            }
        }
    }

    /// Whether readers look for this member of the innermost open object: its name is known, every name on the path to
    /// it is known, and the innermost of these is not a map whose names users choose.
    private func isRead(_ name: Int) -> Bool {
        guard isKnown(name) else { return false }
        for level in open.indices.dropFirst().reversed() where isObject(open[level - 1]) {
            guard let above = foldedName(open[level] - 1), keys.foldedNames.contains(above) else { return false }
            if level == open.count - 1, keys.foldedMaps.contains(above) { return false }
        }
        return true
    }

    private func isKnown(_ name: Int) -> Bool { foldedName(name).map { keys.foldedNames.contains($0) } ?? false }

    /// A member name in lower case; nil if it is too long to be a known name.
    private func foldedName(_ name: Int) -> String? {
        // A name of megabytes need not be decoded to see that it is not a known one.
        guard nodes[name].link - nodes[name].start <= keys.maximumByteCount else { return nil }
        var text = String.UnicodeScalarView()
        var scalars = scalars(of: name)
        while let scalar = scalars.next() { text.append(JSONScalars.folded(scalar)) }
        return String(text)
    }

    private func isObject(_ node: Int) -> Bool { bytes[Int(nodes[node].start)] == UInt8(ascii: "{") }

    private func scalars(of string: Int) -> JSONScalars { JSONScalars(nodes[string], in: bytes) }

    private func clipped(_ node: JSONNode) -> String {
        JSONStringDecoder.clipped(bytes, from: Int(node.start), to: Int(node.link))
    }

    /// The JSON Pointer from the root to a member of the innermost open object.
    private func pointer(toMember name: Int) -> String {
        // The pointer is for people; one of megabytes, made of hostile names, would be useless.
        let maximumByteCount = 1024
        var pointer = ""
        for (level, container) in open.enumerated() {
            let token: String
            if level + 1 == open.count {
                token = Self.escaped(text(of: name))
            } else if isObject(container) {
                token = Self.escaped(text(of: open[level + 1] - 1))
            } else {
                var index = 0
                var element = container + 1
                while element < open[level + 1] {
                    index += 1
                    element = nodes.place(after: element, in: bytes)
                }
                token = String(index)
            }
            guard pointer.utf8.count + 1 + token.utf8.count <= maximumByteCount else { break }
            pointer += "/" + token
        }
        return pointer
    }

    /// A name as a token of a JSON Pointer.
    ///
    /// Spec: RFC 6901 §3.
    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        var token = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": token.append(contentsOf: "~0".unicodeScalars)
            case "/": token.append(contentsOf: "~1".unicodeScalars)
            default: token.append(scalar)
            }
        }
        return String(token)
    }

    private func text(of string: Int) -> String { JSONStringDecoder.decoded(nodes[string], in: bytes) }
}
