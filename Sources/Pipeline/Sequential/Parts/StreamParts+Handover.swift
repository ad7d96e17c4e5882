// layerverify: what is kept of a stream for the reference decoder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

extension StreamParts {
    /// The reference decoder would begin at a block where the head has stopped.
    func setCheckpoint(atBit bit: UInt64) {
        if earlierDispute == nil { earlierDispute = disputeOfHead }
        checkpoint = (bit, head.makeCheckpoint())
        checkpointProducedByteCount += passedOn.byteCount
        passedOn = RunningChecksum()
    }

    private var disputeOfHead: Dispute? {
        head.dispute.map { Dispute(offsetBytes: headOffset + $0.offsetBytes, reason: $0.reason) }
    }

    /// Forgets the first parts.
    func release(_ count: Int) {
        for part in parts[..<count] { freeSlots.append(part.slot) }
        parts.removeFirst(count)
        headIndex = 0
    }

    func makeHandover() -> StreamHandover {
        let startOffset = (checkpoint?.bit ?? 0) / 8
        var bytes: [UInt8] = []
        for part in parts {
            let skipped = Int(startOffset + UInt64(byteCount: bytes.count) - part.startOffset)
            bytes.append(contentsOf: part.input[skipped...])
        }
        let skipped = Int(startOffset + UInt64(byteCount: bytes.count) - reader.restOffset)
        bytes.append(contentsOf: reader.rest.dropFirst(skipped))
        let rest: any SequentialSource = reader.fault.map { FailedSource($0) } ?? base
        let reference = Codecs.reference(for: .gzip)?.begin(options.codecOptions)
        guard
            let decoder = checkpoint.map({ cuts.beginReference($0.member, Int($0.bit % 8)) }) ?? reference
        else { preconditionFailure("gzip has a reference") }
        return StreamHandover(
            source: ResumedSource(bytes, then: rest), startOffset: startOffset, decoder: decoder,
            cursor: StreamCursor(
                resumingAt: startOffset, producedByteCount: checkpointProducedByteCount, dispute: earlierDispute),
            passedOn: passedOn)
    }
}
