// layerverify: tests of the index against archives that GNU tar makes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSource
import LayerSystem
import Tar
import Testing

@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tar"), "there is no /usr/bin/tar"))
struct TarInteropTests {
    @Test(arguments: ["v7", "ustar", "gnu", "pax"]) func archiveOfEachFormatIsIndexed(_ format: String) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/layerverify-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let deep = "image/" + String(repeating: "d", count: 90)
        try FileManager.default.createDirectory(atPath: folder + "/" + deep, withIntermediateDirectories: true)
        var contents = ["image/short": "short", "image/empty": "", "image/block": String(repeating: "b", count: 512)]
        if format != "v7" { contents[deep + "/" + String(repeating: "p", count: 60)] = "over 100" }
        if format == "gnu" || format == "pax" { contents["image/" + String(repeating: "n", count: 250)] = "over 255" }
        for (name, content) in contents { try Data(content.utf8).write(to: URL(fileURLWithPath: folder + "/" + name)) }
        let links = folder + "/image/"
        try FileManager.default.createSymbolicLink(atPath: links + "symbolic", withDestinationPath: "short")
        try FileManager.default.linkItem(atPath: links + "short", toPath: links + "zhard")

        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/tar")
        tar.arguments = ["--format=" + format, "--sort=name", "-C", folder, "-cf", folder + "/out.tar", "image"]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)

        let file = try PositionedFile(path: folder + "/out.tar")
        let index = TarIndex.read(file)
        guard case .endOfArchive = index.ending else {
            Issue.record("ends with \(index.ending)")
            return
        }
        contents["image/symbolic"] = contents["image/short"]
        contents["image/zhard"] = contents["image/short"]
        for (name, content) in contents {
            guard case .file(let places, _) = index.resolve(name), let entry = places.first.map({ index.entries[$0] })
            else {
                Issue.record("\(name) is not found")
                continue
            }
            #expect(places.count == 1)
            let bytes = try file.bytes(at: entry.dataOffset, upTo: Int(entry.byteCount))
            #expect(String(decoding: bytes, as: UTF8.self) == content)
        }
        #expect(index.resolve(deep) == .notRegularFile(.directory))
    }
}
