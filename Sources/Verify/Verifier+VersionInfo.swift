// layerverify: the versions in use.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerCodec
internal import LayerDigest
internal import LayerModel
internal import LayerSystem

extension Verifier {
    /// The version of layerverify, its libraries, and the CPU features that they use.
    public enum VersionInfo {
        /// The version of layerverify.
        public static var version: String { Tool.version }

        /// The name and the version of a library, or the features of the CPU.
        public struct Entry: Hashable, Sendable {
            /// The name: `OpenSSL`, `zlib`, `CPU`, …
            public let name: String
            /// The version that the library itself reports, or the features in use; `unknown` if there are none.
            public let value: String

            init(_ name: String, _ value: String) {
                self.name = name
                self.value = value
            }
        }

        /// The loaded libraries, in the order in which `--version` prints them.
        ///
        /// - Complexity: Reads `/proc/cpuinfo` each time.
        public static var entries: [Entry] {
            let libraries = [DigestLibrary.version] + CodecLibraries.versions
            let entries = libraries.map { text in
                let words = text.split(separator: " ", maxSplits: 1)
                return Entry(String(words[0]), words.count > 1 ? String(words[1]) : "")
            }
            let lanes =
                LaneSHA256.isUsable
                ? "four in lockstep, by \(LaneSHA256.instructionSetName)" : "one at a time, by OpenSSL"
            return entries + [Entry("SHA-256", lanes), Entry("CPU", Self.text(ofFeatures: CPUFeatures.names()))]
        }

        /// The value of the entry about the CPU. No feature is known without /proc, and on CPUs of other kinds.
        static func text(ofFeatures names: [String]) -> String {
            names.isEmpty ? "unknown" : names.joined(separator: " ")
        }

        /// The text that `--version` prints.
        ///
        /// - Complexity: That of ``entries``.
        public static var description: String {
            let entries = entries
            let width = entries.reduce(0) { max($0, $1.name.count) }
            let lines = entries.map {
                "  " + $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value
            }
            return (["\(Tool.name) \(Tool.version)"] + lines).joined(separator: "\n")
        }
    }
}
