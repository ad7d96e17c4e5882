// swift-tools-version: 6.2
// layerverify: a parallel toolkit that hashes and verifies container image layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// .ci/run sets LAYERVERIFY_STRICT: a warning of a new compiler must not break the build for users.
let isStrict = Context.environment["LAYERVERIFY_STRICT"] != nil

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

// scripts/test sets LAYERVERIFY_TESTING: without optimised modules the tests take far longer. The checks of a debug
// build stay: assertions, and the bounds of unsafe buffers. A package that others depend on must not have such flags.
let isForTests = Context.environment["LAYERVERIFY_TESTING"] != nil
let kernelSettings: [CSetting] = isForTests ? [.unsafeFlags(["-O2"], .when(configuration: .debug))] : []
let optimized: [SwiftSetting] =
    isForTests ? [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))] : []
let optimizedSettings = settings + optimized

// Modules that read untrusted bytes and need no pointers, or few.
let safeSettings = optimizedSettings + [.strictMemorySafety()]

// scripts/package sets LAYERVERIFY_EXACT_VERSIONS: a release built again must have the same bytes. Exact versions in a package
// that others depend on would keep them from newer ones.
let isExact = Context.environment["LAYERVERIFY_EXACT_VERSIONS"] != nil

func dependency(_ url: String, _ version: Version) -> Package.Dependency {
    isExact ? .package(url: url, exact: version) : .package(url: url, from: version)
}

