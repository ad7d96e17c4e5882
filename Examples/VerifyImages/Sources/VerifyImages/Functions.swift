// layerverify: the code of the articles about the library.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerVerify

// The articles in Sources/Verify/LayerVerify.docc show these functions; a test compares the two.

func check(_ path: String) async throws -> Bool {
    let verification = try await Verifier().verify(imagesIn: [.path(path)])
    for finding in verification.findings where finding.severity == .error {
        print(finding.code, finding.message)
    }
    return verification.outcome == .verified
}

func check(_ path: String, is trusted: String) async throws -> Verification.Outcome {
    var options = Verifier.Options(platform: .linuxARM64)
    options.expectedDigests = [try BlobDigest(trusted)]
    return await (try Verifier(options)).verify(imagesIn: [.path(path)]).outcome
}

func damagedLayers(_ verification: Verification) -> [BlobDigest: [Verification.Finding.Code]] {
    var codes: [BlobDigest: [Verification.Finding.Code]] = [:]
    for image in verification.images {
        for layer in image.layers where layer.outcome == .refuted {
            if let digest = layer.digest { codes[digest] = layer.findings.map { $0.code } }
        }
    }
    return codes
}

func checkOldImages(_ paths: [String]) throws -> Verification {
    let rule = try Verifier.IgnoreRule(.historyCountMismatch, reason: "an old builder", until: "2099-12-31")
    let verifier = try Verifier(Verifier.Options(ignoreRules: [rule], isStrict: true))
    return verifier.verifyBlocking(imagesIn: paths.map { .path($0) })
}

func makeReports(_ verification: Verification) throws -> (json: [UInt8], page: String) {
    var page = ""
    verification.write(as: .html) { piece in page += piece }
    return (verification.json(), page)
}

func checkForAtMost(_ seconds: Int, _ path: String) async throws -> Verification {
    let verifier = try Verifier()
    let run = Task { await verifier.verify(imagesIn: [.path(path)]) }
    let timer = Task {
        try await Task.sleep(for: .seconds(seconds))
        run.cancel()
    }
    defer { timer.cancel() }
    return await run.value
}

func checkWithProgress(_ path: String) async throws -> Verification {
    let verifier = try Verifier()
    let updates = Verifier.ProgressUpdates()
    async let verification = verifier.verify(imagesIn: [.path(path)], progress: updates)
    for await progress in updates {
        if progress.documentCount > 0 {
            print(progress.documentCount, "documents")
        } else {
            print(progress.doneByteCount, "of", progress.totalByteCount, "bytes")
        }
    }
    return await verification
}
