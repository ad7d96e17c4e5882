// layerverify: members and frames that only some decoders accept.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A member or frame that is decoded here and refused by other decoders that unpack images.
///
/// Decoding continues after it, because a stream that is also damaged is refused by every decoder. The ending is
/// `StreamEnding.disputed` only if nothing else is wrong.
package struct Dispute: Hashable, Sendable {
    /// The offset of the member or frame in bytes, from the beginning of the decoder's input.
    package var offsetBytes: UInt64
    package var reason: StreamDispute

    package init(offsetBytes: UInt64, reason: StreamDispute) {
        self.offsetBytes = offsetBytes
        self.reason = reason
    }
}

extension StreamDecoder {
    package var dispute: Dispute? { nil }
}
