// layerverify: findings of the search for images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension Finding {
    /// A path, or a file below it, could not be read, so its images are unknown.
    static func unread(_ ending: ReadEnding, _ name: String = "", _ consequence: String? = nil) -> Finding {
        if case .linkNotFollowed(let target) = ending {
            return .linkNotFollowed(target, name.isEmpty ? "the path" : name, at: Place(name))
        }
        let cause =
            switch ending {
            case .unreadable(let errno, _): ErrorText.describe(errno)
            default: Finding(ending, at: Place(name))?.message ?? ""
            }
        let message = [name.isEmpty ? cause : "\(name): \(cause)", consequence].compactMap { $0 }
        return Finding(.pathUnreadable, message.joined(separator: "; "), at: Place(name))
    }

    /// The finding about a given path that is not an image.
    static func notAnImage(_ nature: FileClassification, path: String, _ forms: ImageSources) -> Finding {
        let (message, hint) = nature.explanation(path: path, forms)
        return Finding(nature.code, message, at: Place(""), hint: hint)
    }

    /// The run was interrupted before a path, or the rest below it, was searched.
    static var searchInterrupted: Finding {
        Finding(.interrupted, "the run was interrupted before what is here was searched for images", at: Place(""))
    }

    /// The search has reached the limit of files.
    static func tooManyFiles(_ limit: Int) -> Finding {
        Finding(
            .searchLimit, "the search ended here after \(limit) files; what follows was not searched for images",
            at: Place(""), expected: "\(limit)", hint: "--max-files raises the limit")
    }

    /// The folder is deeper below the given path than the search goes.
    static var tooDeep: Finding {
        Finding(
            .searchLimit,
            "more than \(SearchLimits.maximumDepth) folders deep; what is below was not searched for images",
            at: Place(""), expected: "\(SearchLimits.maximumDepth)")
    }
}
