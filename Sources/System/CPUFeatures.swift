// layerverify: features of the CPU.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The features of the CPU that make hashing and decoding fast, for `--version`.
package enum CPUFeatures {
    /// The names of the available features in the kernel's spelling: `sha_ni`, `avx2`; on ARM `sha2`.
    package static func names() -> [String] {
        names(in: SystemText.beginning(of: "/proc/cpuinfo") ?? "")
    }

    /// The names of the features in the text of /proc/cpuinfo; only the first processor is used.
    package static func names(in text: String) -> [String] {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let key = parts[0].prefix { $0 != "\t" && $0 != " " }
            guard key == "flags" || key == "Features" else { continue }
            let features = Set(parts[1].split(separator: " "))
            return known.filter { features.contains(Substring($0)) }
        }
        return []
    }

    private static let known = [
        "ssse3", "sse4_1", "sse4_2", "pclmulqdq", "bmi2", "avx2", "sha_ni", "avx512f", "avx512bw", "avx512vl",
        "vpclmulqdq", "asimd", "pmull", "crc32", "sha1", "sha2", "sha512", "sve",
    ]
}
