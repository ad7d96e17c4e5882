// layerverify: the capabilities of the terminal.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The properties of the terminal, from the system and from the environment.
enum Terminal {
    /// The columns of the terminal of a descriptor: `COLUMNS`, otherwise the number that the terminal reports,
    /// otherwise 80.
    static func width(of descriptor: Int32) -> Int {
        if let columns = variable("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The size of the terminal of a descriptor, for drawing: no line longer than it and no more lines than it has fit.
    ///
    /// `COLUMNS` can only make it narrower, since a shell that exports it does not change it when the window does.
    static func drawingSize(of descriptor: Int32) -> (columns: Int, rows: Int) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        let columns = isKnown && size.ws_col > 0 ? Int(size.ws_col) : Int.max
        return (min(columns, width(of: descriptor)), isKnown && size.ws_row > 0 ? Int(size.ws_row) : 24)
    }

    /// Whether the process is in the foreground of the terminal of a descriptor. Also true if that is not the terminal that
    /// controls the process.
    static func isForeground(of descriptor: Int32) -> Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// Whether the terminal supports escape sequences.
    static var isCapable: Bool { variable("TERM") != "dumb" }

    /// Whether standard output is coloured according to the environment.
    ///
    /// The first of these decides: `NO_COLOR` (no colours), `FORCE_COLOR` or `CLICOLOR_FORCE` (colours, even if the
    /// output is not a terminal), `CLICOLOR=0` (no colours), a terminal that supports escape sequences. Empty variables
    /// do not count, and 0 does not count as the value of those that force colours. Spec: no-color.org,
    /// force-color.org, bixense.com/clicolors.
    static func wantsColour(isTerminal: Bool) -> Bool {
        if variable("NO_COLOR") != nil { return false }
        for name in ["FORCE_COLOR", "CLICOLOR_FORCE"] {
            if let value = variable(name), value != "0" { return true }
        }
        return isTerminal && isCapable && variable("CLICOLOR") != "0"
    }

    /// A variable of the environment; nil if it is unset or empty.
    private static func variable(_ name: String) -> String? { Environment.variable(name) }
}
