// layerverify: the options of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension Verifier {
    /// The selection, the strictness and the limits of a run. The defaults are those of the command line.
    public struct Options: Hashable, Sendable {
        /// The number of threads that compute; nil for the number of CPUs by affinity and cgroup quota.
        public var jobs: Int?
        /// The platform of the images to check; nil for all platforms.
        ///
        /// A platform without a variant matches every variant.
        public var platform: ImagePlatform?
        /// The references of the images to check; empty for all images.
        public var references: [ImageReference]
        /// The expected digests. Every selected image must have one of them, and each of them must be found. Empty for no
        /// expectation.
        ///
        /// An image has the digest of its manifest and of each index that leads to it from `index.json`. An image that
        /// `manifest.json` of a docker-save archive lists also has its image ID, the digest of the config.
        public var expectedDigests: [BlobDigest]
        /// The largest number of uncompressed bytes per compressed byte of a layer; nil for no limit.
        ///
        /// A layer that expands further is undetermined, not refuted: its builder may have intended it.
        public var maximumExpansionRatio: Int?
        /// The uncompressed size in bytes up to which layers are exempt from ``maximumExpansionRatio``.
        public var expansionFreeByteCount: Int
        /// The largest window in bytes of a zstd frame. Each such layer that is being decoded takes as much memory.
        public var maximumWindowByteCount: Int
        /// Whether a platform is refuted that an index lists and whose manifest is missing.
        public var requiresAllPlatforms: Bool
        /// Whether an image store whose documents list no image is verified; it is undetermined otherwise.
        public var allowsEmpty: Bool
        /// The least number of different images in all sources together; with fewer the run is undetermined. Artifacts and
        /// attestations do not count, and an image that is found several times counts once.
        public var minimumImageCount: Int
        /// What is checked of the tar in each layer.
        public var contents: ContentsCheck
        /// The symbolic links that are followed to the files of an image in a folder. The search for images follows none. A
        /// link that is given as a path is always followed.
        public var symbolicLinks: SymbolicLinkPolicy
        /// The rules that waive findings. A waived finding stays in the report and does not count: outcomes, and the counts
        /// of errors, warnings and notes, are those of the other findings.
        public var ignoreRules: [IgnoreRule]
        /// The findings of an earlier run, which are waived in this one; nil for none.
        public var baseline: Baseline?
        /// Whether warnings refute.
        public var isStrict: Bool
        /// Whether the threads that the run starts have the lowest CPU priority and the idle I/O class.
        ///
        /// The priority of the calling thread is never changed. In the asynchronous form the whole run is on such threads. In
        /// the blocking form the calling thread reads documents, and computes only if the system provides no other thread.
        public var hasLowPriority: Bool
        /// The largest number of bytes per second read from blobs and documents; nil for no limit.
        public var maximumBytesPerSecond: Int?
        /// The number of files and folders that the search for images examines below each path; the rest is undetermined.
        public var maximumFileCount: Int
        /// Whether the search below a path stays on the path's file system.
        public var staysOnFileSystem: Bool
        /// Whether the report has a timeline of the threads, for formats with ``Verification/Format/usesTimeline``.
        public var recordsTimeline: Bool

        /// The default of ``maximumFileCount``.
        public static let standardFileCount = 100_000
        /// The default of ``maximumWindowByteCount``: 128 MiB, the window of `zstd --ultra -22`.
        public static let standardWindowByteCount = 128 << 20

        /// Creates options with the defaults of the command line.
        ///
        /// - Parameters:
        ///   - jobs: See ``jobs``.
        ///   - platform: See ``platform``.
        ///   - references: See ``references``.
        ///   - expectedDigests: See ``expectedDigests``.
        ///   - maximumExpansionRatio: See ``maximumExpansionRatio``.
        ///   - expansionFreeByteCount: See ``expansionFreeByteCount``.
        ///   - maximumWindowByteCount: See ``maximumWindowByteCount``.
        ///   - requiresAllPlatforms: See ``requiresAllPlatforms``.
        ///   - allowsEmpty: See ``allowsEmpty``.
        ///   - minimumImageCount: See ``minimumImageCount``.
        ///   - contents: See ``contents``.
        ///   - symbolicLinks: See ``symbolicLinks``.
        ///   - ignoreRules: See ``ignoreRules``.
        ///   - baseline: See ``baseline``.
        ///   - isStrict: See ``isStrict``.
        ///   - hasLowPriority: See ``hasLowPriority``.
        ///   - maximumBytesPerSecond: See ``maximumBytesPerSecond``.
        ///   - maximumFileCount: See ``maximumFileCount``.
        ///   - staysOnFileSystem: See ``staysOnFileSystem``.
        ///   - recordsTimeline: See ``recordsTimeline``.
        public init(
            jobs: Int? = nil, platform: ImagePlatform? = nil, references: [ImageReference] = [],
            expectedDigests: [BlobDigest] = [], maximumExpansionRatio: Int? = 200,
            expansionFreeByteCount: Int = 4 << 30, maximumWindowByteCount: Int = standardWindowByteCount,
            requiresAllPlatforms: Bool = false, allowsEmpty: Bool = false, minimumImageCount: Int = 0,
            contents: ContentsCheck = .full, symbolicLinks: SymbolicLinkPolicy = .inside,
            ignoreRules: [IgnoreRule] = [], baseline: Baseline? = nil,
            isStrict: Bool = false, hasLowPriority: Bool = false, maximumBytesPerSecond: Int? = nil,
            maximumFileCount: Int = standardFileCount, staysOnFileSystem: Bool = false, recordsTimeline: Bool = false
        ) {
            self.jobs = jobs
            self.platform = platform
            self.references = references
            self.expectedDigests = expectedDigests
            self.maximumExpansionRatio = maximumExpansionRatio
            self.expansionFreeByteCount = expansionFreeByteCount
            self.maximumWindowByteCount = maximumWindowByteCount
            self.requiresAllPlatforms = requiresAllPlatforms
            self.allowsEmpty = allowsEmpty
            self.minimumImageCount = minimumImageCount
            self.contents = contents
            self.symbolicLinks = symbolicLinks
            self.ignoreRules = ignoreRules
            self.baseline = baseline
            self.isStrict = isStrict
            self.hasLowPriority = hasLowPriority
            self.maximumBytesPerSecond = maximumBytesPerSecond
            self.maximumFileCount = maximumFileCount
            self.staysOnFileSystem = staysOnFileSystem
            self.recordsTimeline = recordsTimeline
        }

        /// The limit of expansion in the form that the pipeline takes. A verifier has no negative limit.
        package var expansionLimit: ExpansionLimit {
            guard let ratio = maximumExpansionRatio else { return .unlimited }
            return ExpansionLimit(
                ratio: UInt64(clamping: ratio), freeByteCount: UInt64(clamping: expansionFreeByteCount))
        }
    }
}
