// layerverify: short forms of the facade for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

public import LayerVerify

extension Verifier {
    /// Verifies the images at paths, and blocks the calling thread.
    func verify(
        _ paths: [String], cancellation: Cancellation? = nil, progress: (@Sendable (Progress) -> Void)? = nil
    ) -> Verification {
        verifyBlocking(imagesIn: paths.map { .path($0) }, cancellation: cancellation, progress: progress)
    }

    /// Reads the documents of the images at paths, and blocks the calling thread.
    func inspect(_ paths: [String]) -> Verification { inspectBlocking(imagesIn: paths.map { .path($0) }) }

    /// Computes the digests of the files at paths, and blocks the calling thread.
    func digest(
        _ paths: [String], chaining: Chaining = .none, cancellation: Cancellation? = nil,
        progress: (@Sendable (Progress) -> Void)? = nil
    ) -> DigestReport {
        computeDigestsBlocking(
            of: paths.map { .path($0) }, chaining: chaining, cancellation: cancellation, progress: progress)
    }
}

extension Verification.Finding.Code: ExpressibleByStringLiteral {
    /// Names make tests of several codes readable.
    public init(stringLiteral name: String) { self.init(rawValue: name) }
}
