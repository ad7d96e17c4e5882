// layerverify: what a source found.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Everything that the sources of a run found: the images, their blobs, and what is claimed of them.
///
/// The order of all lists is that of the images, so that a report does not depend on timing.
///
/// Memory: all but the roots are kept packed, since there may be 100 000 of each. What one reads here is made at that moment.
package struct Inventory: Sendable {
    package var roots: [RootRecord] = []
    package var images: ImageList
    package var blobs: PackedList<BlobRecord>
    package var claims: ClaimList
    /// What the documents alone already tell.
    package var findings: FindingList
    /// What the search found and is not an image.
    package var ignored = IgnoredFiles()
    private let table: DigestTable

    package init() {
        table = DigestTable()
        images = ImageList(table: table)
        blobs = PackedList(table: table)
        claims = ClaimList(table: table)
        findings = FindingList(table: table)
    }

    /// What all roots of a run may take. Whoever adds to an inventory asks before; a quarter of what its lists can hold.
    package static let maximumByteCount = 512 << 20

    /// The bytes that all this takes, roughly.
    package var byteCount: Int {
        images.byteCount + blobs.byteCount + claims.byteCount + findings.byteCount + table.byteCount
    }

    /// A list for the facts about each blob, which begins with those that the inventory has.
    package var knownFacts: FactsList {
        var facts = FactsList(table: table)
        for blob in blobs { facts.append(blob.facts) }
        return facts
    }

    /// A list for findings about what is in this inventory.
    package var emptyFindings: FindingList { FindingList(table: table) }
}

/// A finding and the image and layer it belongs to.
package struct LocatedFinding: Hashable, Sendable {
    package var finding: Finding
    /// The place of the image in `Inventory.images`; nil for a finding about the root as a whole.
    package var image: Int?
    /// The place of the layer in the image.
    package var layer: Int?

    package init(_ finding: Finding, image: Int? = nil, layer: Int? = nil) {
        self.finding = finding
        self.image = image
        self.layer = layer
    }
}

/// A form in which images lie on disk.
package enum ImageForm: String, Hashable, Sendable, CaseIterable {
    case ociLayout = "oci-layout"
    case ociArchive = "oci-archive"
    case dockerArchive = "docker-archive"
    case dockerDirectory = "docker-directory"
    /// Both views in one tar, as Docker writes it since version 25.
    case dockerOCIArchive = "docker-oci-archive"
    case dockerOCIDirectory = "docker-oci-directory"
    /// No image, but a folder below which images were found.
    case folder = "folder"
    /// What was given is none of these.
    case unknown = "unknown"

    /// What people call it.
    package var title: String {
        switch self {
        case .ociLayout: "OCI image layout"
        case .ociArchive: "OCI image layout in a tar archive"
        case .dockerArchive: "docker-save archive"
        case .dockerDirectory: "extracted docker-save archive"
        case .dockerOCIArchive: "docker-save archive with an OCI image layout"
        case .dockerOCIDirectory: "extracted docker-save archive with an OCI image layout"
        case .folder: "folder of images"
        case .unknown: "not recognised"
        }
    }
}

/// One image store, as it was recognised.
package struct RootRecord: Hashable, Sendable {
    /// The path as the user gave it, or below that.
    package var path: String
    package var form: ImageForm

    package init(path: String, form: ImageForm) {
        self.path = path
        self.form = form
    }
}

/// A blob that is to be read, or was read with the metadata.
package struct BlobRecord: Hashable, Sendable {
    package var root: RootIndex
    /// Where it lies, for people: the path below the root.
    package var path: String
    package var location: BlobLocation
    /// The facts, where the source has them already: of documents, and of blobs that are not there.
    package var facts: BlobFacts?
    /// The size as claimed or as the folder lists it; for the order of work only.
    package var expectedByteCount: UInt64

    package init(
        root: RootIndex, path: String, location: BlobLocation, facts: BlobFacts? = nil, expectedByteCount: UInt64
    ) {
        self.root = root
        self.path = path
        self.location = location
        self.facts = facts
        self.expectedByteCount = expectedByteCount
    }
}

/// What a manifest describes.
package enum ImageKind: String, Hashable, Sendable {
    /// An image that can be run: its config has diffIDs.
    case image
    /// A manifest of something else; its blobs are opaque.
    case artifact
    /// A BuildKit attestation of another image in the index.
    case attestation
    /// An index entry that is neither a manifest nor an index.
    case blob
}

/// One manifest: an image, an artifact, an attestation.
package struct ImageRecord: Hashable, Sendable {
    package var root: RootIndex
    package var kind: ImageKind
    /// The name it goes by: a tag, a reference.
    package var references: [String]
    /// As the config says, else as the index says.
    package var platform: Platform?
    /// The digest that names the config.
    package var imageID: ContentDigest?
    package var manifestDigest: ContentDigest?
    package var manifestBlob: BlobIndex?
    package var configBlob: BlobIndex?
    package var layers: [LayerRecord]
    /// The document that lists it.
    package var place: Place

    package init(
        root: RootIndex, kind: ImageKind, references: [String] = [], platform: Platform? = nil,
        imageID: ContentDigest? = nil, manifestDigest: ContentDigest? = nil, manifestBlob: BlobIndex? = nil,
        configBlob: BlobIndex? = nil, layers: [LayerRecord] = [], place: Place
    ) {
        self.root = root
        self.kind = kind
        self.references = references
        self.platform = platform
        self.imageID = imageID
        self.manifestDigest = manifestDigest
        self.manifestBlob = manifestBlob
        self.configBlob = configBlob
        self.layers = layers
        self.place = place
    }
}

/// One layer of an image, or one blob of an artifact.
package struct LayerRecord: Hashable, Sendable {
    package var blob: BlobIndex?
    /// As the manifest claims; nil where nothing does, as in old docker-save archives.
    package var digest: ContentDigest?
    package var size: UInt64?
    package var mediaType: MediaType?
    /// As the config claims.
    package var diffID: ContentDigest?
    /// Where it lies, for people.
    package var path: String
    /// True of a layer that the specification lets be absent.
    package var mayBeAbsent: Bool

    package init(
        blob: BlobIndex?, digest: ContentDigest? = nil, size: UInt64? = nil, mediaType: MediaType? = nil,
        diffID: ContentDigest? = nil, path: String, mayBeAbsent: Bool = false
    ) {
        self.blob = blob
        self.digest = digest
        self.size = size
        self.mediaType = mediaType
        self.diffID = diffID
        self.path = path
        self.mayBeAbsent = mayBeAbsent
    }
}
