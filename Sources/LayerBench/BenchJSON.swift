// layerverify: the JSON report of a benchmark.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerReport
import LayerVerify

extension BenchReport {
    /// The report in the format that `docs/json.md` describes.
    package func json() -> String {
        var json = JSONText()
        json.open(nil, "{")
        JSONFormat.writeHead(to: &json)
        json.member("outcome", outcome.rawValue)
        if let image {
            json.object("image") { write(image, to: &$0) }
        } else {
            json.member("image", String?.none)
        }
        json.open("kernels", "[")
        for measured in kernels { json.object { write(measured, to: &$0) } }
        json.close("]")
        json.open("scaling", "[")
        for entry in scaling { json.object { write(entry, to: &$0) } }
        json.close("]")
        json.close("}")
        var text = ""
        json.flush { text += $0 }
        return text
    }

    private func write(_ image: Image, to json: inout JSONText) {
        json.member("paths", image.paths)
        json.member("layers", image.layerCount)
        json.member("compressions", image.compressions.map { $0.rawValue })
        json.member("compressedBytes", image.byteCount)
        json.member("uncompressedBytes", image.uncompressedByteCount)
    }

    private func write(_ kernel: Kernel, to json: inout JSONText) {
        json.member("work", kernel.work.name)
        json.member("kind", kernel.work.kind)
        json.member("implementation", kernel.implementation)
        json.member("lanes", kernel.teamSize)
    }

    private func write(_ measured: MeasuredKernel, to json: inout JSONText) {
        write(measured.kernel, to: &json)
        json.member("use", measured.kernel.isFastPath ? "pipeline" : "comparison")
        json.member("rounds", measured.bytesPerSecond.values.count)
        json.member("bytesPerSecond", UInt64(measured.bytesPerSecond.median))
        json.member("minimumBytesPerSecond", UInt64(measured.bytesPerSecond.minimum))
        json.member("maximumBytesPerSecond", UInt64(measured.bytesPerSecond.maximum))
    }

    private func write(_ entry: Scaling, to json: inout JSONText) {
        json.member("jobs", entry.jobCount)
        json.member("runs", entry.seconds.values.count)
        json.member("seconds", seconds: entry.seconds.median)
        json.member("minimumSeconds", seconds: entry.seconds.minimum)
        json.member("maximumSeconds", seconds: entry.seconds.maximum)
        json.member(
            "bytesPerSecond", HumanUnits.bytesPerSecond(image?.byteCount ?? 0, seconds: entry.seconds.median))
        json.member(
            "uncompressedBytesPerSecond",
            HumanUnits.bytesPerSecond(image?.uncompressedByteCount ?? 0, seconds: entry.seconds.median))
        json.member("speedup", seconds: speedup(entry))
        json.member("efficiency", seconds: efficiency(entry))
        guard let roofline = entry.roofline else {
            json.member("roofline", String?.none)
            return
        }
        json.object("roofline") { json in
            json.member("seconds", seconds: roofline.seconds)
            json.member("share", seconds: entry.rooflineShare ?? 0)
            json.member("limit", roofline.limit.rawValue)
            json.member("coreSeconds", seconds: roofline.coreSeconds)
            json.open("work", "[")
            for term in roofline.terms {
                json.object { json in
                    write(term.kernel, to: &json)
                    json.member("bytes", term.byteCount)
                    json.member("seconds", seconds: term.seconds)
                }
            }
            json.close("]")
            if let chain = roofline.longestChain {
                json.object("largestBlob") { json in
                    json.member("path", chain.path)
                    json.member("work", chain.work.name)
                    json.member("kind", chain.work.kind)
                    json.member("seconds", seconds: chain.seconds)
                }
            } else {
                json.member("largestBlob", String?.none)
            }
        }
    }
}
