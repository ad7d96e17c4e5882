// layerverify: fingerprints of findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Identifies findings across runs, for servers that compare runs.
///
/// A fingerprint depends on the code, the blob and the place of the claim below its image store, not on the folder of
/// the store, on values that were computed, or on the text of the message.
///
/// Memory: one number for each finding of which a fingerprint was made.
struct Fingerprints {
    private var counts: [UInt64: UInt32] = [:]

    /// The fingerprint of a finding: 16 hexadecimal digits, and the number of findings so far that have them.
    ///
    /// - Parameter path: the path of the file, if the same finding in another file is to have another fingerprint.
    mutating func next(_ finding: Finding, path: String? = nil) -> String {
        var hash = FNV1a()
        hash.add(finding.code.rawValue)
        hash.add(finding.digest?.description ?? "")
        hash.add(finding.place.path)
        hash.add(finding.place.pointer)
        if let path { hash.add(path) }
        let count = (counts[hash.value] ?? 0) &+ 1
        counts[hash.value] = count
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ":\(count)"
    }
}

/// The 64-bit hash FNV-1a: equal on every machine and in every version. Collisions only share a counter.
private struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Adds a text and an end mark.
    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0)
    }

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
}
