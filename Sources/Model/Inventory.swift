// layerverify: what the sources of a run found.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The images that a source found, their blobs, and the claims about them.
///
/// A run makes one for each image store, and releases it when the store has its part of the report. Indexes of blobs and
/// images are those in the inventory, indexes of roots those of the run. All lists are in the order of the images, so
/// that a report does not depend on timing.
///
/// Memory: everything but the roots is kept packed, because there may be 100 000 of each. Elements are unpacked on
/// access.
package struct Inventory: Sendable {
    package var roots: [RootRecord] = []
    package var images: ImageList
    package var blobs: PackedList<BlobRecord>
    package var claims: ClaimList
    /// The findings that follow from the documents alone.
    package var findings: FindingList
    /// The layers that have tables of contents, at most `TOCRecord.maximumCount`.
    package var tableRecords: [TOCRecord] = []
    /// What the layers contain whose facts the source already has.
    private var contents = ContentsByBlob()
    private let table: DigestTable

    package init() { self.init(table: DigestTable()) }

    /// An empty inventory of the same run, whose lists can be appended to each other.
    package init(sameRunAs other: Inventory) { self.init(table: DigestTable(sharing: other.table)) }

    private init(table: DigestTable) {
        self.table = table
        images = ImageList(table: table)
        blobs = PackedList(table: table)
        claims = ClaimList(table: table)
        findings = FindingList(table: table)
    }

    /// The limit in bytes for what all roots of a run leave in its report: a quarter of the capacity of the lists.
    /// Callers check it before they add something.
    package static let maximumByteCount = 512 << 20

    /// The approximate memory in bytes of the whole inventory.
    package var byteCount: Int {
        images.byteCount + blobs.byteCount + claims.byteCount + findings.byteCount + table.byteCount
            + TOCRecord.byteCount * tableRecords.count
    }

    /// The approximate memory in bytes of what the report keeps of the inventory.
    package var reportedByteCount: Int { images.byteCount + findings.byteCount + table.byteCount }

    /// A list for the facts about each blob, filled with the facts that the inventory already has.
    package var knownFacts: FactsList {
        var facts = FactsList(table: table)
        for (index, blob) in blobs.enumerated() { facts.append(contents.adding(to: blob.facts, of: index)) }
        return facts
    }

    /// Sets the facts about a blob that the source has.
    package mutating func setFacts(_ facts: BlobFacts, of blob: BlobIndex) {
        blobs[blob].facts = facts
        contents[blob] = facts.uncompressed?.contents
    }

    /// An empty list for findings about this inventory.
    package var emptyFindings: FindingList { FindingList(table: table) }

    /// An empty list of other records about this inventory.
    package func emptyList<Element: Packable>(of type: Element.Type) -> PackedList<Element> {
        PackedList(table: table)
    }
}

/// A finding, and the image and the layer that it belongs to.
package struct LocatedFinding: Hashable, Sendable {
    package var finding: Finding
    /// The index of the image in `Inventory.images`; nil for a finding about the whole root.
    package var image: Int?
    /// The index of the layer in the image; nil for a finding about no layer.
    package var layer: Int?

    package init(_ finding: Finding, image: Int? = nil, layer: Int? = nil) {
        self.finding = finding
        self.image = image
        self.layer = layer
    }
}

/// One image store.
package struct RootRecord: Hashable, Sendable {
    /// The path as the user gave it, or a path below it.
    package var path: String
    package var form: ImageForm

    package init(path: String, form: ImageForm) {
        self.path = path
        self.form = form
    }
}

/// A blob that will be read, or was read with the metadata.
package struct BlobRecord: Hashable, Sendable {
    package var root: RootIndex
    /// The path below the root, for people.
    package var path: String
    package var location: BlobLocation
    /// The facts, if the source already has them: for documents, missing blobs, and those of a stream. Without what a layer
    /// contains; see `Inventory.knownFacts`.
    package var facts: BlobFacts?
    /// The size in bytes that is claimed or that the folder lists; only used to order the work.
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
    /// A manifest of something other than an image; its blobs are opaque.
    case artifact
    /// A BuildKit attestation for another image in the index.
    case attestation
    /// An index entry that is neither a manifest nor an index.
    case blob
}

/// One manifest: an image, an artifact or an attestation.
package struct ImageRecord: Hashable, Sendable {
    package var root: RootIndex
    package var kind: ImageKind
    /// The names of the image: tags or references.
    package var references: [String]
    /// The platform in the config; if it has none, the platform in the index.
    package var platform: Platform?
    /// The digest of the config.
    package var imageID: ContentDigest?
    package var manifestDigest: ContentDigest?
    package var manifestBlob: BlobIndex?
    package var configBlob: BlobIndex?
    /// True if the config was not read as an image config: its type is not known, or says nothing about the layers.
    package var isConfigOpaque: Bool
    package var layers: [LayerRecord]
    /// The place in the document that lists the image.
    package var place: Place

    package init(
        root: RootIndex, kind: ImageKind, references: [String] = [], platform: Platform? = nil,
        imageID: ContentDigest? = nil, manifestDigest: ContentDigest? = nil, manifestBlob: BlobIndex? = nil,
        configBlob: BlobIndex? = nil, isConfigOpaque: Bool = false, layers: [LayerRecord] = [], place: Place
    ) {
        self.root = root
        self.kind = kind
        self.references = references
        self.platform = platform
        self.imageID = imageID
        self.manifestDigest = manifestDigest
        self.manifestBlob = manifestBlob
        self.configBlob = configBlob
        self.isConfigOpaque = isConfigOpaque
        self.layers = layers
        self.place = place
    }
}

/// One layer of an image, or one blob of an artifact.
package struct LayerRecord: Hashable, Sendable {
    package var blob: BlobIndex?
    /// The digest that the manifest claims; nil if there is none, as in old docker-save archives.
    package var digest: ContentDigest?
    package var size: UInt64?
    package var mediaType: MediaType?
    /// The diffID that the config claims.
    package var diffID: ContentDigest?
    /// The path of the layer, for people.
    package var path: String
    /// True if the specification allows this layer to be absent.
    package var mayBeAbsent: Bool
    /// True if no document says which bytes the layer has, as in a docker-save archive whose config is missing. It is
    /// compared with nothing then, and must not be called verified.
    package var isUnclaimed: Bool { digest == nil && diffID == nil }
    /// The command that made it, as the config's history says, perhaps cut. Spec: config.md §history.
    package var createdBy: String?

    package init(
        blob: BlobIndex?, digest: ContentDigest? = nil, size: UInt64? = nil, mediaType: MediaType? = nil,
        diffID: ContentDigest? = nil, path: String, mayBeAbsent: Bool = false, createdBy: String? = nil
    ) {
        self.blob = blob
        self.digest = digest
        self.size = size
        self.mediaType = mediaType
        self.diffID = diffID
        self.path = path
        self.mayBeAbsent = mayBeAbsent
        self.createdBy = createdBy
    }
}
