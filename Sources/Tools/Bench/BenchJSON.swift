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
        if let conclusion { write(conclusion, to: &json) } else { json.member("conclusion", String?.none) }
        if let noise { write(noise, to: &json) } else { json.member("noise", String?.none) }
        if let comparison { write(comparison, to: &json) } else { json.member("comparison", String?.none) }
        json.close("}")
        var text = ""
        json.flush { text += $0 }
        return text
    }

    private func write(_ conclusion: BenchConclusion, to json: inout JSONText) {
        json.object("conclusion") { json in
            json.member("jobs", conclusion.jobCount)
            json.member("uncompressedBytesPerSecond", UInt64(exactly: conclusion.bytesPerSecond.rounded()))
            json.member("secondsPerGigabyte", seconds: conclusion.secondsPerGigabyte)
            json.member(
                "coreLimitBytesPerSecond", conclusion.coreLimitBytesPerSecond.flatMap { UInt64(exactly: $0.rounded()) })
            json.member("text", conclusion.sentence)
        }
    }

    private func write(_ noise: BenchNoise, to json: inout JSONText) {
        func optional(_ name: String, _ value: Double?) {
            if let value { json.member(name, seconds: value) } else { json.member(name, String?.none) }
        }
        json.open("noise", "{")
        json.member("runSpread", seconds: noise.runSpread)
        json.member("kernelSpread", seconds: noise.kernelSpread)
        optional("otherShare", noise.otherShare)
        optional("stolenShare", noise.stolenShare)
        optional("throttledSeconds", noise.throttledSeconds)
        json.member("thermalEvents", noise.thermalEventCount)
        json.member("reasons", noise.reasons)
        json.close("}")
    }

    private func write(_ comparison: BenchComparison, to json: inout JSONText) {
        func list(
            _ name: String, _ entries: [BenchComparison.Entry],
            figures: (inout JSONText, BenchComparison.Entry) -> Void
        ) {
            json.open(name, "[")
            for entry in entries {
                json.object { json in
                    json.member("name", entry.title)
                    figures(&json, entry)
                    json.member("ratio", seconds: entry.ratio)
                    json.member("change", entry.change.rawValue)
                }
            }
            json.close("]")
        }
        json.open("comparison", "{")
        json.member("file", comparison.path)
        json.member("image", comparison.isSameImage ? "same" : "other")
        list("kernels", comparison.kernels) { json, entry in
            json.member("earlierBytesPerSecond", UInt64(exactly: entry.before.rounded()))
            json.member("bytesPerSecond", UInt64(exactly: entry.now.rounded()))
        }
        list("scaling", comparison.scaling) { json, entry in
            json.member("earlierSeconds", seconds: entry.before)
            json.member("seconds", seconds: entry.now)
        }
        json.member("text", comparison.sentence)
        json.close("}")
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
