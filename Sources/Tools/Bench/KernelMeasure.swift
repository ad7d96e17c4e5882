// layerverify: the kernels that are measured.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerPipeline

extension KernelBench {
    /// A kernel and how to run it.
    struct Measure {
        enum Method {
            case read
            case decode(Codec)
            case hash(DigestMethod)
            /// Decodes while hashing, and counts the decoded or the hashed bytes.
            case decodeInterleaved(Codec, InterleavedDigests, DigestMethod)
            case hashInterleaved(Codec, InterleavedDigests, DigestMethod)
            case decodeInPlanes(Codec)
            case findBlocks(Codec)
            case resolve(Codec)
        }

        let kernel: Kernel
        let method: Method

        static var all: [Measure] {
            var all = [Measure(kernel: Kernel(.read, "pread"), method: .read)]
            for codec in Codecs.all {
                let isFastPath = KernelBench.isUsed(codec)
                for teamSize in teamSizes(upTo: codec.teamSize) {
                    let kernel = Kernel(
                        .decode(codec.compression), codec.name, teamSize: teamSize, isFastPath: isFastPath)
                    all.append(Measure(kernel: kernel, method: .decode(codec)))
                }
            }
            for method in DigestAlgorithms.all {
                for teamSize in teamSizes(upTo: method.teamSize) {
                    let kernel = Kernel(.hash(method.algorithm), method.name, teamSize: teamSize)
                    all.append(Measure(kernel: kernel, method: .hash(method)))
                }
                let reference = referenceDigestMethod(for: method.algorithm)
                guard reference.name != method.name else { continue }
                let kernel = Kernel(.hash(method.algorithm), reference.name, isFastPath: false)
                all.append(Measure(kernel: kernel, method: .hash(reference)))
            }
            return all + interleaved + cutting
        }

        /// The kernels that hash in the gaps of decoding, if the pipeline uses them.
        private static var interleaved: [Measure] {
            let method = digestMethod(for: .sha256)
            return Compression.allCases.flatMap { compression -> [Measure] in
                guard let codec = Codecs.fast(for: compression), let teamSize = codec.hashingTeamSize,
                    let interleaved = method.interleaved
                else { return [] }
                return [
                    Measure(
                        kernel: Kernel(.decodeInterleaved(compression), codec.name, teamSize: teamSize),
                        method: .decodeInterleaved(codec, interleaved, method)),
                    Measure(
                        kernel: Kernel(.hashInterleaved(method.algorithm), method.name, teamSize: 2),
                        method: .hashInterleaved(codec, interleaved, method)),
                ]
            }
        }

        /// The kernels of reading one member in several chunks, if the pipeline does that.
        private static var cutting: [Measure] {
            guard !DisabledPaths.contains(PipelineOptions.chunksName) else { return [] }
            return Compression.allCases.flatMap { compression -> [Measure] in
                guard let codec = Codecs.fast(for: compression), codec.cuts != nil else { return [] }
                // As many as the scheduler puts into one team.
                return teamSizes(upTo: 2).map {
                    Measure(
                        kernel: Kernel(.decodeInPlanes(compression), codec.name, teamSize: $0),
                        method: .decodeInPlanes(codec))
                } + [
                    Measure(kernel: Kernel(.findBlocks(compression), codec.name), method: .findBlocks(codec)),
                    Measure(kernel: Kernel(.resolve(compression), codec.name), method: .resolve(codec)),
                ]
            }
        }

        /// The powers of two below `largest`, and `largest`.
        private static func teamSizes(upTo largest: Int) -> [Int] {
            var sizes: [Int] = []
            var size = 1
            while size < largest {
                sizes.append(size)
                size *= 2
            }
            return sizes + [largest]
        }
    }
}
