// layerverify: compares CInflateLanes with zlib, on streams from libFuzzer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "Oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count);

/// The first byte gives the number of streams, the second how they are split; the rest are the streams, of equal
/// length.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 2) return 0;
    const size_t stream_count = 1 + bytes[0] % MAXIMUM_STREAM_COUNT;
    const size_t share = (byte_count - 2) / stream_count;
    stream streams[MAXIMUM_STREAM_COUNT];
    for (size_t i = 0; i < stream_count; i++) streams[i] = (stream){bytes + 2 + i * share, share};
    tally unused = {0};
    check_streams(streams, stream_count, bytes[1], &unused);
    return 0;
}
