// layerverify: paths in the file system of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension MergedTree {
    /// Where a path leads.
    package struct Found: Sendable {
        package var place: Place
        /// The path after all symbolic links, without a slash at the beginning; empty for the root.
        package var path: [UInt8]
    }

    /// Why a path leads nowhere.
    package enum LookupFault: Error, Hashable, Sendable {
        /// Nothing is at the path, which is a part of the given one.
        case missing([UInt8])
        /// Nothing is where a symbolic link leads.
        case danglingLink([UInt8], missing: [UInt8])
        /// A file at the path is used as a directory.
        case notADirectory([UInt8])
        /// More symbolic links than Linux follows.
        case linkLoop
    }

    private static var maximumLinkCount: Int { 40 }

    /// Follows a path from the root, as a process with this root would.
    ///
    /// - Parameters:
    ///   - followsLast: whether a symbolic link at the end is followed; it always is if a slash comes after it.
    ///   - findsHidden: whether names are found at which nothing is seen.
    package func find(
        _ path: [UInt8], followsLast: Bool, findsHidden: Bool = false
    ) throws(LookupFault) -> Found {
        var linkCount = 0
        var way: [(place: Place, name: ArraySlice<UInt8>)] = []
        let endsInSlash = path.last == UInt8(ascii: "/")
        try follow(path[...], &way, followsLast: followsLast || endsInSlash, findsHidden, &linkCount)
        let found = Found(place: way.last?.place ?? root, path: Self.joined(way.map { $0.name }))
        if endsInSlash, !isDirectory(found.place, findsHidden) { throw .notADirectory(found.path) }
        return found
    }

    /// - Parameter way: the names from the root to the current directory.
    private func follow(
        _ path: ArraySlice<UInt8>, _ way: inout [(place: Place, name: ArraySlice<UInt8>)], followsLast: Bool,
        _ findsHidden: Bool, _ linkCount: inout Int
    ) throws(LookupFault) {
        if path.first == UInt8(ascii: "/") { way.removeAll() }
        let components = path.split(separator: UInt8(ascii: "/"))
        for (number, component) in components.enumerated() {
            let current = way.last?.place ?? root
            guard isDirectory(current, findsHidden) else { throw .notADirectory(Self.joined(way.map { $0.name })) }
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                _ = way.popLast()
                continue
            }
            let place = child(of: current, named: component)
            guard !place.visible.isEmpty || findsHidden && !(place.hidden.isEmpty && place.whiteouts.isEmpty) else {
                throw .missing(Self.joined(way.map { $0.name } + [component]))
            }
            let isLast = number == components.count - 1
            if let item = place.visible.first, kind(of: item) == .symbolicLink, followsLast || !isLast {
                linkCount += 1
                guard linkCount <= Self.maximumLinkCount else { throw .linkLoop }
                let target = layers[item.layer].target(of: item.node) ?? []
                let link = Self.joined(way.map { $0.name } + [component])
                do throws(LookupFault) {
                    try follow(target, &way, followsLast: true, findsHidden, &linkCount)
                } catch {
                    switch error {
                    // Of links to links the first is named.
                    case .missing(let path), .danglingLink(_, let path): throw .danglingLink(link, missing: path)
                    case .notADirectory, .linkLoop: throw error
                    }
                }
            } else {
                way.append((place, component))
            }
        }
    }

    private func isDirectory(_ place: Place, _ findsHidden: Bool) -> Bool {
        if let item = place.visible.first { return kind(of: item) == .directory }
        return findsHidden && place.hidden.contains { kind(of: $0.item) == .directory }
    }

    /// Whether a path leads to a directory; if nothing is seen there, to one that is hidden.
    package func isDirectory(_ found: Found) -> Bool { isDirectory(found.place, true) }

    static func joined(_ names: some Sequence<ArraySlice<UInt8>>) -> [UInt8] {
        var path: [UInt8] = []
        for name in names {
            if !path.isEmpty { path.append(UInt8(ascii: "/")) }
            path += name
        }
        return path
    }

    /// The file that a hard link out of its layer means: what the layers below have at its target; nil if there is nothing, or a
    /// directory.
    func outerTarget(of item: Item) -> Item? {
        var item = item
        while kind(of: item) == .outerLink {
            guard let target = layers[item.layer].target(of: item.node), item.layer > 0 else { return nil }
            let below = MergedTree(Array(layers[..<item.layer]))
            guard let found = try? below.find(Array(target), followsLast: false).place.visible.first else { return nil }
            item = found
        }
        return kind(of: item) == .directory ? nil : item
    }
}
