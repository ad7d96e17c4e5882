// layerverify: pseudorandom numbers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Pseudorandom numbers (splitmix64) that are the same on every run and machine.
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func next(below bound: Int) -> Int { Int(truncatingIfNeeded: (next() >> 33) % UInt64(bound)) }

    mutating func next(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + next(below: range.upperBound - range.lowerBound + 1)
    }

    /// Returns true with a probability of `chance` / 256.
    mutating func happens(_ chance: Int) -> Bool { next() >> 56 < UInt64(chance) }

    /// A number in the range; each octave of the range has the same probability. Used for sizes, distances and ranks.
    mutating func nextByOctave(in range: ClosedRange<Int>) -> Int {
        var low = range.lowerBound
        while low < range.upperBound {
            let high = min(2 * low, range.upperBound)
            let octavesLeft = (Int.bitWidth - (range.upperBound / low).leadingZeroBitCount)
            if octavesLeft <= 1 || next(below: octavesLeft) == 0 { return low + next(below: high - low + 1) }
            low = high
        }
        return low
    }
}
