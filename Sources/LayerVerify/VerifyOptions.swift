// layerverify: the options of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerSystem

/// Which symbolic links are followed to the files of an image in a folder.
public enum SymbolicLinkPolicy: String, Hashable, Sendable, CaseIterable {
    /// Those that stay inside the folder. What others lead to is undetermined.
    case inside
    /// All of them.
    case anywhere
    /// None: what a link leads to is undetermined.
    case never

    var links: LinkPolicy {
        switch self {
        case .inside: .inside
        case .anywhere: .anywhere
        case .never: .never
        }
    }
}

/// What to check, how strictly, and within which limits. The defaults are those of the command line.
public struct VerifyOptions: Hashable, Sendable {
    /// The number of threads that compute; nil for as many as there are CPUs by affinity and cgroup quota.
    public var jobs: Int?
    /// Only images for this platform, `os/architecture[/variant]`; nil for all of them.
    ///
    /// A platform without a variant is content with any variant.
    public var platform: String?
    /// Only images that match one of these references; empty for all of them.
    ///
    /// A reference is a name (`app:1` and `docker.io/library/app:1` are the same), a tag, `name@digest`, the digest of a
    /// manifest, an index or a config, or at least 12 hexadecimal digits with which one such sha256 begins.
    public var references: [String]
    /// The digests, `algorithm:encoded`, of which every selected image must have one, and each of which must be found;
    /// empty if any digest will do.
    ///
    /// An image has the digest of its manifest and of each index that leads to it from `index.json`. An image that
    /// `manifest.json` of a docker-save archive lists also has its image ID, the digest of the config.
    public var expectedDigests: [String]
    /// The uncompressed bytes that a layer may have for each compressed byte; nil for no limit.
    ///
    /// What expands further is undetermined, not refuted: it may be what its builder wanted.
    public var maximumExpansionRatio: UInt64?
    /// Layers that decode to no more than this many bytes are never too large.
    public var expansionFreeByteCount: UInt64
    /// The largest window, in bytes, that a zstd frame may ask for; each such layer in work takes that much memory.
    public var maximumWindowByteCount: UInt64
    /// Whether a platform that an index lists and that is not there refutes.
    public var requiresAllPlatforms: Bool
    /// Whether an image store whose documents list no image may be verified; else it is undetermined.
    public var allowsEmpty: Bool
    /// The number of different images that must be found at all paths together; fewer make the run undetermined. Artifacts
    /// and attestations do not count, and an image that is found several times counts once.
    public var minimumImageCount: Int
    /// Which symbolic links are followed to the files of an image in a folder. The search for images follows none, and a link
    /// that the user gave as a path is always followed.
    public var symbolicLinks: SymbolicLinkPolicy
    /// Whether warnings refute.
    public var isStrict: Bool
    /// Whether the threads that compute have the lowest CPU priority and the idle I/O class.
    ///
    /// The calling thread stays as it is and does not compute, unless the system gives no other thread.
    public var isNice: Bool
    /// The bytes that may be read from blobs and documents in a second; nil for as many as can be.
    public var maximumBytesPerSecond: UInt64?
    /// The files and folders that are looked at below each path in search of images; the rest is undetermined.
    public var maximumFileCount: Int
    /// Whether the search below a path stays on the path's file system.
    public var staysOnFileSystem: Bool

    /// The default of `maximumFileCount`.
    public static let standardFileCount = 100_000
    /// The default of `maximumWindowByteCount`: what `zstd --ultra -22` asks for, 128 MiB.
    public static let standardWindowByteCount: UInt64 = 128 << 20

    /// Makes options; each one that is left out has the default of the command line.
    public init(
        jobs: Int? = nil, platform: String? = nil, references: [String] = [], maximumExpansionRatio: UInt64? = 200,
        expansionFreeByteCount: UInt64 = 4 << 30, maximumWindowByteCount: UInt64 = standardWindowByteCount,
        requiresAllPlatforms: Bool = false, isStrict: Bool = false, isNice: Bool = false,
        maximumBytesPerSecond: UInt64? = nil, allowsEmpty: Bool = false, minimumImageCount: Int = 0,
        symbolicLinks: SymbolicLinkPolicy = .inside, expectedDigests: [String] = [],
        maximumFileCount: Int = standardFileCount, staysOnFileSystem: Bool = false
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
        self.isStrict = isStrict
        self.isNice = isNice
        self.maximumBytesPerSecond = maximumBytesPerSecond
        self.maximumFileCount = maximumFileCount
        self.staysOnFileSystem = staysOnFileSystem
    }

    /// The limit of expansion as the pipeline wants it.
    package var expansionLimit: ExpansionLimit {
        guard let ratio = maximumExpansionRatio else { return .unlimited }
        return ExpansionLimit(ratio: ratio, freeByteCount: expansionFreeByteCount)
    }
}
