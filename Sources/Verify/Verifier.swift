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
/// let verification = try await Verifier().verify(imagesIn: ["alpine/"])
/// guard verification.outcome == .verified else {
///     for finding in verification.findings { print(finding.code, finding.message) }
///     exit(1)
/// }
/// ```
///
/// Each function has an asynchronous form, which is the primary one, and a blocking form for code without tasks.
///
/// ## Concurrency
/// A verifier contains only its options. It may be shared, and several runs may be active at once. Each run has threads
/// of its own, and ends them. In the blocking form the calling thread is one of them, and does all the work if the system
/// provides no others. No run changes the priority of a thread that it has not started.
public struct Verifier: Sendable {
    /// The validated options.
    public let options: Options
    /// Whether an algorithm can be computed; tests replace it. Claims by an algorithm that cannot be computed are
    /// undetermined.
    package var offers: @Sendable (DigestAlgorithm) -> Bool = { DigestLibrary.offers($0) }
    /// Finds the codec of the fast path; tests replace it by one with wrong results.
    package var fastCodec: CodecLookup = { Codecs.fast(for: $0) }
    /// Makes further consumers of the blobs of a run, such as those that read the files of layers.
    package var layerConsumers: ConsumerFactory = { _ in [] }
    /// The day for which ignore rules apply; tests replace it.
    package var today: @Sendable () -> CalendarDay = { CalendarDay.today }

    /// Creates a verifier. Nothing is read.
    ///
    /// - Parameter options: The selection, the strictness and the limits of its runs.
    /// - Throws: ``Error`` with ``Error/Code/invalidDigest``, ``Error/Code/invalidJobs`` or ``Error/Code/invalidLimit`` for
    ///   invalid options, and with ``Error/Code/environment`` if OpenSSL does not compute SHA-256.
    public init(_ options: Options = Options()) throws(Error) {
        for digest in options.expectedDigests where digest.model.algorithm == nil {
            throw .malformedDigest(digest.description)
        }
        if let jobs = options.jobs, jobs < 1 {
            throw Error(.invalidJobs, "the number of jobs must be at least 1, not \(jobs)")
        }
        if options.maximumExpansionRatio.map({ $0 < 1 }) ?? false || options.maximumWindowByteCount < 1
            || options.expansionFreeByteCount < 0
        {
            throw Error(.invalidLimit, "a limit of expansion or of the window must be at least 1")
        }
        if options.maximumFileCount < 1 {
            throw Error(
                .invalidLimit, "the number of files to search must be at least 1, not \(options.maximumFileCount)")
        }
        if let rate = options.maximumBytesPerSecond, rate < 1 {
            throw Error(.invalidLimit, "a rate must be at least 1 byte per second")
        }
        guard DigestLibrary.offers(.sha256) else {
            throw Error(
                .environment, "OpenSSL offers no SHA-256, as it is configured here (see openssl.cnf and OPENSSL_CONF)")
        }
        self.options = options
    }

    /// A verifier like another one, with other options, which are valid.
    init(_ options: Options, likeThat other: Verifier) {
        self.options = options
        offers = other.offers
        fastCodec = other.fastCodec
        layerConsumers = other.layerConsumers
        today = other.today
    }

    /// The platform of the options.
    package var platform: Platform? { options.platform?.model }
    /// The expected digests of the options.
    var expectedDigests: [ContentDigest] { options.expectedDigests.map { $0.model } }

    /// The number of threads that compute.
    var jobCount: Int { min(options.jobs ?? CPUBudget.available(), 1024) }

    /// Whether the files are the layers of one image.
    public enum Chaining: Hashable, Sendable {
        /// The files are independent.
        case none
        /// The files are the layers of one image, base first.
        case layersOfOneImage
    }
}
