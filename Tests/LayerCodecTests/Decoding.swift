// layerverify: decoding whole streams in tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel

/// The result of decoding a stream to its end.
struct Decoded: Equatable {
    enum Ending: Equatable {
        case complete
        case truncated
        case trailing(atByte: UInt64)
        case failed(StreamFault)
        case windowTooLarge
    }

    var content: [UInt8] = []
    var ending: Ending
    var boundaryOffset: UInt64 = 0
    var dispute: Dispute?
    /// The number of bytes that all calls consumed.
    var consumedByteCount = 0
    /// Violations of the protocol's contract.
    var brokenPromises: [String] = []
}

extension Codec {
    /// Decodes `bytes` in pieces of the given sizes.
    func decodeWhole(
        _ bytes: [UInt8], options: CodecOptions = CodecOptions(), inputByteCount: Int = 1 << 17,
        outputByteCount: Int = 1 << 17
    ) -> Decoded {
        decodeWhole(
            bytes, options: options, nextInputByteCount: { inputByteCount }, nextOutputByteCount: { outputByteCount })
    }

    /// Decodes `bytes` in pieces whose sizes the closures return.
    func decodeWhole(
        _ bytes: [UInt8], options: CodecOptions = CodecOptions(), nextInputByteCount: () -> Int,
        nextOutputByteCount: () -> Int
    ) -> Decoded {
        let decoder = begin(options)
        var decoded = Decoded(ending: .truncated)
        var position = 0
        repeat {
            let end = min(bytes.count, position + nextInputByteCount())
            // A copy of exactly this piece, so that a sanitizer detects a read after its end or in an earlier piece.
            var piece = Array(bytes[position..<end])
            var status = DecodeStatus.outputFull
            while status == .outputFull {
                let roomByteCount = nextOutputByteCount()
                var step = DecodeStep(consumedByteCount: 0, status: .outputFull)
                let output = [UInt8](unsafeUninitializedCapacity: roomByteCount) { buffer, count in
                    var room = OutputRawSpan(buffer: UnsafeMutableRawBufferPointer(buffer), initializedCount: 0)
                    step = decoder.decode(piece.span.bytes, into: &room)
                    count = room.finalize(for: UnsafeMutableRawBufferPointer(buffer))
                }
                status = step.status
                decoded.content += output
                decoded.consumedByteCount += step.consumedByteCount
                if step.consumedByteCount < 0 || step.consumedByteCount > piece.count {
                    decoded.brokenPromises.append("consumed \(step.consumedByteCount) of \(piece.count)")
                    return decoded
                }
                if step.consumedByteCount == piece.count {
                    piece = []
                } else if step.consumedByteCount > 0 {
                    piece.removeFirst(step.consumedByteCount)
                }
                if status == .outputFull, output.count < roomByteCount {
                    decoded.brokenPromises.append("full with \(output.count) of \(roomByteCount)")
                    return decoded
                }
            }
            decoded.boundaryOffset = decoder.boundaryOffset
            decoded.dispute = decoder.dispute
            switch status {
            case .needsInput:
                if !piece.isEmpty {
                    decoded.brokenPromises.append("needs input but leaves \(piece.count)")
                    return decoded
                }
            case .trailing:
                decoded.ending = .trailing(atByte: decoder.boundaryOffset)
                return decoded
            case .failed(let fault):
                decoded.ending = .failed(fault)
                return decoded
            case .needsMemory:
                decoded.brokenPromises.append("memory is short without a budget")
                return decoded
            case .windowTooLarge:
                decoded.ending = .windowTooLarge
                return decoded
            case .paused:
                decoded.brokenPromises.append("pauses without a place to stop")
                return decoded
            case .outputFull:
                break
            }
            position = end
        } while position < bytes.count
        decoded.ending = decoder.isAtBoundary ? .complete : .truncated
        return decoded
    }
}
