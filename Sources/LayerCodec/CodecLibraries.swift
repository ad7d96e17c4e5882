// layerverify: the libraries that decode.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#if ISAL
    import CISAL
#endif
import CZlib
import CZstd

/// What is linked in to decode.
package enum CodecLibraries {
    /// The libraries and their versions, such as `zlib 1.3.1`; for `--version`.
    ///
    /// zlib and libzstd tell the version at run time, ISA-L only that of its headers.
    package static var versions: [String] {
        var versions: [String] = []
        #if ISAL
            versions.append("ISA-L \(ISAL_MAJOR_VERSION).\(ISAL_MINOR_VERSION).\(ISAL_PATCH_VERSION)")
        #endif
        versions.append("zlib " + String(cString: zlibVersion()))
        versions.append("libzstd " + String(cString: ZSTD_versionString()))
        return versions
    }
}