let package = Package(
    name: "layerverify",
    products: [
        .library(name: "LayerVerify", targets: ["LayerVerify"]),
        .executable(name: "layerverify", targets: ["LayerVerifyCLI"]),
    ],
    dependencies: [
        dependency("https://github.com/apple/swift-argument-parser", "1.8.2"),
        dependency("https://github.com/apple/swift-system", "1.8.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibCrypto", path: "Sources/C/CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CZstd", path: "Sources/C/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CLayerShims", path: "Sources/C/CLayerShims"),
        .target(name: "CSHA256Lanes", path: "Sources/C/CSHA256Lanes", cSettings: kernelSettings),
        .target(
            name: "CInflateLanes", dependencies: ["CSHA256Lanes"], path: "Sources/C/CInflateLanes",
            cSettings: kernelSettings),
        .target(name: "CZstdFrames", path: "Sources/C/CZstdFrames", exclude: ["README.md"], cSettings: kernelSettings),

        .target(name: "StrictJSON", path: "Sources/StrictJSON", exclude: ["README.md"], swiftSettings: safeSettings),
        .target(name: "LayerModel", path: "Sources/Model", exclude: ["README.md"], swiftSettings: safeSettings),
        .target(
            name: "LayerSystem",
            dependencies: [
                "LayerModel", "CLayerShims", .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/System", exclude: ["README.md"], swiftSettings: optimizedSettings),
        .target(
            name: "LayerDigest", dependencies: ["LayerModel", "CLibCrypto", "CSHA256Lanes"],
            path: "Sources/Digest", exclude: ["README.md"], swiftSettings: optimizedSettings),
        .target(
            name: "LayerCodec",
            dependencies: ["LayerModel", "CZlib", "CZstd", "CInflateLanes", "CZstdFrames", "CLayerShims"],
            path: "Sources/Codec", exclude: ["README.md"], swiftSettings: optimizedSettings),
        // Reads tar archives; knows nothing of images.
        .target(name: "Tar", path: "Sources/Tar", exclude: ["README.md"], swiftSettings: optimizedSettings),
        .target(
            name: "LayerSource",
            dependencies: [
                "StrictJSON", "Tar", "LayerModel", "LayerSystem", "LayerCodec",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Source", exclude: ["README.md"], swiftSettings: optimizedSettings),
        .target(
            name: "LayerPipeline",
            dependencies: [
                "LayerModel", "LayerSystem", "LayerDigest", "LayerCodec",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Pipeline", swiftSettings: optimizedSettings),
        // Reads the tar in a layer, applies the rules of one layer, and compares tables of contents with it.
        .target(
            name: "LayerContents",
            dependencies: [
                "StrictJSON", "Tar", "LayerModel", "LayerSystem", "LayerDigest", "LayerCodec", "LayerPipeline",
            ],
            path: "Sources/Contents", exclude: ["README.md"], swiftSettings: safeSettings),
        // The files of layers, and the file system that they make together.
        .target(
            name: "LayerTree", dependencies: ["Tar", "LayerModel", "LayerDigest", "LayerPipeline"],
            path: "Sources/Tree", exclude: ["README.md"], swiftSettings: safeSettings),
        .target(
            name: "LayerAudit", dependencies: ["LayerModel"], path: "Sources/Audit", exclude: ["README.md"],
            swiftSettings: safeSettings),
        // Compares two images.
        .target(
            name: "LayerDiff",
            dependencies: ["StrictJSON", "Tar", "LayerModel", "LayerSystem", "LayerDigest", "LayerPipeline"],
            path: "Sources/Diff", exclude: ["README.md"], swiftSettings: optimizedSettings),
        .target(
            name: "LayerReport", dependencies: ["LayerModel"], path: "Sources/Report", exclude: ["README.md"],
            swiftSettings: safeSettings),
        .target(
            name: "LayerVerify",
            dependencies: [
                "StrictJSON", "LayerModel", "LayerSystem", "LayerDigest", "LayerCodec", "LayerSource", "LayerPipeline",
                "LayerContents", "LayerTree", "LayerAudit", "LayerDiff", "LayerReport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Verify", swiftSettings: optimizedSettings),
        .target(
            name: "LayerBench",
            dependencies: [
                "StrictJSON", "LayerModel", "LayerSystem", "LayerDigest", "LayerCodec", "LayerPipeline", "LayerReport",
                "LayerVerify", "CZlib", "CZstd", .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Tools/Bench", swiftSettings: optimizedSettings),
        // Simulates the scheduler with any number of workers; not a part of the product.
        .target(
            name: "LayerSimulation",
            dependencies: [
                "LayerModel", "LayerSystem", "LayerDigest", "LayerCodec", "LayerPipeline", "LayerBench",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Tools/Simulation", swiftSettings: optimizedSettings),
        // Prints the table of simulated runs, for Benchmarks/simulate; not a part of the product.
        .executableTarget(
            name: "Simulate",
            dependencies: [
                "LayerSimulation", "LayerBench", "LayerVerify", "LayerModel",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Tools/Simulate", swiftSettings: optimizedSettings),
        .executableTarget(
            name: "LayerVerifyCLI",
            dependencies: [
                "LayerVerify", "LayerBench", "LayerSystem", "CLayerShims",
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/CLI", swiftSettings: optimizedSettings),

        // Makes corpus/ from fixed seeds; not a part of the product.
        .executableTarget(
            name: "CorpusGenerator", dependencies: ["CLibCrypto", "CZlib", "CZstd"], path: "Sources/Tools/Corpus",
            swiftSettings: optimizedSettings),

        // Code that test targets share; not a part of the product.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: optimizedSettings),
        // Decodes streams with all decoders of the product, for fuzzers; not a part of the product.
        .executableTarget(
            name: "DecoderProbe",
            dependencies: [
                "LayerPipeline", "LayerSystem", "LayerDigest", "LayerCodec", "LayerModel", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/DecoderProbe", swiftSettings: optimizedSettings),

        .testTarget(name: "TarTests", dependencies: ["Tar"], swiftSettings: settings),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: settings),
        .testTarget(name: "LayerModelTests", dependencies: ["LayerModel", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "LayerSystemTests",
            dependencies: ["LayerSystem", "LayerModel", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: settings),
        .testTarget(
            name: "LayerDigestTests", dependencies: ["LayerDigest", "LayerModel", "CSHA256Lanes", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "LayerCodecTests",
            dependencies: ["LayerCodec", "LayerModel", "CInflateLanes", "CZlib", "CZstd", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "LayerTreeTests", dependencies: ["LayerTree", "LayerModel", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "LayerSourceTests",
            dependencies: [
                "LayerSource", "LayerSystem", "LayerDigest", "LayerModel", "StrictJSON", "Tar", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "LayerPipelineTests",
            dependencies: [
                "LayerPipeline", "LayerSystem", "LayerDigest", "LayerCodec", "LayerModel", "CLibCrypto", "CZlib",
                "CZstd", "TestSupport", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "LayerContentsTests",
            dependencies: [
                "LayerContents", "Tar", "LayerModel", "LayerSystem", "LayerDigest", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings),
        .testTarget(name: "LayerAuditTests", dependencies: ["LayerAudit", "LayerModel"], swiftSettings: settings),
        .testTarget(
            name: "LayerDiffTests", dependencies: ["LayerDiff", "LayerModel", "LayerPipeline", "Tar", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "LayerReportTests",
            dependencies: ["LayerReport", "LayerBench", "LayerVerify", "LayerSource", "LayerModel"],
            exclude: ["Golden"],
            swiftSettings: settings),
        .testTarget(
            name: "LayerVerifyTests",
            dependencies: [
                "LayerVerify", "LayerCodec", "LayerDigest", "LayerModel", "LayerSystem", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Golden"],
            swiftSettings: settings),
        .testTarget(
            name: "LayerBenchTests",
            dependencies: [
                "LayerBench", "LayerVerify", "LayerPipeline", "LayerCodec", "LayerDigest", "LayerModel", "LayerSystem",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "LayerSimulationTests",
            dependencies: ["LayerSimulation", "LayerBench", "LayerPipeline", "LayerModel"], swiftSettings: settings),
        // Tests the built program: exit statuses, the corpus, other tools.
        .testTarget(
            name: "LayerVerifyCLITests", dependencies: ["LayerVerifyCLI", "LayerVerify", "TestSupport"],
            swiftSettings: settings),
    ]
)

// The micro-benchmarks and the package that runs them are only fetched on request, by Benchmarks/micro. Its traits
// count allocations, but would add two more packages, which replace malloc and calls of the runtime.
if Context.environment["LAYERVERIFY_BENCHMARKS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []))
    package.targets.append(
        .executableTarget(
            name: "Micro",
            dependencies: [
                "LayerVerify", "StrictJSON", "Tar", "LayerModel", "LayerSystem", "LayerDigest", "LayerCodec",
                "LayerSource", "LayerPipeline", "CZlib", "CZstd",
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro", swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
}
