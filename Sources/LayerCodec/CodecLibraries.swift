// layerverify: the libraries that decode.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd

/// What is linked in to decode.
package enum CodecLibraries {
    /// The libraries and their versions, such as `zlib 1.3.1`; for `--version`.
    ///
    /// The versions are those of the libraries at run time.
    package static var versions: [String] {
        ["zlib " + String(cString: zlibVersion()), "libzstd " + String(cString: ZSTD_versionString())]
    }
}
