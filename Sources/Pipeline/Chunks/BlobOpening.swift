// layerverify: the result of opening a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage

/// The result of opening a blob: a reader if there is anything to read, and how reading ends if no error follows.
struct BlobOpening {
    let reader: (any BlobReader)?
    let ending: ReadEnding

    /// True if one worker may read the blob from beginning to end. The size of the file decides, not the claimed size.
    var isSmall: Bool { (reader?.byteCount ?? 0) <= WaitingBlobs.smallByteCount }

    /// Opens the blob of a request, unless it is larger than the request allows.
    init(_ request: BlobRequest, from opener: any BlobOpener) {
        switch opener.open(request.location) {
        case .opened(let reader) where reader.byteCount > request.maximumByteCount:
            (self.reader, ending) = (nil, .oversized(byteCount: reader.byteCount))
        case .opened(let reader): (self.reader, ending) = (reader, .complete)
        case .cutOff(let reader): (self.reader, ending) = (reader, .cutOff(atByte: reader.byteCount))
        case .missing: (reader, ending) = (nil, .missing)
        case .outsideImage: (reader, ending) = (nil, .outsideImage)
        case .linkNotFollowed(let target): (reader, ending) = (nil, .linkNotFollowed(target: target))
        case .notRegularFile(let kind): (reader, ending) = (nil, .notRegularFile(kind))
        case .failed(let errno): (reader, ending) = (nil, .unreadable(errno: errno.rawValue, atByte: 0))
        case .changed: (reader, ending) = (nil, .changed)
        }
    }
}
