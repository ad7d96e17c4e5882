// layerverify: many images in little memory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The images of an inventory in order.
///
/// Memory: about 60 bytes per image, and 25 per layer and per name. The image that was changed last is not packed,
/// because a walk adds its layers one after another.
///
/// Layers are in a separate list, so that one of 10 000 layers is found in constant time. Names are in a separate list,
/// because one image may have 100 000 names that are found one by one.
package struct ImageList: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral, Sendable {
    let table: DigestTable
    private var packed: PackedList<ImageRecord>
    private var open: (place: Int, record: ImageRecord)?

    private var layers: PackedList<LayerRecord>
    /// The index in `layers` of the first layer of each image, and the number of its layers.
    private var firstLayers: [UInt32] = []
    private var layerCounts: [UInt32] = []

    private var names: PackedList<Name>
    /// The indexes in `names` of the first and the last name of each image, plus one; 0 for an image without a name.
    private var firstNames: [UInt32] = []
    private var lastNames: [UInt32] = []
    /// The index of the image's next name, plus one; 0 after the last.
    private var nextNames: [UInt32] = []
    /// The names of all images; nil until `add` is called for the first time.
    private var index: HashIndex?
    /// The number of images that came from other lists, which cannot be changed any more.
    private var fixedCount = 0

    private struct Name: Packable {
        let image: Int
        let text: String

        init(image: Int, text: String) {
            self.image = image
            self.text = text
        }

        func pack(into writer: inout PackedWriter) {
            writer.count(image)
            writer.text(text)
        }

        init(unpacking reader: inout PackedReader) {
            image = reader.count()
            text = reader.text()
        }

        var hash: Int {
            var hasher = Hasher()
            hasher.combine(image)
            hasher.combine(Array(text.utf8))
            return hasher.finalize()
        }

        func isSame(as other: Name) -> Bool { image == other.image && text.utf8.elementsEqual(other.text.utf8) }
    }

    init(table: DigestTable) {
        self.table = table
        packed = PackedList(table: table)
        names = PackedList(table: table)
        layers = PackedList(table: table)
    }

    package init(arrayLiteral elements: ImageRecord...) {
        self.init(table: DigestTable())
        for element in elements { append(element) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { packed.count }

    var byteCount: Int {
        packed.byteCount + names.byteCount + layers.byteCount + 16 * firstNames.count + 4 * nextNames.count
    }

    package subscript(place: Int) -> ImageRecord {
        get {
            var record = withoutNames(place)
            record.references = references(of: place)
            return record
        }
        set {
            (firstNames[place], lastNames[place]) = (0, 0)
            index = nil
            var record = newValue
            for name in record.references { append(Name(image: place, text: name)) }
            record.references = []
            change(place) { $0 = record }
        }
    }

    /// An image without its names.
    ///
    /// Complexity: constant for the image that was changed last, otherwise linear in the number of its layers.
    package func withoutNames(_ place: Int) -> ImageRecord {
        if let open, open.place == place { return open.record }
        var record = packed[place]
        record.layers = (0..<Int(layerCounts[place])).map { layers[Int(firstLayers[place]) + $0] }
        return record
    }

    /// An image without its names, and possibly without its layers.
    package func withoutLists(_ place: Int) -> ImageRecord {
        if let open, open.place == place { return open.record }
        return packed[place]
    }

    /// The names of an image.
    package func references(of place: Int) -> [String] {
        var references: [String] = []
        var next = Int(firstNames[place])
        while next > 0 {
            references.append(names[next - 1].text)
            next = Int(nextNames[next - 1])
        }
        return references
    }

    /// The number of layers of an image.
    package func layerCount(of image: Int) -> Int {
        if let open, open.place == image { return open.record.layers.count }
        return Int(layerCounts[image])
    }

    /// A layer of an image; nil if the image has fewer layers.
    package func layer(_ layer: Int, of image: Int) -> LayerRecord? {
        if let open, open.place == image {
            return open.record.layers.indices.contains(layer) ? open.record.layers[layer] : nil
        }
        guard layer >= 0, layer < layerCounts[image] else { return nil }
        return layers[Int(firstLayers[image]) + layer]
    }

    /// Whether the image has a layer whose bytes no document claims.
    package func hasUnclaimedLayer(_ image: Int) -> Bool {
        (0..<layerCount(of: image)).contains { layer($0, of: image)?.isUnclaimed ?? false }
    }

    /// Appends the images of another list, which must number digests alike. They cannot be changed here.
    package mutating func append(contentsOf other: ImageList) {
        var other = other
        other.close()
        close()
        let firstLayer = UInt32(layers.count)
        let firstName = UInt32(names.count)
        index = nil
        if packed.isEmpty, layers.isEmpty, names.isEmpty {
            // The memory is shared, so that the list of a large image store exists once.
            self = other
            index = nil
            fixedCount = packed.count
            return
        }
        func moved(_ name: UInt32) -> UInt32 { name == 0 ? 0 : name + firstName }
        packed.append(contentsOf: other.packed)
        layers.append(contentsOf: other.layers)
        firstLayers.append(contentsOf: other.firstLayers.lazy.map { $0 + firstLayer })
        layerCounts.append(contentsOf: other.layerCounts)
        names.append(contentsOf: other.names)
        firstNames.append(contentsOf: other.firstNames.lazy.map(moved))
        lastNames.append(contentsOf: other.lastNames.lazy.map(moved))
        nextNames.append(contentsOf: other.nextNames.lazy.map(moved))
        fixedCount = packed.count
    }

    package mutating func append(_ image: ImageRecord) {
        close()
        var record = image
        record.references = []
        var bare = record
        bare.layers = []
        packed.append(bare)
        firstLayers.append(0)
        layerCounts.append(0)
        firstNames.append(0)
        lastNames.append(0)
        for name in image.references { append(Name(image: packed.count - 1, text: name)) }
        open = (packed.count - 1, record)
    }

    /// Changes an image. `change` does not see its names; names that it sets are added to the existing ones.
    package mutating func change(_ place: Int, _ change: (inout ImageRecord) -> Void) {
        precondition(place >= fixedCount, "an image of another list cannot be changed")
        if open?.place != place {
            close()
            open = (place, withoutNames(place))
        }
        guard var (_, record) = open.take() else { return }
        change(&record)
        let names = record.references
        record.references = []
        open = (place, record)
        if !names.isEmpty { add(names, to: place) }
    }

    /// Adds names that an image does not have yet.
    package mutating func add(_ texts: [String], to place: Int) {
        guard !texts.isEmpty else { return }
        precondition(place >= fixedCount, "an image of another list cannot be changed")
        var index = self.index.take() ?? madeIndex()
        for text in texts {
            let name = Name(image: place, text: text)
            let hash = name.hash
            guard index.find(hash, where: { names[$0].isSame(as: name) }) == nil else { continue }
            // `self.index` is nil here; otherwise `append` would insert the name a second time.
            index.insert(names.count, hash: hash)
            append(name)
        }
        self.index = index
    }

    private func madeIndex() -> HashIndex {
        var index = HashIndex()
        for (place, name) in names.enumerated() where name.image >= fixedCount {
            index.insert(place, hash: name.hash)
        }
        return index
    }

    private mutating func append(_ name: Name) {
        names.append(name)
        nextNames.append(0)
        let place = UInt32(names.count)
        if firstNames[name.image] == 0 {
            firstNames[name.image] = place
        } else {
            nextNames[Int(lastNames[name.image]) - 1] = place
        }
        lastNames[name.image] = place
        if var index = index.take() {
            index.insert(names.count - 1, hash: name.hash)
            self.index = index
        }
    }

    private mutating func close() {
        guard let taken = open.take() else { return }
        let place = taken.place
        var record = taken.record
        let range = Int(firstLayers[place])..<Int(firstLayers[place] + layerCounts[place])
        if !record.layers.elementsEqual(layers[range]) {
            firstLayers[place] = UInt32(layers.count)
            layerCounts[place] = UInt32(record.layers.count)
            for layer in record.layers { layers.append(layer) }
        }
        record.layers = []
        packed[place] = record
    }
}
