// layerverify: where the reference decoder takes a stream over.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem

/// Where the reference decoder continues a stream that was read in parts, and what of it was passed on already.
struct StreamHandover {
    /// The compressed bytes from `startOffset` on.
    let source: any SequentialSource
    let startOffset: UInt64
    let decoder: any StreamDecoder
    let cursor: StreamCursor
    /// What the decoder decodes first was passed on already.
    let passedOn: RunningChecksum
}

/// A source that failed before.
final class FailedSource: SequentialSource {
    private let fault: SourceFault

    init(_ fault: SourceFault) { self.fault = fault }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int { throw fault }
}
