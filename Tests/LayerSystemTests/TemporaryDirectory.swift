// layerverify: folders for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder that is removed when the test ends.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/layerverify-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func appending(_ name: String) -> String { path + "/" + name }

    func makeFile(_ name: String, _ content: String = "content") throws {
        try makeFolder((name as NSString).deletingLastPathComponent)
        try Data(content.utf8).write(to: URL(fileURLWithPath: appending(name)))
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: appending(name), withIntermediateDirectories: true)
    }

    func makeLink(_ name: String, to target: String) throws {
        try makeFolder((name as NSString).deletingLastPathComponent)
        try FileManager.default.createSymbolicLink(atPath: appending(name), withDestinationPath: target)
    }
}
