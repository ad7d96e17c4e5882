// layerverify: compares CZstdFrames with libzstd, on frames from libFuzzer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Oracle.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count);

/// The first byte determines how the frame is split; the rest is the frame.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 1) return 0;
    tally tally = {0};
    check_frame((frame){bytes + 1, byte_count - 1}, bytes[0], &tally);
    if (tally.faults > 0) abort();
    return 0;
}
