// layerverify: what may differ between two entries.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// In what two entries of the same path differ.
package struct EntryAspects: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The kind of entry: file, directory, link and so on.
    package static let type = EntryAspects(rawValue: 1 << 0)
    package static let content = EntryAspects(rawValue: 1 << 1)
    package static let linkTarget = EntryAspects(rawValue: 1 << 2)
    package static let device = EntryAspects(rawValue: 1 << 3)
    package static let mode = EntryAspects(rawValue: 1 << 4)
    /// The numbers of user and group.
    package static let owner = EntryAspects(rawValue: 1 << 5)
    package static let time = EntryAspects(rawValue: 1 << 6)
    /// Extended attributes and access control lists.
    package static let attributes = EntryAspects(rawValue: 1 << 7)
    /// How the header is written: its form, the names of user and group, other pax records, padding. No file system shows it.
    package static let header = EntryAspects(rawValue: 1 << 8)

    /// What the content of a file system consists of.
    package static let substance: EntryAspects = [.type, .content, .linkTarget, .device]
    /// What a file system shows otherwise.
    package static let metadata: EntryAspects = [.mode, .owner, .time, .attributes]

    /// All aspects in the order of reports, with their names in JSON.
    package static let named: [(aspect: EntryAspects, name: String)] = [
        (.type, "type"), (.content, "content"), (.linkTarget, "linkTarget"), (.device, "device"), (.mode, "mode"),
        (.owner, "owner"), (.time, "time"), (.attributes, "xattrs"), (.header, "header"),
    ]

    package var names: [String] { Self.named.filter { contains($0.aspect) }.map { $0.name } }
}

/// Differences that do not count.
package struct IgnoredDifferences: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The compression of layers, and with it their digests and media types.
    package static let compression = IgnoredDifferences(rawValue: 1 << 0)
    /// Times of entries, of the config and its history, and in the annotation `org.opencontainers.image.created`.
    package static let times = IgnoredDifferences(rawValue: 1 << 1)
    package static let owners = IgnoredDifferences(rawValue: 1 << 2)
    package static let modes = IgnoredDifferences(rawValue: 1 << 3)
    package static let attributes = IgnoredDifferences(rawValue: 1 << 4)
    /// The order of the entries of a layer.
    package static let order = IgnoredDifferences(rawValue: 1 << 5)
    /// How headers of entries are written, and how the tar ends.
    package static let headers = IgnoredDifferences(rawValue: 1 << 6)
    /// The history in the config.
    package static let history = IgnoredDifferences(rawValue: 1 << 7)
    package static let annotations = IgnoredDifferences(rawValue: 1 << 8)
    /// How documents are written: white space, the order of members.
    package static let encoding = IgnoredDifferences(rawValue: 1 << 9)

    /// All of them, with the names that `--ignore` accepts.
    package static let named: [(value: IgnoredDifferences, name: String)] = [
        (.compression, "compression"), (.times, "times"), (.owners, "owners"), (.modes, "modes"),
        (.attributes, "xattrs"), (.order, "order"), (.headers, "headers"), (.history, "history"),
        (.annotations, "annotations"), (.encoding, "encoding"),
    ]

    package var names: [String] { Self.named.filter { contains($0.value) }.map { $0.name } }

    /// The aspects of entries that do not count.
    package var aspects: EntryAspects {
        var aspects: EntryAspects = []
        if contains(.times) { aspects.insert(.time) }
        if contains(.owners) { aspects.insert(.owner) }
        if contains(.modes) { aspects.insert(.mode) }
        if contains(.attributes) { aspects.insert(.attributes) }
        if contains(.headers) { aspects.insert(.header) }
        return aspects
    }
}
