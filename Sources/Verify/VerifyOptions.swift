// layerverify: the options of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerSystem

/// The symbolic links that are followed to the files of an image in a folder.
public enum SymbolicLinkPolicy: String, Hashable, Sendable, CaseIterable {
    /// Follows links that stay inside the path given. The targets of other links are undetermined.
    case inside
    /// Follows all links.
    case anywhere
    /// Follows no links. Their targets are undetermined.
    case never

    var links: LinkPolicy {
        switch self {
        case .inside: .inside
        case .anywhere: .anywhere
        case .never: .never
        }
    }
}

/// The selection, the strictness and the limits of a run. The defaults are those of the command line.
public struct VerifyOptions: Hashable, Sendable {
    /// The number of threads that compute; nil for the number of CPUs by affinity and cgroup quota.
    public var jobs: Int?
    /// The platform of the images to check, `os/architecture[/variant]`; nil for all platforms.
    ///
    /// A platform without a variant matches every variant.
    public var platform: String?
    /// The references of the images to check; empty for all images.
    ///
    /// A reference is a name (`app:1` and `docker.io/library/app:1` are equal), a tag, `name@digest`, the digest of a
    /// manifest, an index or a config, or the first 12 or more hexadecimal digits of such a sha256 digest.
    public var references: [String]
    /// The expected digests, `algorithm:encoded`. Every selected image must have one of them, and each of them must be
    /// found. Empty for no expectation.
    ///
    /// An image has the digest of its manifest and of each index that leads to it from `index.json`. An image that
    /// `manifest.json` of a docker-save archive lists also has its image ID, the digest of the config.
    public var expectedDigests: [String]
    /// The largest number of uncompressed bytes per compressed byte of a layer; nil for no limit.
    ///
    /// A layer that expands further is undetermined, not refuted: its builder may have intended it.
    public var maximumExpansionRatio: UInt64?
    /// The uncompressed size in bytes up to which layers are exempt from `maximumExpansionRatio`.
    public var expansionFreeByteCount: UInt64
    /// The largest window in bytes of a zstd frame. Each such layer that is being decoded takes as much memory.
    public var maximumWindowByteCount: UInt64
    /// Whether a platform is refuted that an index lists and whose manifest is missing.
    public var requiresAllPlatforms: Bool
    /// Whether an image store whose documents list no image is verified; it is undetermined otherwise.
    public var allowsEmpty: Bool
    /// The least number of different images at all paths together; with fewer the run is undetermined. Artifacts and
    /// attestations do not count, and an image that is found several times counts once.
    public var minimumImageCount: Int
    /// The symbolic links that are followed to the files of an image in a folder. The search for images follows none. A
    /// link that is given as a path is always followed.
    public var symbolicLinks: SymbolicLinkPolicy
    /// The rules that waive findings. A waived finding stays in the report and does not count: outcomes, and the counts of
    /// errors, warnings and notes, are those of the other findings.
    public var ignoreRules: [IgnoreRule]
    /// The findings of an earlier run, which are waived in this one; nil for none.
    public var baseline: Baseline?
    /// Whether warnings refute.
    public var isStrict: Bool
    /// Whether the threads that compute have the lowest CPU priority and the idle I/O class.
    ///
    /// The priority of the calling thread is not changed. It does not compute, unless the system provides no other
    /// thread.
    public var isNice: Bool
    /// The largest number of bytes per second read from blobs and documents; nil for no limit.
    public var maximumBytesPerSecond: UInt64?
    /// The number of files and folders that the search for images examines below each path; the rest is undetermined.
    public var maximumFileCount: Int
    /// Whether the search below a path stays on the path's file system.
    public var staysOnFileSystem: Bool
    /// Whether the path `-` is standard input, and so is `/dev/stdin` if that is a pipe. Otherwise `-` is a file of that name.
    ///
    /// Standard input that is not a file is read once, from its beginning to its end, without a temporary file.
    public var readsStandardInput = false
    /// Whether the report has a timeline of the threads, for formats with `OutputFormat.usesTimeline`.
    public var recordsTimeline = false

    /// The default of `maximumFileCount`.
    public static let standardFileCount = 100_000
    /// The default of `maximumWindowByteCount`: 128 MiB, the window of `zstd --ultra -22`.
    public static let standardWindowByteCount: UInt64 = 128 << 20

    /// Creates options with the defaults of the command line.
    public init(
        jobs: Int? = nil, platform: String? = nil, references: [String] = [], maximumExpansionRatio: UInt64? = 200,
        expansionFreeByteCount: UInt64 = 4 << 30, maximumWindowByteCount: UInt64 = standardWindowByteCount,
        requiresAllPlatforms: Bool = false, isStrict: Bool = false, isNice: Bool = false,
        maximumBytesPerSecond: UInt64? = nil, allowsEmpty: Bool = false, minimumImageCount: Int = 0,
        symbolicLinks: SymbolicLinkPolicy = .inside, expectedDigests: [String] = [],
        maximumFileCount: Int = standardFileCount, staysOnFileSystem: Bool = false, ignoreRules: [IgnoreRule] = [],
        baseline: Baseline? = nil
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
        self.symbolicLinks = symbolicLinks
        self.ignoreRules = ignoreRules
        self.baseline = baseline
        self.isStrict = isStrict
        self.isNice = isNice
        self.maximumBytesPerSecond = maximumBytesPerSecond
        self.maximumFileCount = maximumFileCount
        self.staysOnFileSystem = staysOnFileSystem
    }

    /// The limit of expansion in the form that the pipeline takes.
    package var expansionLimit: ExpansionLimit {
        guard let ratio = maximumExpansionRatio else { return .unlimited }
        return ExpansionLimit(ratio: ratio, freeByteCount: expansionFreeByteCount)
    }
}
