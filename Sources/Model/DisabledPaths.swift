// layerverify: fast paths that are turned off.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#if DEBUG
    import Glibc
#endif

/// The fast paths that are turned off, for diagnosis.
///
/// In a release build the library does not read the environment, because a process that links it decides for itself;
/// the program passes LAYERVERIFY_DISABLE in. A debug build reads the variable here, so that the tests of every module
/// can also run without fast paths.
package enum DisabledPaths {
    // SAFETY: only written by `turnOff`, which the program calls before it starts a thread or uses a registry.
    nonisolated(unsafe) private static var current: Set<Substring> = initialNames

    package static var names: Set<Substring> { unsafe current }

    /// Turns fast paths off. `list` has their names, separated by commas. Must be called before anything else.
    package static func turnOff(_ list: String) { unsafe current = Set(list.split(separator: ",")) }

    /// Whether a fast path is turned off.
    package static func contains(_ name: String) -> Bool { names.contains(name[...]) }

    private static var initialNames: Set<Substring> {
        #if DEBUG
            if let list = unsafe getenv("LAYERVERIFY_DISABLE") {
                return Set(unsafe String(cString: list).split(separator: ","))
            }
        #endif
        return []
    }
}
