// layerverify: tests of hints about arguments that are not paths.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct PathHintTests {
    let workshop: ImageFixture

    init() throws {
        workshop = try ImageFixture()
        _ = try workshop.plainLayout("app")
        _ = try workshop.plainLayout("an app")
        try Data().write(to: workshop.url("app.tar"))
    }

    /// An argument, and the command line in the hint.
    static let advice: [(argument: String, command: String)] = [
        ("oci:app", "layerverify app"), ("oci:app:latest", "layerverify --ref latest app"),
        ("oci:gone:1", "layerverify --ref 1 gone"), ("oci:an app:x y", "layerverify --ref 'x y' 'an app'"),
        ("oci-archive:app.tar", "layerverify app.tar"), ("docker-archive:app.tar:a:1", "layerverify --ref a:1 app.tar"),
        ("docker-archive:app.tar:@0", "layerverify app.tar"), ("app:1.0", "layerverify --ref 1.0 app"),
        ("dir:copy", "skopeo copy dir:copy oci:copy && layerverify copy"),
        (
            "containers-storage:localhost/app:1",
            "skopeo copy containers-storage:localhost/app:1 oci:app && layerverify app"
        ),
        ("docker-daemon:app:1", "docker save -o app.tar app:1 && layerverify app.tar"),
        ("docker://alpine:3", "skopeo copy docker://alpine:3 oci:alpine && layerverify alpine"),
        ("ghcr.io/o/tool:v1", "skopeo copy docker://ghcr.io/o/tool:v1 oci:tool && layerverify tool"),
        ("sha256:\(String(repeating: "0", count: 64))", "layerverify PATH"),
        ("file:///srv/an%20app", "layerverify '/srv/an app'"), ("~/app", "layerverify \"$HOME\"/app"),
    ]

    @Test(arguments: advice.indices) func anArgumentGetsACommandLineThatWorks(_ place: Int) throws {
        let (argument, command) = Self.advice[place]
        let run = try ProgramRun.run(
            "sh",
            [
                "-c", "cd \"$1\" && exec \"$2\" \"$3\"", "sh", workshop.folder.url.path, ProgramRun.layerverifyPath,
                argument,
            ])
        #expect(run.status == 2)
        let lines = String(decoding: run.errors, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.last == "  " + command, "\(lines)")
    }

    @Test(arguments: ["nothing", "./a:b", "/gone/x", "app/gone"]) func aMissingPathGetsNoHint(
        _ argument: String
    ) throws {
        let run = try ProgramRun.run(
            "sh",
            [
                "-c", "cd \"$1\" && exec \"$2\" \"$3\"", "sh", workshop.folder.url.path, ProgramRun.layerverifyPath,
                argument,
            ])
        #expect(run.status == 2)
        #expect(run.errors.isEmpty)
    }
}
