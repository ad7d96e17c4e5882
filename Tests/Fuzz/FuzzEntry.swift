// layerverify: the entry point of libFuzzer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Called by libFuzzer with each input. scripts/fuzz-swift compiles it with one module and the harness of the module, which
/// defines `fuzz`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}

/// Ends the process if a condition does not hold, so that libFuzzer keeps the input.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
