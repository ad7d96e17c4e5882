// layerverify: the documents that mark the folder of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerSource

/// The documents that mark the folder of an image.
package enum ImageMarks {
    /// Their names, of all supported forms. A report must not replace a file of such a folder.
    package static var documents: [String] { ImageSources.supported.documents }
}
