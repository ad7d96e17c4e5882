// layerverify: lists of files as text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// One line for each file, like `ls -l` and `tar tv`, with the number of the layer that it comes from.
struct FileListText: FileListWriter {
    private let image: ListedImage
    private let style: FileListStyle
    private let numberWidth: Int
    /// The short digests of the layers.
    private let digests: [String]
    /// The last day that was computed: files of a layer are often of one day.
    private var lastDay: (number: Int64, text: String)?

    private static let shortDigestLength = 12

    init(_ image: ListedImage, _ style: FileListStyle) {
        self.image = image
        self.style = style
        numberWidth = max(2, String(image.record.layers.count).utf8.count)
        digests = image.record.layers.map { layer in
            (layer.digest ?? layer.diffID).map { String($0.encoded.prefix(Self.shortDigestLength)) } ?? "-"
        }
    }

    mutating func begin(_ bytes: inout [UInt8]) {
        guard style.isLong, !style.hasOnlyPaths, !style.endsInNUL else { return }
        if image.isFromTables { bytes += "# files of tables of contents; the layers were not read\n".utf8 }
        for (number, layer) in image.record.layers.enumerated() {
            let size = layer.size.map { HumanUnits.bytes($0) } ?? "-"
            let command = VisibleText.escaping(layer.createdBy ?? "")
            let line = "# layer \(number + 1)  \(layer.digest?.description ?? layer.path)  \(size)"
            bytes += "\(line)\(command.isEmpty ? "" : "  \(command)")\n".utf8
        }
    }

    mutating func add(_ file: ListedFile, to bytes: inout [UInt8]) {
        if !style.hasOnlyPaths { addColumns(file, to: &bytes) }
        bytes += shown(file.path.isEmpty ? [UInt8(ascii: ".")] : file.path)
        if file.kind == .directory, !file.path.isEmpty { bytes.append(UInt8(ascii: "/")) }
        if !style.hasOnlyPaths {
            if let target = file.target {
                bytes += " -> ".utf8
                bytes += shown(target)
            } else if let link = file.hardLink {
                bytes += " link to ".utf8
                bytes += shown(link)
            }
            if let layer = file.hiddenBy { bytes += "  (hidden by layer \(layer + 1))".utf8 }
        }
        bytes.append(style.endsInNUL ? 0 : UInt8(ascii: "\n"))
    }

    mutating func end(_ bytes: inout [UInt8]) {}

    private func shown(_ name: [UInt8]) -> [UInt8] {
        guard !style.endsInNUL else { return name }
        let isPlain = name.allSatisfy {
            $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#")
        }
        return isPlain ? name : Array(VisibleText.escaping(name).utf8)
    }

    private mutating func addColumns(_ file: ListedFile, to bytes: inout [UInt8]) {
        Self.addMode(file, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        let owner = file.attributes.map { "\($0.userID):\($0.groupID)" } ?? "-"
        Self.add(owner, width: 9, isRight: false, to: &bytes)
        let size = file.device.map { "\($0.major),\($0.minor)" } ?? file.byteCount.map { "\($0)" } ?? "-"
        Self.add(size, width: 11, isRight: true, to: &bytes)
        bytes += "  ".utf8
        if let seconds = file.attributes?.seconds {
            addTime(seconds, to: &bytes)
        } else {
            Self.add("-", width: 19, isRight: false, to: &bytes)
        }
        Self.add("\(file.layer + 1)", width: numberWidth + 1, isRight: true, to: &bytes)
        bytes += "  ".utf8
        guard style.isLong else { return }
        let digest = digests.indices.contains(file.layer) ? digests[file.layer] : "-"
        Self.add(digest, width: Self.shortDigestLength, isRight: false, to: &bytes)
        bytes += "  ".utf8
    }

    private mutating func addTime(_ seconds: Int64, to bytes: inout [UInt8]) {
        let time = UTCTime(seconds)
        let day = seconds / 86_400
        if lastDay?.number != day { lastDay = (day, time.date) }
        bytes += (lastDay?.text ?? time.date).utf8
        bytes.append(UInt8(ascii: " "))
        bytes += time.time.utf8
    }

    private static func add(_ text: String, width: Int, isRight: Bool, to bytes: inout [UInt8]) {
        let padding = max(0, width - text.utf8.count)
        if !isRight { bytes += text.utf8 }
        for _ in 0..<padding { bytes.append(UInt8(ascii: " ")) }
        if isRight { bytes += text.utf8 }
    }

    /// `-rwsr-xr-t+`; a plus sign stands for extended attributes.
    private static func addMode(_ file: ListedFile, to bytes: inout [UInt8]) {
        let type: UnicodeScalar =
            switch file.kind {
            case .file: file.hardLink == nil ? "-" : "h"
            case .directory: "d"
            case .symbolicLink: "l"
            case .characterDevice: "c"
            case .blockDevice: "b"
            case .fifo: "p"
            case .whiteout: "w"
            case .opaque: "o"
            }
        bytes.append(UInt8(ascii: type))
        guard let attributes = file.attributes else {
            bytes += "--------- ".utf8
            return
        }
        let mode = attributes.mode
        let letters = Array("rwxrwxrwx".utf8)
        for bit in 0..<9 {
            let isSet = mode & (0o400 >> UInt16(bit)) != 0
            var letter = isSet ? letters[bit] : UInt8(ascii: "-")
            if bit % 3 == 2, mode & (0o4000 >> UInt16(bit / 3)) != 0 {
                let special: (UnicodeScalar, UnicodeScalar) = bit == 8 ? ("t", "T") : ("s", "S")
                letter = UInt8(ascii: isSet ? special.0 : special.1)
            }
            bytes.append(letter)
        }
        bytes.append(UInt8(ascii: attributes.hasExtendedAttributes ? "+" : " "))
    }
}
