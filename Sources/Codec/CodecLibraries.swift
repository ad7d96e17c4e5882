// layerverify: the libraries that decode.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd

/// The linked libraries that decode.
package enum CodecLibraries {
    /// The libraries and their versions at run time, such as `zlib 1.3.1`; for `--version`.
    package static var versions: [String] {
        ["zlib " + String(cString: zlibVersion()), "libzstd " + String(cString: ZSTD_versionString())]
    }
}
