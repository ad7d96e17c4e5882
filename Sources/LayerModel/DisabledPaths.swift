// layerverify: fast paths that somebody turned off.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#if DEBUG
    import Glibc
#endif

/// The fast paths that are turned off, for diagnosis.
///
/// A process that links the library decides for itself: in a release build nothing here reads the environment. The program
/// hands LAYERVERIFY_DISABLE in. In a debug build it is read here, so that the tests of every module run without fast paths,
/// too.
package enum DisabledPaths {
    // SAFETY: written by `turnOff` alone, which the program calls before it starts a thread or looks at a registry.
    nonisolated(unsafe) package private(set) static var names: Set<Substring> = initialNames

    /// Turns fast paths off, their names separated by commas. Call it before anything else.
    package static func turnOff(_ list: String) { names = Set(list.split(separator: ",")) }

    /// Whether a fast path is turned off.
    package static func contains(_ name: String) -> Bool { names.contains(name[...]) }

    private static var initialNames: Set<Substring> {
        #if DEBUG
            if let list = getenv("LAYERVERIFY_DISABLE") { return Set(String(cString: list).split(separator: ",")) }
        #endif
        return []
    }
}
