// layerverify: digests and text for the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
import Foundation

/// A digest algorithm, as written before the colon of a digest.
enum Algorithm: String {
    case sha256
    case sha512
}

/// Lower-case hexadecimal digits of the digest of `bytes`.
func hexDigest(_ bytes: [UInt8], _ algorithm: Algorithm = .sha256) -> String {
    var result = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    let kind = algorithm == .sha256 ? EVP_sha256() : EVP_sha512()
    precondition(EVP_Digest(bytes, bytes.count, &result, &count, kind, nil) == 1, "libcrypto cannot hash")
    return result.prefix(Int(count)).map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 2 ? digits : "0" + digits
    }.joined()
}

/// The digest of `bytes` in the form of a descriptor.
func digestOf(_ bytes: [UInt8], _ algorithm: Algorithm = .sha256) -> String {
    algorithm.rawValue + ":" + hexDigest(bytes, algorithm)
}

/// Pseudorandom numbers (splitmix64) that are the same on every run.
struct SeededNumbers {
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}

/// Words that compress about as well as typical files.
func prose(seed: Int, byteCount: Int) -> [UInt8] {
    let words = [
        "anchor", "barrel", "cable", "deck", "engine", "funnel", "galley", "harbour", "inlet", "jetty", "keel",
        "ladder", "mast", "north", "oar", "pier", "quay", "rope", "sail", "tide", "upstream", "vessel", "wharf",
    ]
    var numbers = SeededNumbers(seed: seed)
    var text: [UInt8] = []
    while text.count < byteCount {
        text += words[numbers.next(below: words.count)].utf8
        text.append(numbers.next(below: 9) == 0 ? UInt8(ascii: "\n") : UInt8(ascii: " "))
    }
    return Array(text.prefix(byteCount))
}

/// Base64 with padding, for the `data` of a descriptor. Spec: RFC 4648 §4.
func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

/// Decodes a base64 constant.
func bytes(base64 text: String) -> [UInt8] {
    guard let data = Data(base64Encoded: text) else { preconditionFailure("no base64: \(text)") }
    return Array(data)
}
