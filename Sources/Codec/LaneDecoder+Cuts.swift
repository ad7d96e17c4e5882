// layerverify: gzip members that are decoded in several pieces.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CInflateLanes

extension LaneDecoder: CutDecoder {
    /// How the lanes cut streams.
    static let cuts = BlockCuts(
        begin: { isUsable ? LaneDecoder(atBlockAfterBits: $0) : nil },
        find: { bytes, range in
            // SAFETY: the C function reads within the bytes that it is given.
            let bit = unsafe lv_find_block(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, range.lowerBound, range.upperBound)
            return bit == LV_NO_BLOCK ? nil : bit
        }, beginReference: { ResumedZlibDecoder($0, atBlockAfterBits: $1) })

    var isInPlanes: Bool { inflation.isInPlanes }

    var blockCount: UInt64 { inflation.blockCount }

    var hasWholeWindow: Bool {
        !isUnconfirmed && !isInPlanes && content.byteCount >= UInt64(LaneInflation.windowByteCount)
    }

    func continueMember(after previous: any CutDecoder, resolving kept: [OutputPlanes]) {
        guard let previous = previous as? LaneDecoder, previous.hasWholeWindow, isUnconfirmed else {
            preconditionFailure("a decoder is confirmed once, by one that knows its window")
        }
        withUnsafeTemporaryAllocation(byteCount: LaneInflation.windowByteCount, alignment: 64) { window in
            unsafe previous.inflation.copyWindow(to: window)
            var before = previous.content
            for planes in kept {
                guard let first = unsafe planes.first.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    let second = unsafe planes.second.baseAddress?.assumingMemoryBound(to: UInt8.self)
                else { continue }
                let byteCount = planes.first.count
                // SAFETY: both planes have as many bytes, and the window has 32 KiB.
                let checksum = unsafe lv_inflate_resolve_and_checksum(
                    0, first, second, byteCount, window.baseAddress?.assumingMemoryBound(to: UInt8.self))
                before.append(MemberContent(checksum: checksum, byteCount: UInt64(byteCount)))
            }
            unsafe inflation.resolve(UnsafeRawBufferPointer(window))
            confirm(after: before)
        }
    }

    func makeCheckpoint() -> MemberCheckpoint {
        precondition(hasWholeWindow, "a decoder that knows its window")
        let window = [UInt8](unsafeUninitializedCapacity: LaneInflation.windowByteCount) { window, count in
            unsafe inflation.copyWindow(to: UnsafeMutableRawBufferPointer(window))
            count = window.count
        }
        return MemberCheckpoint(window: window, content: content)
    }
}
