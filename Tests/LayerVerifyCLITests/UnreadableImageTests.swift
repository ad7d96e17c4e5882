// layerverify: images of which a part may not be read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: getuid() != 0 || OddFileTests.isRootWithSetpriv, "root needs setpriv, to be somebody else"))
struct UnreadableImageTests {
    /// Runs the program as somebody who may read only what everybody may.
    private func verify(_ program: String, _ image: String) throws -> ProgramRun {
        guard getuid() == 0 else { return try ProgramRun.run(program, [image]) }
        return try ProgramRun.run(
            "setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, image])
    }

    @Test(arguments: ["docker-new-folder", "docker-layer-holds-layout", "docker-old-folder", "oci-gzip"])
    func aFileOrFolderThatMayNotBeReadRefutesNothing(_ name: String) throws {
        let workshop = try Workshop()
        let (program, image) = (workshop.path("program"), workshop.path("image"))
        // Others need the way to the image and to the program.
        try workshop.run("chmod", "755", workshop.folder.url.path)
        try workshop.run("cp", ProgramRun.layerverifyPath, program)
        try workshop.run("cp", "-r", ProgramRun.corpus("good/\(name)/image"), image)
        try workshop.run("chmod", "-R", "u=rwX,go=rX", image)
        #expect(try verify(program, image).status == 0)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: image).sorted()
        // A relic of old archives that nobody reads.
        for path in paths where !["VERSION", "json"].contains(path.split(separator: "/").last.map(String.init)) {
            try workshop.run("chmod", "0", image + "/" + path)
            let run = try verify(program, image)
            #expect(run.status == 2, "\(path): \(run.transcript)")
            try workshop.run("chmod", "755", image + "/" + path)
        }
    }
}
