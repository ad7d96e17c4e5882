// layerverify: compares CZstdFrames with libzstd and klauspost's decoder.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

#pragma once
#include "CZstdFrames.h"

enum {
    /// Frames with more content are cut off at this length by all decoders.
    MAXIMUM_CONTENT_BYTE_COUNT = 4 << 20,
    /// 8 MiB, so that hostile headers do not take much memory.
    MAXIMUM_WINDOW_BYTE_COUNT = 8 << 20,
};

/// A frame, or bytes that may be one.
typedef struct {
    const uint8_t *bytes;
    size_t byte_count;
} frame;

/// The numbers of frames so far, by result.
typedef struct {
    unsigned long long frames, accepted, refused_by_all, disputed;
    /// Refused by CZstdFrames and accepted by all others, by the broken rule.
    unsigned long long stricter[LV_ZSTD_RULE_COUNT + 1];
    /// Accepted by CZstdFrames, but refused or decoded differently by another decoder: faults.
    unsigned long long faults;
} tally;

uint64_t next_random(uint64_t *state);

/// Starts klauspost's decoder, the program at `path`; otherwise there is no third oracle.
void start_klauspost(const char *path);

/// The folder for frames that decoders disagree on; NULL for none.
extern const char *artifacts_folder;

/// Decodes a frame with every decoder, with splits that `seed` determines, and compares the results. Reports faults.
void check_frame(frame frame, uint64_t seed, tally *tally);
