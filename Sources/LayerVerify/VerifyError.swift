// layerverify: what the facade throws.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Why a run could not begin.
///
/// Whatever is wrong with an image, or cannot be read of it, is a finding in the report and never thrown.
public struct VerifyError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is. Codes may be added.
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
        /// `VerifyOptions.jobs` is not at least 1.
        public static let invalidJobs = Code("invalid-jobs")
        /// A limit is zero.
        public static let invalidLimit = Code("invalid-limit")
        /// A library or a part of the system that every run needs is not usable.
        public static let environment = Code("environment")
    }

    /// What kind of error it is.
    public let code: Code
    /// One line for people.
    public let message: String
    /// The error below, if there is one.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and that of the cause.
    public var description: String { message + (cause.map { ": \($0)" } ?? "") }
}
