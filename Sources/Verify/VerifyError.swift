// layerverify: the errors that the facade throws.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The reason for which a run could not start.
///
/// Faults of an image, and files that cannot be read, are findings in the report and are never thrown.
public struct VerifyError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error. Codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ name: String) { description = name }

        /// `VerifyOptions.platform` is not `os/architecture[/variant]`.
        public static let invalidPlatform = Code("invalid-platform")
        /// One of `VerifyOptions.references` is empty.
        public static let invalidReference = Code("invalid-reference")
        /// One of `VerifyOptions.expectedDigests` is not a digest of an algorithm that can be computed.
        public static let invalidDigest = Code("invalid-digest")
        /// A rule of `VerifyOptions.ignoreRules` is malformed, or its file cannot be read.
        public static let invalidIgnoreRule = Code("invalid-ignore-rule")
        /// `VerifyOptions.baseline` is not a report, or cannot be read.
        public static let invalidBaseline = Code("invalid-baseline")
        /// `VerifyOptions.jobs` is not at least 1.
        public static let invalidJobs = Code("invalid-jobs")
        /// A limit is zero.
        public static let invalidLimit = Code("invalid-limit")
        /// A library or a part of the system that every run needs is not usable.
        public static let environment = Code("environment")
    }

    /// The kind of the error.
    public let code: Code
    /// A message of one line.
    public let message: String
    /// The underlying error, if there is one.
    public let cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, followed by that of the cause.
    public var description: String { message + (cause.map { ": \($0)" } ?? "") }
}
