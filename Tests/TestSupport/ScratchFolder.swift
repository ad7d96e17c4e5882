// layerverify: a folder for a test.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A folder that exists as long as the object does.
package final class ScratchFolder: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "layerverify-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            print("could not remove \(url.path): \(error)")
        }
    }
}
