// swift-tools-version: 6.2
// layerverify: a program that uses the library, as a package of its own.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "VerifyImages",
    dependencies: [.package(name: "layerverify", path: "../..")],
    targets: [
        .executableTarget(
            name: "VerifyImages", dependencies: [.product(name: "LayerVerify", package: "layerverify")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ])
