// layerverify: tests of what is in order in two sequences.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LayerDiff

@Suite struct IncreasingRunTests {
    @Test func aSequenceInOrderIsWhole() {
        #expect(IncreasingRun.members(of: []) == [])
        #expect(IncreasingRun.members(of: [2, 3, 9]) == [true, true, true])
    }

    @Test func oneElementThatMovedIsLeftOut() {
        #expect(IncreasingRun.members(of: [4, 0, 1, 2, 3]) == [false, true, true, true, true])
        #expect(IncreasingRun.members(of: [1, 2, 3, 0]) == [true, true, true, false])
        #expect(IncreasingRun.members(of: [3, 2, 1]).count { $0 } == 1)
    }
}
