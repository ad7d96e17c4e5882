// layerverify: the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerCodec
internal import LayerDigest
package import LayerModel
package import LayerPipeline
internal import LayerSystem

/// Verifies container images as they lie on disk.
///
/// ```swift
/// let report = try Verifier().verify(["alpine/"])
/// guard report.outcome == .verified else {
///     for finding in report.findings { print(finding.code, finding.message) }
///     exit(1)
/// }
/// ```
///
/// ## Concurrency
/// A verifier holds nothing but its options: it may be shared, and several runs may go on at once, each with threads of
/// its own number, of which the calling one is one. Where the system gives no further threads, that one does all the work.
public struct Verifier: Sendable {
    /// The options, which were found sound.
    public let options: VerifyOptions
    /// The platform of the options, read.
    package let platform: Platform?
    /// The expected digests of the options, read.
    let expectedDigests: [ContentDigest]
    /// Whether an algorithm can be computed; tests hand in one that is missing. What is claimed by one that cannot is not
    /// checked, and so undetermined.
    package var offers: @Sendable (DigestAlgorithm) -> Bool = { DigestLibrary.offers($0) }
    /// Finds the codec of the fast path; tests hand in one that lies.
    package var fastCodec: CodecLookup = { Codecs.fast(for: $0) }

    /// Makes a verifier.
    ///
    /// Throws: `VerifyError` with `.invalidPlatform`, `.invalidReference`, `.invalidDigest`, `.invalidJobs` or `.invalidLimit` for options that
    /// make no sense, with `.environment` where OpenSSL computes no SHA-256; nothing was read then.
    public init(_ options: VerifyOptions = VerifyOptions()) throws(VerifyError) {
        if let text = options.platform {
            guard let platform = Platform(parsing: text) else {
                throw VerifyError(.invalidPlatform, "platform '\(text)' is not os/architecture[/variant]")
            }
            self.platform = platform
        } else {
            platform = nil
        }
        if options.references.contains("") {
            throw VerifyError(.invalidReference, "a reference is empty")
        }
        expectedDigests = try options.expectedDigests.map(Self.expectedDigest)
        if let jobs = options.jobs, jobs < 1 {
            throw VerifyError(.invalidJobs, "the number of jobs must be at least 1, not \(jobs)")
        }
        if options.maximumExpansionRatio == 0 || options.maximumWindowByteCount == 0 {
            throw VerifyError(.invalidLimit, "a limit of expansion or of the window must be at least 1")
        }
        if options.maximumFileCount < 1 {
            throw VerifyError(
                .invalidLimit, "the number of files to search must be at least 1, not \(options.maximumFileCount)")
        }
        if options.maximumBytesPerSecond == 0 {
            throw VerifyError(.invalidLimit, "a rate must be at least 1 byte per second")
        }
        guard DigestLibrary.offers(.sha256) else {
            throw VerifyError(
                .environment, "OpenSSL offers no SHA-256, as it is configured here (see openssl.cnf and OPENSSL_CONF)")
        }
        self.options = options
    }

    /// Throws: `.invalidDigest` for a text that is no digest, or of an algorithm that cannot be computed.
    private static func expectedDigest(_ text: String) throws(VerifyError) -> ContentDigest {
        let message = "'\(text)' is not a digest such as sha256:… with 64 lower-case hexadecimal digits"
        do throws(ContentDigest.GrammarError) {
            let digest = try ContentDigest(parsing: text)
            if digest.algorithm != nil { return digest }
        } catch {
            throw VerifyError(.invalidDigest, message)
        }
        throw VerifyError(.invalidDigest, message)
    }

    /// The threads that compute at once.
    var jobCount: Int { min(options.jobs ?? CPUBudget.available(), 1024) }

    /// Verifies all images at some paths: directories or archives, of any form that is known.
    ///
    /// Nothing is thrown: a path that does not exist and a disk that fails are findings. Every fault is reported, not
    /// the first.
    ///
    /// Concurrency: blocks the calling thread until the run has ended. From async code call the async overload.
    public func verify(
        _ paths: [String], cancellation: Cancellation? = nil, progress: ProgressObserver? = nil,
        trace: TraceSink? = nil
    ) -> VerifyReport {
        VerifyReport(
            runVerification(of: paths, cancellation: cancellation, progress: progress, trace: trace), kind: .verdicts)
    }

    /// Reads what the documents of the images at some paths claim, and no layer.
    ///
    /// Concurrency: blocks the calling thread.
    public func inspect(_ paths: [String]) -> VerifyReport {
        VerifyReport(runInspection(of: paths), kind: .claims)
    }

    /// Computes the digests and sizes of layer files, in one pass over each.
    ///
    /// - Parameter chaining: whether the files are the layers of one image, base first, whose chainIDs are wanted.
    ///
    /// Concurrency: blocks the calling thread until the run has ended.
    public func digest(
        _ files: [String], chaining: Chaining = .none, cancellation: Cancellation? = nil,
        progress: ProgressObserver? = nil, trace: TraceSink? = nil
    ) -> DigestReport {
        DigestReport(
            runDigest(of: files, chaining: chaining, cancellation: cancellation, progress: progress, trace: trace))
    }

    /// Whether files are layers upon each other.
    public enum Chaining: Hashable, Sendable {
        /// Each file stands for itself.
        case none
        /// The files are the layers of one image, base first.
        case layersOfOneImage
    }
}
