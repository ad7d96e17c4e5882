// layerverify: members and frames that only some decoders take.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A member or frame that is decoded here and refused by other decoders that unpack images.
///
/// Decoding goes on after it: a stream that is damaged as well is refused by all. The ending is
/// `StreamEnding.disputed` only if nothing else is wrong.
package struct Dispute: Hashable, Sendable {
    /// Where the member or frame begins, from the beginning of what the decoder was given.
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
