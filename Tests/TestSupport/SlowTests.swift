// layerverify: tests that only run on request.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Tests that take more than a few seconds run, or run all their cases, only if `LAYERVERIFY_SLOW_TESTS=1` is set;
/// .ci/run sets it.
package enum SlowTests {
    package static let areWanted = ProcessInfo.processInfo.environment["LAYERVERIFY_SLOW_TESTS"] == "1"
    /// Some tests check limits of the release build, and would take minutes with a debug build.
    package static let haveRelease = areWanted && ProcessInfo.processInfo.environment["LAYERVERIFY_PROGRAM"] != nil
    package static let releaseReason = "limits of the release build: set LAYERVERIFY_PROGRAM to it"
    package static let reason = "slow: set LAYERVERIFY_SLOW_TESTS=1"
}
