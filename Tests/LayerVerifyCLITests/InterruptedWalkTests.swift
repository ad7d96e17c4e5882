// layerverify: runs that are interrupted while documents are read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct InterruptedWalkTests {
    let workshop: ImageFixture

    init() throws { workshop = try ImageFixture() }

    /// A thousand manifests of a mebibyte take much longer than a second.
    @Test(.enabled(if: ProgramRun.areInstalled("script"), "needs script"))
    func aSignalEndsTheReadingOfDocumentsAndProgressCountsThem() throws {
        try workshop.run("mkdir", "-p", workshop.path("image/blobs/sha256"))
        let manifests = (1...1000).map {
            ["mediaType": ImageFixture.manifest, "digest": ImageFixture.digest($0), "size": 1 << 20] as [String: Any]
        }
        try workshop.writeLayout("image", manifests: manifests)
        let script = """
            cd "$2"; { printf '{"schemaVersion":2,"x":['; yes 1, | tr -d '\\n' | head -c 1000000; printf '1]}'; } > document
            for i in $(seq 1000); do ln document "image/blobs/sha256/$(printf %064x "$i")"; done
            script -qefc 'echo $$ > pid; exec "$P" --format json image > out' err > shown & run=$!
            until grep -q 'documents read' err; do kill -0 $run || exit 1; sleep 0.05; done
            kill -TERM $(cat pid); wait $run; echo $?
            """
        let run = try ProgramRun.run(
            "timeout",
            [
                "60", "env", "P=\(ProgramRun.layerverifyPath)", "bash", "-c", script, "bash",
                ProgramRun.layerverifyPath, workshop.folder.url.path,
            ])
        #expect(run.text == "143\n", "\(run.transcript)")
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: workshop.url("out"))) as? [String: Any]
        let findings = try #require(report?["findings"] as? [[String: Any]])
        #expect(findings.contains { $0["code"] as? String == "interrupted" })
        let images = try #require(report?["images"] as? [[String: Any]])
        #expect(!images.isEmpty && images.count < 1000)
    }
}
