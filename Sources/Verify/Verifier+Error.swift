// layerverify: the errors that the facade throws.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Verifier {
    /// The reason for which a run could not start.
    ///
    /// Faults of an image, and files that cannot be read, are findings in the report and are never thrown.
    public struct Error: Swift.Error, Sendable, CustomStringConvertible {
        /// The kind of an error. Codes may be added.
        public struct Code: Hashable, Sendable, CustomStringConvertible {
            /// The stable name of the code.
            public let description: String

            private init(_ name: String) { description = name }

            /// The text of an ``ImagePlatform`` is not `os/architecture[/variant]`.
            public static let invalidPlatform = Code("invalid-platform")
            /// The text of an ``ImageReference`` is empty.
            public static let invalidReference = Code("invalid-reference")
            /// The text of a ``BlobDigest`` is not a digest, or one of ``Verifier/Options/expectedDigests`` has an
            /// algorithm that cannot be computed.
            public static let invalidDigest = Code("invalid-digest")
            /// An ``Verifier/IgnoreRule`` is malformed, or its file cannot be read.
            public static let invalidIgnoreRule = Code("invalid-ignore-rule")
            /// A ``Verifier/Baseline`` is not a report, or cannot be read.
            public static let invalidBaseline = Code("invalid-baseline")
            /// ``Verifier/Options/jobs`` is not at least 1.
            public static let invalidJobs = Code("invalid-jobs")
            /// A limit is not at least 1.
            public static let invalidLimit = Code("invalid-limit")
            /// It is not known which files an image has, or what is in one: a layer could not be read.
            public static let filesUnknown = Code("files-unknown")
            /// There is no such file in an image.
            public static let fileMissing = Code("file-missing")
            /// A library or a part of the system that every run needs is not usable.
            public static let environment = Code("environment")
        }

        /// The kind of the error.
        public let code: Code
        /// A message of one line. It may contain what was given, unescaped.
        public let message: String

        init(_ code: Code, _ message: String) {
            self.code = code
            self.message = message
        }

        /// The message.
        public var description: String { message }

        static func malformedDigest(_ text: String) -> Error {
            Error(
                .invalidDigest, "'\(text)' is not a digest such as sha256:… with 64 lower-case hexadecimal digits")
        }
    }
}
