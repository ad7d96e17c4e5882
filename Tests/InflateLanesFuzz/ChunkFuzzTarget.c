// layerverify: compares streams from libFuzzer that CInflateLanes decodes in several chunks with zlib.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#include "ChunkOracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count);

/// The first two bytes give the chunks and how they are split; the rest is the stream.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count) {
    if (byte_count < 2) return 0;
    chunk_tally unused = {0};
    check_random_chunks((stream){bytes + 2, byte_count - 2}, bytes[0] + 256u * bytes[1], &unused);
    return 0;
}
