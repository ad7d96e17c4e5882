// layerverify: the result of opening a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// The result of opening a blob: a reader if there is anything to read, and how reading ends if no error follows.
struct BlobOpening {
    let reader: (any BlobReader)?
    let ending: ReadEnding

    /// True if one worker may read the blob from beginning to end. The size of the file decides, not the claimed size.
    var isSmall: Bool { (reader?.byteCount ?? 0) <= WaitingBlobs.smallByteCount }

    /// Opens the blob of a request, unless it is larger than the request allows.
    init(_ request: BlobRequest, from opener: any BlobOpener) {
        let (reader, ending) = opener.open(request.location).reading
        if let reader, ending == .complete, reader.byteCount > request.maximumByteCount {
            (self.reader, self.ending) = (nil, .oversized(byteCount: reader.byteCount))
        } else {
            (self.reader, self.ending) = (reader, ending)
        }
    }
}
