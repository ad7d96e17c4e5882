// layerverify: tests of pairing the layers of two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDiff
import LayerModel
import Testing

@Suite struct LayerPairingTests {
    /// Layers by the letter of their content; a digit after it is the digest, a word the command.
    private func layers(_ texts: [String]) -> [ComparedLayer] {
        texts.enumerated().map { index, text in
            let parts = text.split(separator: " ")
            var layer = ComparedLayer(index: index)
            layer.diffID = digest(String(parts[0].prefix(1)))
            layer.digest = digest(String(parts[0]))
            layer.createdBy = parts.count > 1 ? String(parts[1]) : nil
            return layer
        }
    }

    private func digest(_ text: String) -> ContentDigest {
        var bytes = [UInt8](repeating: 0, count: 32)
        for (place, byte) in text.utf8.enumerated() { bytes[place] = byte }
        return ContentDigest(.sha256, bytes: bytes)
    }

    /// One line for each pair: `0=0`, `0~1` (recompressed), `0!0` (different), `+1`, `-0`; `moved` after it.
    private func pairs(_ first: [String], _ second: [String]) -> [String] {
        LayerPairing.pair(layers(first), layers(second)).map { pair in
            let (one, other) = (pair.first.map { "\($0.index)" } ?? "", pair.second.map { "\($0.index)" } ?? "")
            let sign =
                switch pair.relation {
                case .identical: "="
                case .recompressed: "~"
                case .different: "!"
                case .added: "+"
                case .removed: "-"
                }
            let text = pair.relation == .removed ? sign + one : one + sign + other
            return text + (pair.isMoved ? " moved" : "")
        }
    }

    @Test func equalLayersArePaired() {
        #expect(pairs(["a1", "b1"], ["a1", "b1"]) == ["0=0", "1=1"])
        #expect(pairs(["a1", "b1"], ["a1", "b2"]) == ["0=0", "1~1"])
    }

    @Test func aLayerInBetweenIsAddedOrRemoved() {
        #expect(pairs(["a1", "b1"], ["a1", "c1", "b1"]) == ["0=0", "+1", "1=2"])
        #expect(pairs(["a1", "c1", "b1"], ["a1", "b1"]) == ["0=0", "-1", "2=1"])
        #expect(pairs(["c1", "a1"], ["a1"]) == ["-0", "1=0"])
        #expect(pairs(["a1"], ["a1", "b1"]) == ["0=0", "+1"])
        #expect(pairs(["a1"], []) == ["-0"])
    }

    @Test func otherLayersArePairedByTheirCommand() {
        #expect(pairs(["a1 X", "b1 Y"], ["c1 Z", "d1 Y"]) == ["0!0", "1!1"])
        #expect(pairs(["a1 X", "b1 Y"], ["d1 Y"]) == ["-0", "1!0"])
        #expect(pairs(["a1 X"], ["b1 W", "c1 X"]) == ["+0", "0!1"])
    }

    @Test func otherLayersArePairedBetweenEqualOnes() {
        #expect(pairs(["a1", "b1", "c1"], ["d1", "b1", "e1"]) == ["0!0", "1=1", "2!2"])
        #expect(pairs(["a1", "b1", "c1"], ["b1", "e1"]) == ["-0", "1=0", "2!1"])
    }

    @Test func layersInAnotherOrderMoved() {
        let found = pairs(["a1", "b1", "c1"], ["b1", "c1", "a1"])
        #expect(found == ["1=0", "2=1", "0=2 moved"])
    }

    @Test func repeatedLayersArePairedInTheirOrder() {
        #expect(pairs(["e1", "a1", "e1"], ["e1", "a1", "e1", "e1"]) == ["0=0", "1=1", "2=2", "+3"])
    }

    @Test func aLayerWithoutADigestIsTheSameIfItsContentIs() {
        var (first, second) = (layers(["a1"]), layers(["a2"]))
        first[0].digest = nil
        #expect(LayerPairing.pair(first, second).map { $0.relation } == [.identical])
        second[0].diffID = nil
        #expect(LayerPairing.pair(first, second).map { $0.relation } == [.different])
    }
}
