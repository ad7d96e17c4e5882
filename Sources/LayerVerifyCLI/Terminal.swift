// layerverify: what the terminal can do.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What is known of the terminal, by its own word and by the environment.
enum Terminal {
    /// The columns of the terminal behind a descriptor: `COLUMNS`, else what the terminal says, else 80.
    static func width(of descriptor: Int32) -> Int {
        if let columns = variable("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether the terminal obeys escape sequences.
    static var isCapable: Bool { variable("TERM") != "dumb" }

    /// Whether colours are welcome. Spec: no-color.org.
    static var wantsColour: Bool { isCapable && variable("NO_COLOR") == nil }

    /// A variable of the environment; nil also if it is empty.
    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
