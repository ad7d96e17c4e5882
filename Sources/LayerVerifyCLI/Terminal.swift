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

    /// Whether the environment wants colours on standard output.
    ///
    /// The first of these decides: `NO_COLOR` (none), `FORCE_COLOR` or `CLICOLOR_FORCE` (colours, also where that is no
    /// terminal), `CLICOLOR=0` (none), a terminal that obeys escape sequences. Empty variables do not count, and neither
    /// does 0 as the value of those that force. Spec: no-color.org, force-color.org, bixense.com/clicolors.
    static func wantsColour(isTerminal: Bool) -> Bool {
        if variable("NO_COLOR") != nil { return false }
        for name in ["FORCE_COLOR", "CLICOLOR_FORCE"] {
            if let value = variable(name), value != "0" { return true }
        }
        return isTerminal && isCapable && variable("CLICOLOR") != "0"
    }

    /// A variable of the environment; nil also if it is empty.
    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
