// layerverify: a program that uses the library.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerVerify

/// Verifies the image at each path with the functions of the articles, and prints what they say.
@main
enum Main {
    static func main() async throws {
        for path in CommandLine.arguments.dropFirst() {
            let verification = try await checkWithProgress(path)
            print(path, verification.outcome, try await check(path))
            for (digest, codes) in damagedLayers(verification) { print(digest, codes) }
            if let digest = verification.images.first?.manifestDigest {
                print(try await check(path, is: digest.description))
            }
            print(try checkOldImages([path]).outcome, try await checkForAtMost(60, path).outcome)
            let reports = try makeReports(verification)
            print(reports.json.isEmpty || reports.page.isEmpty ? "no reports" : "reports")
        }
    }
}
