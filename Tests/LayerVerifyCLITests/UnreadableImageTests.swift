// layerverify: images with unreadable parts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: getuid() != 0 || OddFileTests.isRootWithSetpriv, "root needs setpriv, to be somebody else"))
struct UnreadableImageTests {
    /// Runs the program as a user who may read only world-readable files.
    private func verify(_ program: String, _ image: String) throws -> ProgramRun {
        guard getuid() == 0 else { return try ProgramRun.run(program, [image]) }
        return try ProgramRun.run(
            "setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, image])
    }

    @Test(arguments: ["docker-new-folder", "docker-layer-holds-layout", "docker-old-folder", "oci-gzip"])
    func aFileOrFolderThatMayNotBeReadRefutesNothing(_ name: String) throws {
        let workshop = try ImageFixture()
        let (program, image) = (workshop.path("program"), workshop.path("image"))
        // Other users need access to the folder of the image and of the program.
        try workshop.run("chmod", "755", workshop.folder.url.path)
        try workshop.run("cp", ProgramRun.layerverifyPath, program)
        try workshop.run("cp", "-r", ProgramRun.corpus("good/\(name)/image"), image)
        try workshop.run("chmod", "-R", "u=rwX,go=rX", image)
        #expect(try verify(program, image).status == 0)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: image).sorted()
        // Obsolete files of old archives that no reader uses.
        for path in paths where !["VERSION", "json"].contains(path.split(separator: "/").last.map(String.init)) {
            try workshop.run("chmod", "0", image + "/" + path)
            let run = try verify(program, image)
            #expect(run.status == 2, "\(path): \(run.transcript)")
            try workshop.run("chmod", "755", image + "/" + path)
        }
    }
}
