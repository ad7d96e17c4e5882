// layerverify: the values of an entry in words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The values of an entry as people read them. All texts are escaped for a terminal.
enum EntryText {
    /// The path of an entry; `.` for the root.
    static func path(_ bytes: [UInt8]) -> String { bytes.isEmpty ? "." : VisibleText.escaping(bytes) }

    /// The kind of an entry by its typeflag.
    static func type(_ entry: LayerEntry) -> String {
        switch entry.typeFlag {
        case UInt8(ascii: "0"), UInt8(ascii: "7"): "file"
        case UInt8(ascii: "1"): "hard link"
        case UInt8(ascii: "2"): "symbolic link"
        case UInt8(ascii: "3"): "character device"
        case UInt8(ascii: "4"): "block device"
        case UInt8(ascii: "5"): "directory"
        case UInt8(ascii: "6"): "FIFO"
        case UInt8(ascii: "S"): "sparse file"
        default: "type " + VisibleText.escaping([entry.typeFlag])
        }
    }

    /// The permissions in octal digits.
    static func mode(_ entry: LayerEntry) -> String {
        let digits = String(entry.mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The form of a time.
    enum TimeForm {
        /// `2026-11-27 10:05:11`.
        case words
        /// `2026-11-27T10:05:11Z`. Spec: RFC 3339 §5.6.
        case dateTime
    }

    /// A time in UTC, with a fraction of the second if there is one; `@-5` before 1970 and after 9999.
    static func time(_ entry: LayerEntry, as form: TimeForm = .words) -> String {
        let seconds = entry.seconds
        let fraction = fraction(entry.nanoseconds)
        guard (0...253_402_300_799).contains(seconds) else { return "@\(seconds)" + fraction }
        let rest = seconds % 86_400
        let parts = [rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let clock = parts.joined(separator: ":") + fraction
        let day = CalendarDay(secondsSinceEpoch: seconds).description
        return switch form {
        case .words: day + " " + clock
        case .dateTime: day + "T" + clock + "Z"
        }
    }

    private static func fraction(_ nanoseconds: Int32) -> String {
        guard nanoseconds > 0 else { return "" }
        let digits = String(nanoseconds)
        var fraction = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        while fraction.last == "0" { fraction.removeLast() }
        return "." + fraction
    }

    static func format(_ entry: LayerEntry) -> String {
        let names = ["v7", "unknown format", "ustar", "pax", "GNU", "star"]
        return Int(entry.format) < names.count ? names[Int(entry.format)] : "?"
    }
}

/// In what two entries differ, with both values.
struct EntryChange {
    let first: LayerEntry
    let second: LayerEntry
    let aspects: EntryAspects

    /// `mode 0644 → 0755, owner 0:0 → 1000:1000`.
    var text: String {
        var parts: [String] = []
        if aspects.contains(.type) { parts.append("\(EntryText.type(first)) → \(EntryText.type(second))") }
        if aspects.contains(.content) { parts.append(content) }
        if aspects.contains(.linkTarget) {
            parts.append(
                "target \(VisibleText.escaping(first.linkTarget)) → \(VisibleText.escaping(second.linkTarget))")
        }
        if aspects.contains(.device) {
            parts.append(
                "device \(first.deviceMajor):\(first.deviceMinor) → \(second.deviceMajor):\(second.deviceMinor)")
        }
        if aspects.contains(.mode) { parts.append("mode \(EntryText.mode(first)) → \(EntryText.mode(second))") }
        if aspects.contains(.owner) {
            parts.append("owner \(first.userID):\(first.groupID) → \(second.userID):\(second.groupID)")
        }
        if aspects.contains(.time) { parts.append(time) }
        if aspects.contains(.attributes) { parts.append(attributes) }
        if aspects.contains(.header) { parts.append("header" + header) }
        return parts.joined(separator: ", ")
    }

    private var content: String {
        guard first.byteCount != second.byteCount else { return "content (\(first.byteCount) bytes)" }
        return "content (\(first.byteCount) → \(second.byteCount) bytes)"
    }

    private var time: String {
        guard (first.seconds, first.nanoseconds) != (second.seconds, second.nanoseconds) else {
            return "atime or ctime"
        }
        return "time \(EntryText.time(first)) → \(EntryText.time(second))"
    }

    private var attributes: String {
        var parts: [String] = []
        for attribute in first.attributes {
            guard let other = second.attributes.first(where: { $0.name == attribute.name }) else {
                parts.append("-" + VisibleText.escaping(attribute.name))
                continue
            }
            if other != attribute { parts.append(VisibleText.escaping(attribute.name)) }
        }
        for attribute in second.attributes where !first.attributes.contains(where: { $0.name == attribute.name }) {
            parts.append("+" + VisibleText.escaping(attribute.name))
        }
        return "xattrs (" + parts.joined(separator: " ") + ")"
    }

    private var header: String {
        var parts: [String] = []
        if first.format != second.format { parts.append("\(EntryText.format(first)) → \(EntryText.format(second))") }
        if (first.userName, first.groupName) != (second.userName, second.groupName) {
            parts.append("names \(Self.names(first)) → \(Self.names(second))")
        }
        if first.droppedPrefixByteCount != second.droppedPrefixByteCount
            || first.droppedSuffixByteCount != second.droppedSuffixByteCount
        {
            parts.append("path written differently")
        }
        if first.mode & ~0o7777 != second.mode & ~0o7777 { parts.append("type bits of the mode") }
        if first.otherRecordsHash != second.otherRecordsHash { parts.append("pax records") }
        return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
    }

    private static func names(_ entry: LayerEntry) -> String {
        "'\(VisibleText.escaping(entry.userName)):\(VisibleText.escaping(entry.groupName))'"
    }
}
