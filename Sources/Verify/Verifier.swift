// layerverify: the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerCodec
internal import LayerDigest
package import LayerModel
package import LayerPipeline
internal import LayerSystem

/// Verifies container images on disk.
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
/// A verifier contains only its options. It may be shared, and several runs may be active at once. Each run has threads
/// of its own; the calling thread is one of them, and does all the work if the system provides no others.
public struct Verifier: Sendable {
    /// The validated options.
    public let options: VerifyOptions
    /// The parsed platform of the options.
    package let platform: Platform?
    /// The parsed expected digests of the options.
    let expectedDigests: [ContentDigest]
    /// Whether an algorithm can be computed; tests replace it. Claims by an algorithm that cannot be computed are
    /// undetermined.
    package var offers: @Sendable (DigestAlgorithm) -> Bool = { DigestLibrary.offers($0) }
    /// Finds the codec of the fast path; tests replace it by one with wrong results.
    package var fastCodec: CodecLookup = { Codecs.fast(for: $0) }
    /// The day for which ignore rules apply; tests replace it.
    package var today: @Sendable () -> CalendarDay = { CalendarDay.today }

    /// Creates a verifier.
    ///
    /// Throws: `VerifyError` with `.invalidPlatform`, `.invalidReference`, `.invalidDigest`, `.invalidJobs` or
    /// `.invalidLimit` for invalid options, and with `.environment` if OpenSSL does not compute SHA-256. Nothing is
    /// read before.
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

    /// Throws: `.invalidDigest` for a text that is not a digest, or whose algorithm cannot be computed.
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

    /// The number of threads that compute.
    var jobCount: Int { min(options.jobs ?? CPUBudget.available(), 1024) }

    /// Verifies all images at the given paths: folders or archives, in every supported form.
    ///
    /// Errors of files are findings, including a path that does not exist and a disk that fails. All faults are
    /// reported, not just the first.
    ///
    /// Concurrency: blocks the calling thread until the run has ended. Async code calls the async overload.
    public func verify(
        _ paths: [String], cancellation: Cancellation? = nil, progress: ProgressObserver? = nil,
        trace: TraceSink? = nil
    ) -> VerifyReport {
        VerifyReport(
            runVerification(of: paths, cancellation: cancellation, progress: progress, trace: trace), kind: .verdicts)
    }

    /// Reads the documents of the images at the given paths, and no layers.
    ///
    /// Concurrency: blocks the calling thread.
    public func inspect(_ paths: [String]) -> VerifyReport {
        VerifyReport(runInspection(of: paths), kind: .claims)
    }

    /// Computes the digests and sizes of layer files, in one pass over each file.
    ///
    /// - Parameter chaining: whether to compute chainIDs, with the files as the layers of one image, base first.
    ///
    /// Concurrency: blocks the calling thread until the run has ended.
    public func digest(
        _ files: [String], chaining: Chaining = .none, cancellation: Cancellation? = nil,
        progress: ProgressObserver? = nil, trace: TraceSink? = nil
    ) -> DigestReport {
        DigestReport(
            runDigest(of: files, chaining: chaining, cancellation: cancellation, progress: progress, trace: trace))
    }

    /// Whether the files are the layers of one image.
    public enum Chaining: Hashable, Sendable {
        /// The files are independent.
        case none
        /// The files are the layers of one image, base first.
        case layersOfOneImage
    }
}
