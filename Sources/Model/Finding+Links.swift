// layerverify: findings about symbolic links.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Finding {
    /// `what` is a symbolic link that was not followed; `target` is what the link holds.
    package static func linkNotFollowed(_ target: String, _ what: String, at place: Place) -> Finding {
        Finding(
            .linkNotFollowed, "\(what) is a symbolic link to '\(target)', which was not followed", at: place,
            hint: "--follow-symlinks=anywhere follows links out of the path given")
    }
}
